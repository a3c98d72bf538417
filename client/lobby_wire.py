"""Lobby messages to the client's types."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from client.lobby_types import (
    AlertStep,
    Appointment,
    Customer,
    Hello,
    HourCounts,
    LobbyAlert,
    LobbyCamera,
    LobbyCounts,
    LobbyEvent,
    LobbyFlow,
    LobbyVisit,
    Payload,
    Trouble,
    ZoneCounts,
)
from client.wire import name_of, seconds_of
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.lobby.v1 import lobby_pb2 as messages
from protos.smartbranch.lobby.v1 import lobby_service_pb2


def event_from(message: messages.LobbyEvent) -> LobbyEvent:
    """Return an event."""
    return LobbyEvent(message.id, _time(message.event_time), _payload_from(message))


def _payload_from(message: messages.LobbyEvent) -> Payload | None:
    match message.WhichOneof("payload"):
        case "hello":
            return Hello(message.hello.last_id, message.hello.is_incomplete)
        case "visit":
            return visit_from(message.visit)
        case "alert":
            return alert_from(message.alert)
        case "camera":
            return _camera_from(message.camera)
        case "flow":
            return counts_from(message.flow)
        case "trouble":
            trouble = message.trouble
            return Trouble(trouble.code, trouble.text, trouble.is_over)
    return None


def visit_from(message: messages.Visit) -> LobbyVisit:
    """Return a visit."""
    return LobbyVisit(
        name=message.name,
        identity=name_of(messages.IdentityKind, message.identity),
        subject=message.subject,
        is_watchlisted=message.is_watchlisted,
        customer=_customer_from(message.customer) if message.HasField("customer") else None,
        reason=message.reason,
        arrived_at=_time(message.arrive_time),
        last_seen_at=_time(message.last_seen_time),
        ended_at=_time(message.end_time) if message.HasField("end_time") else None,
        camera=message.camera,
        zone=message.zone,
        zone_name=message.zone_display_name,
        has_photo=message.has_photo,
        revision=message.revision,
        merged_into=message.merged_into,
    )


def _customer_from(message: messages.Customer) -> Customer:
    return Customer(
        id=message.id,
        display_name=message.display_name,
        tier=message.tier,
        language=message.language,
        relationship_manager=message.relationship_manager,
        appointments=tuple(
            Appointment(_time(one.start_time), one.subject, one.with_whom)
            for one in message.appointments
        ),
        needs=tuple(message.needs),
        offers=tuple(message.offers),
    )


def alert_from(message: messages.Alert) -> LobbyAlert:
    """Return an alert."""
    has_end = message.HasField("escalate_time")
    return LobbyAlert(
        name=message.name,
        kind=name_of(messages.Alert.Kind, message.kind),
        severity=name_of(messages.Severity, message.severity),
        state=name_of(messages.Alert.State, message.state),
        rule=message.rule,
        reason=message.reason,
        text=message.text,
        facts=dict(message.facts),
        visit=message.visit,
        camera=message.camera,
        zone=message.zone,
        roles=tuple(message.roles),
        raised_at=_time(message.raise_time),
        escalate_at=_time(message.escalate_time) if has_end else None,
        escalation_count=message.escalation_count,
        assignee=message.assignee,
        steps=tuple(_step_from(step) for step in message.steps),
        revision=message.revision,
        face_at=_time(message.face_time) if message.HasField("face_time") else None,
    )


def _step_from(message: messages.Alert.Step) -> AlertStep:
    return AlertStep(
        _time(message.step_time),
        name_of(messages.Alert.State, message.state),
        message.actor,
        message.note,
        message.assignee,
    )


def _camera_from(message: messages.CameraStatus) -> LobbyCamera:
    return LobbyCamera(
        message.camera,
        message.display_name,
        name_of(edge_pb2.CameraReport.State, message.state),
        message.reason,
        _time(message.start_time),
    )


def counts_from(message: messages.FlowNow) -> LobbyCounts:
    """Return the counts of now."""
    return LobbyCounts(
        zones=tuple(_zone_from(zone) for zone in message.zones),
        in_count=message.in_count,
        out_count=message.out_count,
        counted_at=_time(message.update_time) if message.HasField("update_time") else None,
    )


def _zone_from(message: messages.FlowNow.ZoneNow) -> ZoneCounts:
    return ZoneCounts(
        camera=message.camera,
        zone=message.zone,
        display_name=message.display_name,
        kind=name_of(edge_pb2.Zone.Kind, message.kind),
        person_count=message.person_count,
        longest_stay_s=seconds_of(message.longest_stay)
        if message.HasField("longest_stay")
        else None,
        mean_stay_s=seconds_of(message.mean_stay) if message.HasField("mean_stay") else None,
    )


def flow_from(message: lobby_service_pb2.GetFlowResponse) -> LobbyFlow:
    """Return counts."""
    return LobbyFlow(
        counts_from(message.now),
        tuple(
            HourCounts(_time(hour.start_time), hour.in_count, hour.out_count, hour.coverage)
            for hour in message.hours
        ),
    )


def _time(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)
