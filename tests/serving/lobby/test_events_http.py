"""Server-sent events on a real port: live, resumed, private to a branch, ended with the sign-in."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from base.errors import StorageFailedError
from serving.caller import Role
from serving.http import events
from serving.staff import passwords
from serving.staff.types import Account
from tests.support.lobby import BRANCH, TENANT, customer, flow_span, open_lobby
from tests.support.lobby_http import LobbyHttp, SentEvent, listening, serve_lobby
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

HERE = f"/v1/lobby/branches/{BRANCH}"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(
    tmp_path_factory: pytest.TempPathFactory, enrolled: Path, faces: FacePipeline
) -> AsyncIterator[LobbyHttp]:
    folder = Path(shutil.copytree(enrolled, tmp_path_factory.mktemp("events") / "data"))
    branches = {BRANCH: ("customers",), "west": ("customers",)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_LOG2_N", 10)
        patch.setattr(events, "HEARTBEAT_S", 0.05)
        patch.setattr(events, "RECHECK_S", 0.1)
        with open_lobby(folder, faces, branches=branches) as running:
            for name in ("ann", "ben"):
                running.directory.customers[name] = customer(name, running.now)
            async with serve_lobby(running, folder, max_tablets=6) as served:
                yield served


async def next_of(stream: AsyncIterator[SentEvent], kind: str) -> SentEvent:
    async with asyncio.timeout(15):
        while (event := await anext(stream)).kind != kind:
            pass
    return event


async def test_a_customer_who_comes_in_is_on_the_tablet_and_the_way_is_measured(
    served: LobbyHttp, shots: Mapping[str, FaceShot]
) -> None:
    async with served.browser("anna") as anna, listening(anna) as stream:
        hello = await next_of(stream, "hello")
        assert hello.id is None
        served.running.see("t1", shots["ann"])
        visit = await next_of(stream, "visit")
        alert = await next_of(stream, "alert")
        assert visit.payload["customer"]["display_name"] == "Ms Ann"
        assert alert.payload["kind"] == "ARRIVAL"
        assert (visit.id, str(alert.id)) == (int(visit.data["id"]), alert.data["id"])
        now = served.running.now + timedelta(seconds=0.5)
        receipts = [
            {"event_id": str(event.id), "received_time": now.isoformat()}
            for event in (visit, alert)
        ]
        answer = await anna.post(f"{HERE}/receipts", json={"receipts": receipts})
        assert answer.json()["counted"] > 0
        async with served.browser("olga") as olga:
            delivery = (await olga.get("/v1/console/lobby")).json()["delivery"]
        (times,) = delivery["branches"]
        assert times["door_to_tablet"]["p50_s"] == 0.5
        metrics = served.metrics.text().decode()
        labels = f'branch="{BRANCH}",tenant="{TENANT}"'
        assert f"smartbranch_door_to_tablet_seconds_count{{{labels}}}" in metrics
        assert "smartbranch_event_streams 1.0" in metrics


async def test_what_one_tablet_does_is_on_the_other(
    served: LobbyHttp, shots: Mapping[str, FaceShot]
) -> None:
    async with served.browser("anna") as one, served.browser("anna") as two:
        served.running.see("t2", shots["ben"])
        alert = (await one.get(f"{HERE}/alerts")).json()["alerts"][0]
        async with listening(two) as stream:
            await next_of(stream, "hello")
            update = {"action": "ACKNOWLEDGE", "request_id": "one"}
            number = alert["name"].rpartition("/")[2]
            await one.post(f"{HERE}/alerts/{number}:update", json=update)
            told = await next_of(stream, "alert")
            assert (told.payload["name"], told.payload["state"]) == (alert["name"], "ACKNOWLEDGED")


async def test_a_page_that_comes_back_gets_what_it_missed(
    served: LobbyHttp, shots: Mapping[str, FaceShot]
) -> None:
    async with served.browser("anna") as anna:
        async with listening(anna) as stream:
            last = int((await next_of(stream, "hello")).payload.get("last_id", "0"))
        served.running.see("t3", shots["stranger"])
        for headers, query in (
            ({"last-event-id": str(last)}, ""),
            ({}, f"?after={last}"),
            ({"last-event-id": str(last)}, "?after=1"),
        ):
            async with anna.stream("GET", f"{HERE}/events{query}", headers=headers) as response:
                lines = response.aiter_lines()
                text = ""
                async with asyncio.timeout(15):
                    while "event: visit" not in text:
                        text += await anext(lines) + "\n"
                assert f"id: {last}\n" not in text
        refused = await anna.get(f"{HERE}/events", headers={"last-event-id": "x"})
        assert refused.json()["error"]["reason"] == "ARGUMENT_INVALID"


async def test_an_event_of_one_branch_reaches_no_other(
    served: LobbyHttp, shots: Mapping[str, FaceShot]
) -> None:
    served.add("zoe", Role.LOBBY_STAFF, "west")
    async with (
        served.browser("anna") as anna,
        served.browser("zoe") as zoe,
        listening(anna) as here,
        listening(zoe, "west") as there,
    ):
        await next_of(here, "hello")
        await next_of(there, "hello")
        served.running.see("t4", shots["wolf"])
        served.running.see("w1", shots["stranger"], branch="west")
        mine, theirs = await next_of(here, "visit"), await next_of(there, "visit")
        assert f"/branches/{BRANCH}/" in mine.payload["name"]
        assert "/branches/west/" in theirs.payload["name"]


async def test_a_colleague_to_whom_an_alert_is_handed_over_sees_it(
    served: LobbyHttp, shots: Mapping[str, FaceShot]
) -> None:
    served.add("ting", Role.LOBBY_STAFF, BRANCH, "teller")
    async with (
        served.browser("anna") as anna,
        served.browser("ting") as ting,
        listening(ting) as tellers,
    ):
        await next_of(tellers, "hello")
        served.running.see("t9", shots["wolf"])
        alerts = (await anna.get(f"{HERE}/alerts")).json()["alerts"]
        alert = next(one for one in alerts if one.get("roles") == ["manager"])
        assert alert["name"] not in (await ting.get(f"{HERE}/alerts")).text
        update = {"action": "HAND_OVER", "assignee": "ting", "request_id": "two"}
        number = alert["name"].rpartition("/")[2]
        await anna.post(f"{HERE}/alerts/{number}:update", json=update)
        told = (await next_of(tellers, "alert")).payload
        assert (told["name"], told["state"]) == (alert["name"], "HANDED_OVER")
        assert alert["name"] in (await ting.get(f"{HERE}/alerts")).text


async def test_counts_come_without_a_number_of_their_own(served: LobbyHttp) -> None:
    async with served.browser("anna") as anna, listening(anna) as stream:
        await next_of(stream, "hello")
        served.running.tell(flow_span(served.running.now, persons=4))
        flow = await next_of(stream, "flow")
        assert flow.id is None
        assert any(zone.get("person_count") == 4 for zone in flow.payload["zones"])


@pytest.mark.parametrize("how", ["signs out", "is disabled", "is away too long"])
async def test_a_stream_ends_with_its_sign_in_and_says_so(served: LobbyHttp, how: str) -> None:
    name = f"mei-{how[-4:].strip()}"
    served.add(name, Role.LOBBY_STAFF, BRANCH)
    async with served.browser(name) as mei, listening(mei) as stream:
        await next_of(stream, "hello")
        if how == "signs out":
            await mei.post("/v1/staff:signOut")
        elif how == "is disabled":
            served.staff.accounts.disable("ops", TENANT, name)
        else:
            served.running.world.clock.advance(14_401)
        trouble = await next_of(stream, "trouble")
        assert trouble.payload["code"] == "SIGN_IN_EXPIRED"
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_a_stream_outlasts_a_check_that_fails_and_not_many(
    served: LobbyHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy moment at the check ended streams with a fault in the log."""
    asked: list[str] = []

    def fail(cookie: str, *, is_use: bool) -> Account:
        asked.append(cookie)
        raise StorageFailedError("the database failed")

    monkeypatch.setattr(events, "MAX_UNCHECKED_S", 0.5)
    async with served.browser("anna") as anna, listening(anna) as stream:
        await next_of(stream, "hello")
        monkeypatch.setattr(served.staff, "check", fail)
        with pytest.raises(StopAsyncIteration):
            await next_of(stream, "never")
        assert len(asked) > 1


