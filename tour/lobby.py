"""The chapter about a branch: from a camera at the door to a card on a tablet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from client.types import Consent, LegalBasis
from tour.branch import (
    BRANCH,
    CAMERA,
    CUSTOMERS,
    DEVICE,
    MANAGER_DUTY,
    OTHER_BRANCH,
    SECURITY_DUTY,
    WATCHLIST,
    Cast,
    Stage,
)
from tour.door import Door
from tour.exhibits import TENANT, jpeg
from tour.findings import Chapter
from tour.server import Addresses
from tour.staff import OPERATOR, Person, add_staff
from tour.tablet import Heard, Json, Tablet

NOTES = (
    "The camera is a film of photographs that move into view, played over RTSP where such a "
    "server is installed and from its file otherwise; docs/flow.md and docs/bench.md measure films "
    "of people who walk.",
    "From the door to the tablet: capture time of the first frame with a usable face, to the event "
    "at the tablet.",
)
PURPOSES = {CUSTOMERS: "to greet customers who asked for it", WATCHLIST: "to protect the branch"}
_FIRST_ARRIVAL_S, _NEXT_S, _CAMERA_S = 60.0, 40.0, 30.0
MANAGER = Person("mara", "lobby_staff", BRANCH, (MANAGER_DUTY,))
SECURITY = Person("sam", "lobby_staff", BRANCH, (SECURITY_DUTY,))
ELSEWHERE = Person("hana", "lobby_staff", OTHER_BRANCH, (MANAGER_DUTY,))


@dataclass(frozen=True, slots=True)
class Tablets:
    """Who listens."""

    manager: Tablet
    security: Tablet
    elsewhere: Tablet


def show_lobby(door: Door, addresses: Addresses, data: Path, stage: Stage) -> Chapter:
    """Enrol a customer and somebody on a watchlist, let them walk in, and watch the tablets."""
    chapter = Chapter("Who came in, and who should know?", NOTES)
    _enrol(door, stage.cast)
    for person in (MANAGER, SECURITY, ELSEWHERE, OPERATOR):
        add_staff(data, person)
    code = _make_code(addresses, chapter)
    with _listening(addresses) as tablets:
        with stage.playing_on(addresses.grpc, code):
            _see_customer(tablets, chapter)
            _see_visitor(tablets, chapter)
            _see_watched(tablets, chapter)
            _ask_elsewhere(tablets, chapter)
        _see_camera_go(tablets, chapter)
    return chapter


def _enrol(door: Door, cast: Cast) -> None:
    for gallery, basis, person in (
        (CUSTOMERS, LegalBasis.CONSENT, cast.customer),
        (WATCHLIST, LegalBasis.LEGITIMATE_INTEREST, cast.watched),
    ):
        door.create_gallery(TENANT, gallery, PURPOSES[gallery], basis)
        consent = Consent("the tour", datetime.now(UTC)) if basis is LegalBasis.CONSENT else None
        name = f"tenants/{TENANT}/galleries/{gallery}"
        door.enrol(name, person.id, jpeg(person.portrait), consent)


def _make_code(addresses: Addresses, chapter: Chapter) -> str:
    with OPERATOR.browser(addresses.http) as client:
        sent = {"device": DEVICE, "branch": BRANCH, "display_name": "Box at the door"}
        answer = client.post("/v1/devices:createCode", json=sent)
        chapter.check(
            "a code for a new box",
            "made; shown once" if answer.is_success else answer.text,
            "made by an operator alone",
            answer.is_success and _is_refused(addresses, sent),
        )
        return str(answer.raise_for_status().json()["code"])


def _is_refused(addresses: Addresses, sent: Json) -> bool:
    with MANAGER.browser(addresses.http) as client:
        return client.post("/v1/devices:createCode", json=sent).status_code == httpx.codes.FORBIDDEN


@contextmanager
def _listening(addresses: Addresses) -> Iterator[Tablets]:
    with (
        MANAGER.tablet(addresses.http, BRANCH) as manager,
        SECURITY.tablet(addresses.http, BRANCH) as security,
        ELSEWHERE.tablet(addresses.http, OTHER_BRANCH) as elsewhere,
    ):
        yield Tablets(manager, security, elsewhere)


def _see_customer(tablets: Tablets, chapter: Chapter) -> None:
    """Wait for a customer of a tier who has an appointment, and answer on one tablet."""
    found = tablets.manager.wait_for(_is_alert("ARRIVAL"), _FIRST_ARRIVAL_S)
    chapter.check(
        "a customer comes in",
        "nothing was told" if found is None else f"{found.data['text']}; {_delay(found)}",
        "told to the manager",
        found is not None,
    )
    meeting = tablets.security.wait_for(_is_alert("APPOINTMENT"), _NEXT_S)
    chapter.check(
        "the customer's appointment",
        "nothing was told" if meeting is None else str(meeting.data["text"]),
        "told to everybody",
        meeting is not None,
    )
    if meeting is None:
        return
    status = tablets.manager.act(meeting.data, "ACKNOWLEDGE")
    cleared = tablets.security.wait_for(
        lambda one: (
            one.data.get("name") == meeting.data["name"] and one.data.get("state") == "ACKNOWLEDGED"
        ),
        _NEXT_S,
    )
    chapter.check(
        "acknowledged on one tablet",
        f"{status}, and {'cleared' if cleared else 'still there'} on the other",
        "cleared on the other",
        cleared is not None,
    )


def _see_visitor(tablets: Tablets, chapter: Chapter) -> None:
    found = tablets.manager.wait_for(
        lambda one: one.kind == "visit" and one.data.get("identity") == "STRANGER", _NEXT_S
    )
    is_nameless = found is not None and not {"subject", "customer", "has_photo"} & set(found.data)
    chapter.check(
        "somebody whom no gallery knows",
        "a visitor without name and picture" if is_nameless else str(found),
        "a visitor, nothing more",
        is_nameless,
    )


def _see_watched(tablets: Tablets, chapter: Chapter) -> None:
    found = tablets.security.wait_for(_is_alert("WATCHLIST"), _NEXT_S)
    chapter.check(
        "somebody on the watchlist",
        "nothing was told" if found is None else f"{found.data['text']}; {_delay(found)}",
        "urgent, to security",
        found is not None and found.data["severity"] == "URGENT",
    )
    kinds = {one.data["kind"] for one in tablets.security.heard if one.kind == "alert"}
    chapter.check(
        "what security hears of",
        ", ".join(sorted(kinds)).lower(),
        "nothing that is for others",
        "ARRIVAL" not in kinds,
    )


def _ask_elsewhere(tablets: Tablets, chapter: Chapter) -> None:
    told = [one for one in tablets.elsewhere.heard if one.kind in {"visit", "alert", "camera"}]
    status = tablets.elsewhere.status_of_branch(BRANCH)
    chapter.check(
        "a tablet of another branch",
        f"heard of {len(told)} things; asking gives {status}",
        "nothing, and 404",
        not told and status == httpx.codes.NOT_FOUND,
    )


def _see_camera_go(tablets: Tablets, chapter: Chapter) -> None:
    found = tablets.manager.wait_for(_is_alert("CAMERA"), _CAMERA_S)
    chapter.check(
        "the box is switched off",
        "nothing was told" if found is None else str(found.data["text"]),
        f"camera {CAMERA} reported",
        found is not None,
    )


def _is_alert(kind: str) -> Callable[[Heard], bool]:
    return lambda one: one.kind == "alert" and one.data.get("kind") == kind


def _delay(one: Heard) -> str:
    at = one.data.get("face_time")
    if at is None:
        return "no face behind it"
    seen = datetime.fromisoformat(at)
    return f"{(one.at - seen).total_seconds():.2f} s from the door to the tablet"
