"""From a box's stream to the staff's stream, over real ports."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest

from client import ApiError, SmartBranchClient
from client.lobby_types import Action, Hello, LobbyAlert, LobbyEvent, LobbyVisit
from protos.smartbranch.edge.v1 import edge_pb2
from tests.support.boxes import ScriptedBox, stamp
from tests.support.liveness import InProcessServer
from tests.support.lobby import BRANCH, TENANT, customer
from tests.support.lobby_house import LobbyHouse, serving_lobby
from tests.support.tokens import TokenMaker
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

CENTRE = f"tenants/{TENANT}/branches/{BRANCH}"
LIMIT_S = 10.0
Shots = Mapping[str, FaceShot]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> TokenMaker:
    return TokenMaker(tmp_path_factory.mktemp("tokens"))


@pytest.fixture
async def server(
    tmp_path: Path, folder: Path, faces: FacePipeline, tokens: TokenMaker
) -> AsyncIterator[InProcessServer]:
    async with serving_lobby(tmp_path, tokens, faces, folder) as running:
        house = running.house
        assert isinstance(house, LobbyHouse)
        house.register()
        now = datetime.now(UTC)
        house.running.directory.customers["ann"] = customer("ann", now)
        yield running


def staff_token(tokens: TokenMaker, branch: str | None = BRANCH) -> str:
    return tokens.token("lobby_staff", tenant=TENANT, sub="anna", branch=branch, duties=["manager"])


@pytest.fixture
async def staff(server: InProcessServer, tokens: TokenMaker) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(server.grpc, token=staff_token(tokens)) as client:
        yield client


@pytest.fixture
async def box(server: InProcessServer, tokens: TokenMaker) -> AsyncIterator[ScriptedBox]:
    token = tokens.token("edge_device", tenant=TENANT, sub="box-1")
    async with (
        grpc.aio.insecure_channel(server.grpc) as channel,
        ScriptedBox(channel, tenant=TENANT, token=token) as open_box,
    ):
        await open_box.opened()
        yield open_box


async def show(box: ScriptedBox, sequence: int, shot: FaceShot, track: str = "t1") -> None:
    now = stamp(datetime.now(UTC))
    message = edge_pb2.FaceShot(
        picture=shot.picture,
        capture_time=now,
        landmarks=shot.landmarks.ravel().tolist(),
        box_xyxy=shot.box_xyxy.tolist(),
        score=shot.score,
        quality=shot.quality,
        face_px=shot.face_px,
    )
    await box.sight(sequence, track, face_time=now, shot=message)


async def first(
    events: AsyncIterator[LobbyEvent], is_it: Callable[[LobbyEvent], bool]
) -> LobbyEvent:
    async with asyncio.timeout(LIMIT_S):
        async for event in events:
            if is_it(event):
                return event
    raise AssertionError("the stream ended")


async def test_a_face_shown_to_a_camera_is_an_alert_on_the_staffs_stream(
    box: ScriptedBox, staff: SmartBranchClient, shots: Shots
) -> None:
    events = staff.lobby.listen(CENTRE)
    hello = await first(events, lambda event: True)
    assert isinstance(hello.payload, Hello)
    await show(box, 1, shots["ann"])
    told = await first(events, lambda event: isinstance(event.payload, LobbyAlert))
    assert isinstance(told.payload, LobbyAlert)
    assert (told.payload.kind, told.payload.reason) == ("ARRIVAL", "TIER_ARRIVED")
    (visit,) = [one async for one in staff.lobby.list_visits(CENTRE)]
    assert visit.customer is not None
    assert visit.customer.display_name == "Ms Ann"
    assert told.payload.visit == visit.name
    await box.acknowledged(1)
    done = await staff.lobby.update_alert(told.payload.name, Action.ACKNOWLEDGE, request_id="r1")
    assert (done.state, done.assignee) == ("ACKNOWLEDGED", "anna")
    again = await first(events, lambda event: isinstance(event.payload, LobbyAlert))
    assert again.payload == done


async def test_a_record_that_comes_twice_is_one_visit_and_one_alert(
    box: ScriptedBox, staff: SmartBranchClient, shots: Shots
) -> None:
    for _ in range(2):
        await show(box, 1, shots["ann"])
    await show(box, 2, shots["ben"], "t2")
    await box.acknowledged(2)
    visits = [one async for one in staff.lobby.list_visits(CENTRE)]
    alerts = [one async for one in staff.lobby.list_alerts(CENTRE)]
    assert sorted(visit.subject.rpartition("/")[2] for visit in visits) == ["ann", "ben"]
    assert [alert.reason for alert in alerts] == ["TIER_ARRIVED"]


async def test_who_comes_back_is_told_what_was_missed(
    box: ScriptedBox, staff: SmartBranchClient, shots: Shots
) -> None:
    await show(box, 1, shots["ben"])
    await box.acknowledged(1)
    await first(staff.lobby.listen(CENTRE), lambda event: True)
    events = staff.lobby.listen(CENTRE, after_event_id=0)
    missed = await first(events, lambda event: isinstance(event.payload, LobbyVisit))
    assert isinstance(missed.payload, LobbyVisit)
    assert missed.payload.subject.endswith("/ben")


async def test_a_crop_that_is_no_picture_does_not_stop_its_camera(
    box: ScriptedBox, staff: SmartBranchClient, shots: Shots
) -> None:
    shot = shots["ann"]
    broken = FaceShot(
        *(b"\xff\xd8\xff\xe0 no picture", shot.captured_at, shot.landmarks, shot.box_xyxy),
        *(shot.score, shot.quality, shot.face_px),
    )
    await show(box, 1, broken)
    await show(box, 2, shots["ben"], "t2")
    await box.acknowledged(2)
    assert len([one async for one in staff.lobby.list_visits(CENTRE)]) == 1


@pytest.mark.parametrize(
    ("branch", "asked"),
    [("north", CENTRE), (BRANCH, f"tenants/bank-b/branches/{BRANCH}")],
    ids=["another branch", "another tenant"],
)
async def test_another_branch_is_not_there(
    server: InProcessServer, tokens: TokenMaker, branch: str, asked: str
) -> None:
    async with SmartBranchClient(server.grpc, token=staff_token(tokens, branch)) as client:
        for ask in (
            lambda: client.lobby.get_flow(asked),
            lambda: anext(client.lobby.listen(asked)),
            lambda: anext(client.lobby.list_visits(asked)),
            lambda: client.lobby.update_alert(f"{asked}/alerts/alert-1", Action.CLOSE),
        ):
            with pytest.raises(ApiError, match="there is no branch") as caught:
                await ask()
            assert caught.value.reason == "BRANCH_NOT_FOUND"


async def test_a_box_may_not_ask_what_staff_ask(
    server: InProcessServer, tokens: TokenMaker
) -> None:
    token = tokens.token("edge_device", tenant=TENANT)
    async with SmartBranchClient(server.grpc, token=token) as client:
        with pytest.raises(ApiError) as caught:
            await client.lobby.get_flow(CENTRE)
        assert caught.value.reason == "ROLE_NOT_ALLOWED"