async def test_streams_have_a_limit_and_free_their_place(served: LobbyHttp) -> None:
    async with served.browser("anna") as anna:
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(listening(anna)) for _ in range(6)]
            for stream in streams:
                await next_of(stream, "hello")
            refused = await anna.get(f"{HERE}/events")
            assert (refused.status_code, refused.json()["error"]["reason"]) == (
                429,
                "SERVER_BUSY",
            )
        async with asyncio.timeout(15):
            while (answer := await status_of(anna)) == 429:
                pass
        assert answer == 200


async def status_of(client: httpx.AsyncClient) -> int:
    async with client.stream("GET", f"{HERE}/events") as response:
        return response.status_code


async def test_a_heartbeat_keeps_the_line_open(served: LobbyHttp) -> None:
    async with (
        served.browser("anna") as anna,
        anna.stream("GET", f"{HERE}/events") as response,
        asyncio.timeout(15),
    ):
        assert response.headers["x-accel-buffering"] == "no"
        assert "no-cache" in response.headers["cache-control"]
        lines = response.aiter_lines()
        while not (await anext(lines)).startswith(":"):
            pass


async def test_streams_end_when_the_server_stops(served: LobbyHttp, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(serve_lobby(served.running, tmp_path))
        async with other.browser("anna") as anna, listening(anna) as stream:
            await next_of(stream, "hello")
            other.gate.drain()
            other.front.hub.close()
            with pytest.raises(StopAsyncIteration):
                await next_of(stream, "never")
            assert (await anna.get(f"{HERE}/events")).status_code == 503
