"""One branch: its counts, its cameras, its pictures, its events, and nobody else's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from base.errors import (
    AlertNotFoundError,
    BranchNotFoundError,
    InvalidArgumentError,
    PhotoNotFoundError,
    VisitNotFoundError,
)
from lobby.alert import AlertAction
from lobby.flow import CameraCondition, CameraNews
from media.pictures import decode_picture
from serving.caller import Caller
from serving.edge.types import EdgeCamera
from serving.lobby.photos import Photos
from serving.lobby.settings import LobbySettings
from serving.lobby.views import CameraView
from tests.support.galleries import ManualClock
from tests.support.lobby import (
    BRANCH,
    DOOR,
    HALL,
    OPERATOR,
    QUEUE,
    STAFF,
    TENANT,
    LobbyWorld,
    flow_span,
    open_lobby,
)
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]


def camera_events(lobby: LobbyWorld) -> list[CameraView]:
    events = lobby.lobby.events_after(TENANT, BRANCH, 0, 100)
    return [event.payload for event in events if isinstance(event.payload, CameraView)]


# Counts.


def test_counts_of_now_and_by_the_hour_come_from_what_boxes_count(lobby: LobbyWorld) -> None:
    for persons, came in ((3, 2), (4, 1)):
        lobby.world.clock.advance(2)
        lobby.tell(flow_span(lobby.now - timedelta(seconds=2), persons, came), HALL)
    report = lobby.lobby.get_flow(STAFF, BRANCH, with_heat=True)
    (zone,) = report.now.now.zones
    assert (zone.place, zone.person_count, report.now.now.in_count) == (QUEUE, 4, 3)
    (hour,) = report.hours
    assert (hour.in_count, hour.zones[0].max_person_count) == (3, 4)
    (heat,) = report.heat_maps
    assert heat.cells == (14.0, 0.0)


def test_counts_survive_a_restart(folder: Path, faces: FacePipeline) -> None:
    with open_lobby(folder, faces) as lobby:
        lobby.tell(flow_span(lobby.now, 3, came=5), HALL)
    with open_lobby(folder, faces) as lobby:
        lobby.world.clock.advance(60)
        report = lobby.lobby.get_flow(STAFF, BRANCH)
    assert report.now.now.in_count == 5
    assert report.now.now.zones == ()  # Unknown is not empty.
    assert report.hours[0].in_count == 5


def test_late_counts_are_added_and_are_not_now(lobby: LobbyWorld) -> None:
    lobby.world.clock.advance(600)
    lobby.tell(flow_span(lobby.now, 1), HALL)
    lobby.tell(flow_span(lobby.now - timedelta(seconds=300), 9, 4, is_late=True), HALL)
    report = lobby.lobby.get_flow(STAFF, BRANCH)
    assert report.now.now.zones[0].person_count == 1
    assert report.hours[0].in_count == 4


def test_counts_are_asked_for_a_month_at_most(lobby: LobbyWorld) -> None:
    with pytest.raises(InvalidArgumentError):
        lobby.lobby.get_flow(STAFF, BRANCH, lobby.now - timedelta(days=32), lobby.now)


def test_counts_of_days_ago_take_less_room_and_say_the_same(lobby: LobbyWorld) -> None:
    for _ in range(20):
        lobby.tell(flow_span(lobby.now, 3, came=1), HALL)
        lobby.world.clock.advance(60)
    start, end = lobby.now - timedelta(hours=1), lobby.now

    def kept() -> int:
        with lobby.database.read() as transaction:
            flow = transaction.tenant(TENANT).flow
            return len(flow.between(BRANCH, start - timedelta(hours=1), end))

    before = lobby.lobby.get_flow(STAFF, BRANCH, start, end, with_heat=True)
    assert kept() == 20
    lobby.world.clock.advance(3 * 86_400)
    lobby.lobby.sweep()
    after = lobby.lobby.get_flow(STAFF, BRANCH, start, end, with_heat=True)
    assert kept() == 2
    assert (after.hours, after.heat_maps) == (before.hours, before.heat_maps)


# Cameras.


def test_a_box_that_goes_takes_its_camera_down_and_brings_it_back(lobby: LobbyWorld) -> None:
    camera = EdgeCamera(TENANT, BRANCH, DOOR)
    lobby.lobby.intake.connected(camera, lobby.now)
    lobby.tell(CameraNews(DOOR, CameraCondition.UP, lobby.now))
    lobby.world.clock.advance(10)
    lobby.lobby.intake.disconnected(camera, lobby.now)
    (view,) = camera_events(lobby)
    assert (view.condition, view.reason, view.since, view.name) == (
        CameraCondition.DOWN,
        "BOX_OFFLINE",
        lobby.now,
        "Main door",
    )
    lobby.lobby.intake.connected(camera, lobby.now)
    assert [one.condition for one in camera_events(lobby)] == [CameraCondition.UP]


def test_what_a_camera_told_last_is_known_after_a_restart(
    folder: Path, faces: FacePipeline
) -> None:
    with open_lobby(folder, faces) as lobby:
        lobby.lobby.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
        lobby.tell(CameraNews(DOOR, CameraCondition.COVERED, lobby.now, "DARK"))
    with open_lobby(folder, faces) as lobby:
        lobby.lobby.tick()
        lobby.lobby.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
        (view,) = camera_events(lobby)
    assert (view.condition, view.reason) == (CameraCondition.COVERED, "DARK")


# Pictures.


def test_asking_for_a_picture_is_audited(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["ann"])
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    jpeg = lobby.lobby.photo(STAFF, BRANCH, view.visit.id)
    assert decode_picture(jpeg).shape == decode_picture(shots["ann"].picture).shape
    asked = [line.event for line in lobby.world.audit.lines(TENANT)][-1]
    assert (asked.actor, asked.action, asked.details) == ("anna", "visit.photo", {"found": True})
    assert asked.resource.endswith(f"/branches/{BRANCH}/visits/{view.visit.id}")


def test_a_picture_goes_a_few_minutes_after_its_visit(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["ann"])
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    lobby.world.clock.advance(400)
    lobby.lobby.tick()
    assert lobby.lobby.photo(STAFF, BRANCH, view.visit.id)
    lobby.world.clock.advance(200)
    lobby.lobby.tick()
    with pytest.raises(PhotoNotFoundError):
        lobby.lobby.photo(STAFF, BRANCH, view.visit.id)
    assert len(lobby.lobby._photos) == 0


def test_pictures_take_no_more_room_than_they_may(lobby: LobbyWorld) -> None:
    branch = lobby.lobby.plan.branches[0]
    subject = branch.galleries[0].subject("ann")
    photos = Photos(ManualClock(), max_bytes=100)
    for number in range(5):
        photos.put(branch, f"v{number}", subject, bytes(40), 50)
    assert [number for number in range(5) if photos.get(branch, f"v{number}", subject)] == [3, 4]
    photos.put(branch, "v4", subject, bytes(30), 40)
    assert photos.get(branch, "v4", subject) == bytes(40)  # The better one stays.


# Events.


def test_of_several_events_of_one_visit_the_last_is_told_with_the_first_ones_time(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.see("t1", shots["ann"], zones=())
    first_seen = lobby.now
    lobby.world.clock.advance(3)
    lobby.see("t1", zones=("inside",))
    (event,) = lobby.lobby.events_after(TENANT, BRANCH, 0, 100)
    assert event.id == lobby.lobby.last_event_id(TENANT, BRANCH) == 2
    assert event.face_at == first_seen


def test_old_events_go_and_who_needs_them_is_told(
    folder: Path, faces: FacePipeline, shots: Shots
) -> None:
    with open_lobby(folder, faces, settings=LobbySettings(max_events=2)) as lobby:
        for name in ("ann", "ben", "wolf", "stranger"):
            lobby.see(f"t-{name}", shots[name])
        last = lobby.lobby.last_event_id(TENANT, BRANCH)
        lobby.lobby.sweep()
        kept = [event.id for event in lobby.lobby.events_after(TENANT, BRANCH, 0, 100)]
        assert kept == [last - 1, last]
        assert not lobby.lobby.keeps_after(TENANT, BRANCH, last - 3)
        assert lobby.lobby.keeps_after(TENANT, BRANCH, last - 2)
        lobby.see("t-ann", zones=("inside",))
        assert lobby.lobby.last_event_id(TENANT, BRANCH) == last + 1


def test_what_is_too_old_is_forgotten(folder: Path, faces: FacePipeline, shots: Shots) -> None:
    short = LobbySettings(visit_memory_s=60, alert_memory_s=60, flow_memory_s=60)
    with open_lobby(folder, faces, settings=short) as lobby:
        lobby.see("t1", shots["wolf"])
        lobby.tell(flow_span(lobby.now, 3, came=5), HALL)
        (alert,) = lobby.lobby.list_alerts(STAFF, BRANCH).alerts
        lobby.lobby.update_alert(STAFF, BRANCH, alert.alert.id, AlertAction.CLOSE, "r1")
        lobby.world.clock.advance(3600)
        lobby.lobby.tick()
        lobby.lobby.sweep()
        assert lobby.lobby.list_visits(STAFF, BRANCH, with_ended=True).visits == ()
        assert lobby.lobby.list_alerts(STAFF, BRANCH, with_closed=True).alerts == ()
        assert lobby.lobby.get_flow(STAFF, BRANCH, lobby.now - timedelta(hours=2)).hours == ()


# Pages.


def test_visits_come_a_page_at_a_time_latest_first(lobby: LobbyWorld, shots: Shots) -> None:
    for name in ("ann", "ben", "stranger"):
        lobby.see(f"t-{name}", shots[name])
        lobby.world.clock.advance(1)
    first = lobby.lobby.list_visits(STAFF, BRANCH, page_size=2)
    rest = lobby.lobby.list_visits(STAFF, BRANCH, page_size=2, page_token=first.next_page_token)
    times = [view.visit.arrived_at for view in (*first.visits, *rest.visits)]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3
    assert rest.next_page_token == ""
    with pytest.raises(InvalidArgumentError):
        lobby.lobby.list_alerts(STAFF, BRANCH, page_token=first.next_page_token)


# Who may see it.

FOREIGN = replace(OPERATOR, tenant="bank-b")
NEXT_DOOR = replace(STAFF, branch="north")


@pytest.mark.parametrize("caller", [FOREIGN, NEXT_DOOR], ids=["other tenant", "other branch"])
def test_another_tenants_or_branchs_lobby_is_not_there(
    lobby: LobbyWorld, shots: Shots, caller: Caller
) -> None:
    lobby.see("t1", shots["wolf"])
    (visit,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    (alert,) = lobby.lobby.list_alerts(STAFF, BRANCH).alerts
    service = lobby.lobby
    asked: list[Callable[[], object]] = [
        lambda: service.list_visits(caller, BRANCH),
        lambda: service.list_alerts(caller, BRANCH),
        lambda: service.get_flow(caller, BRANCH),
        lambda: service.photo(caller, BRANCH, visit.visit.id),
        lambda: service.update_alert(caller, BRANCH, alert.alert.id, AlertAction.CLOSE, "r1"),
    ]
    for ask in asked:
        with pytest.raises(BranchNotFoundError):
            ask()
    assert service.branches_of(caller) == ()


def test_things_of_one_branch_are_not_found_in_another(
    folder: Path, faces: FacePipeline, shots: Shots
) -> None:
    both = {BRANCH: ("customers",), "north": ("customers",)}
    with open_lobby(folder, faces, branches=both) as lobby:
        lobby.see("t1", shots["wolf"])
        (visit,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
        (alert,) = lobby.lobby.list_alerts(STAFF, BRANCH).alerts
        assert lobby.lobby.list_visits(NEXT_DOOR, "north").visits == ()
        with pytest.raises(VisitNotFoundError):
            lobby.lobby.photo(NEXT_DOOR, "north", visit.visit.id)
        with pytest.raises(AlertNotFoundError):
            lobby.lobby.update_alert(OPERATOR, "north", alert.alert.id, AlertAction.CLOSE, "r1")
        assert lobby.lobby.events_after(TENANT, "north", 0, 100) == ()
        assert set(lobby.news) == {(TENANT, BRANCH)}
