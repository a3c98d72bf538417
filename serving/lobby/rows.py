"""Visits, alerts and counts as rows, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from base.ids import SubjectName
from decision.outcome import Reason
from lobby.alert import Alert, AlertKind, AlertState, AlertStep, Severity
from lobby.branch import Branch
from lobby.flow_minutes import FlowMinute
from lobby.identity import Identity, IdentityKind
from lobby.seen import CameraRef, TrackRef
from lobby.visit import Visit, ZonePlace
from serving.crypto.key import Key
from serving.storage.lobby_schema import LobbyAlertRow, LobbyFlowRow, LobbyVisitRow

# A stay of hours in front of many cameras; older tracks have ended long ago.
MAX_TRACKS = 100
_MINUTE = TypeAdapter(FlowMinute)


@dataclass(frozen=True, slots=True)
class _Story:
    """What an alert tells of somebody. text: of its reason."""

    text: str
    facts: dict[str, str]
    steps: tuple[AlertStep, ...]


_STORY = TypeAdapter(_Story)

Values = Mapping[str, Any]
OpenKey = Callable[[], Key]


def visit_values(visit: Visit, revision: int) -> Values:
    """Return the columns of a visit beside its key."""
    identity, subject = visit.identity, visit.identity.subject
    return {
        "identity": identity.kind.value,
        "gallery": None if subject is None else subject.gallery,
        "subject": None if subject is None else subject.subject,
        "is_watchlisted": identity.is_watchlisted,
        "similarity": identity.similarity,
        "reason": identity.reason,
        "arrived_at": visit.arrived_at,
        "last_seen_at": visit.last_seen_at,
        "ended_at": visit.ended_at,
        "is_open": visit.is_open,
        "merged_into": visit.merged_into,
        "device": visit.camera.device,
        "camera": visit.camera.camera,
        "tracks": json.dumps(
            [
                [one.camera.device, one.camera.camera, one.track]
                for one in visit.tracks[-MAX_TRACKS:]
            ]
        ),
        "place": None if visit.place is None else f"{visit.place.camera}/{visit.place.zone}",
        "place_since": visit.place_since,
        "face_at": visit.face_at,
        "revision": revision,
    }


def visit_of(row: LobbyVisitRow) -> Visit:
    """Return the visit of a row."""
    return Visit(
        id=row.visit,
        identity=_identity_of(row),
        arrived_at=row.arrived_at,
        last_seen_at=row.last_seen_at,
        camera=CameraRef(row.device, row.camera),
        tracks=tuple(
            TrackRef(CameraRef(device, camera), track)
            for device, camera, track in json.loads(row.tracks)
        ),
        place=None if row.place is None else _place_of(row.place),
        place_since=row.place_since,
        face_at=row.face_at,
        ended_at=row.ended_at,
        merged_into=row.merged_into,
        revision=row.revision,
    )


def _identity_of(row: LobbyVisitRow) -> Identity:
    subject = None
    if row.gallery is not None and row.subject is not None:
        subject = SubjectName(row.tenant, row.gallery, row.subject)
    return Identity(
        IdentityKind(row.identity), subject, row.is_watchlisted, row.similarity, row.reason
    )


def _place_of(text: str) -> ZonePlace:
    device, camera, zone = text.split("/")
    return ZonePlace(CameraRef(device, camera), zone)


def alert_values(branch: Branch, alert: Alert, key: OpenKey) -> Values:
    """Return the columns of an alert beside its key; what it tells of anybody is sealed."""
    return {
        "rule": alert.rule,
        "kind": alert.kind.value,
        "severity": int(alert.severity),
        "state": alert.state.value,
        "is_open": alert.is_open,
        "reason": alert.reason.code,
        "subject_key": alert.subject_key,
        "visit": alert.visit,
        "device": None if alert.camera is None else alert.camera.device,
        "camera": None if alert.camera is None else alert.camera.camera,
        "zone": alert.zone,
        "roles": json.dumps(alert.roles),
        "raised_at": alert.raised_at,
        "escalate_at": alert.escalate_at,
        "escalation_count": alert.escalation_count,
        "assignee": alert.assignee,
        "sealed_story": _seal_story(branch, alert, key),
        "face_at": alert.face_at,
        "revision": alert.revision,
    }


def alert_of(branch: Branch, row: LobbyAlertRow, key: OpenKey) -> Alert:
    """Return the alert of a row. Raises SecretsUnavailableError."""
    plain = key().open(row.sealed_story, _story_context(branch, row.alert))
    story = _STORY.validate_json(plain)
    camera = None
    if row.device is not None and row.camera is not None:
        camera = CameraRef(row.device, row.camera)
    return Alert(
        id=row.alert,
        rule=row.rule,
        kind=AlertKind(row.kind),
        severity=Severity(row.severity),
        reason=Reason(row.reason, story.text),
        facts=story.facts,
        subject_key=row.subject_key,
        raised_at=row.raised_at,
        visit=row.visit,
        camera=camera,
        zone=row.zone,
        roles=tuple(json.loads(row.roles)),
        state=AlertState(row.state),
        escalate_at=row.escalate_at,
        escalation_count=row.escalation_count,
        assignee=row.assignee,
        steps=story.steps,
        face_at=row.face_at,
        revision=row.revision,
    )


def _seal_story(branch: Branch, alert: Alert, key: OpenKey) -> bytes:
    story = _Story(alert.reason.text, dict(alert.facts), alert.steps)
    return key().seal(_STORY.dump_json(story), _story_context(branch, alert.id))


def _story_context(branch: Branch, alert: str) -> str:
    return f"{branch.name}/alerts/{alert}#story"


def minute_text(minute: FlowMinute) -> str:
    """Return counts as JSON."""
    return _MINUTE.dump_json(minute).decode()


def minute_of(counts: str) -> FlowMinute:
    """Return the counts that `minute_text` was given."""
    return _MINUTE.validate_json(counts)


def minutes_of(rows: list[LobbyFlowRow]) -> list[FlowMinute]:
    """Return the counts of rows."""
    return [minute_of(row.counts) for row in rows]
