"""The pages' calls: who gets in, what they are told, and what a browser is kept from."""

import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from serving.audit.types import Outcome
from serving.caller import Role
from serving.http.staff_door import COOKIE
from serving.lobby.views import GalleryProblem
from serving.staff import passwords
from tests.support.lobby import BRANCH, TENANT, customer, flow_span, open_lobby
from tests.support.lobby_http import PASSWORD, LobbyHttp, serve_lobby
from tests.support.tokens import TokenMaker
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

HERE = f"/v1/lobby/branches/{BRANCH}"
SIGN_IN = {"name": f"{TENANT}/anna", "password": PASSWORD}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(
    tmp_path_factory: pytest.TempPathFactory, enrolled: Path, faces: FacePipeline
) -> AsyncIterator[LobbyHttp]:
    """One server for the whole module, and hashes that cost little."""
    folder = Path(shutil.copytree(enrolled, tmp_path_factory.mktemp("served") / "data"))
    with pytest.MonkeyPatch.context() as patch, open_lobby(folder, faces) as running:
        patch.setattr(passwords, "_LOG2_N", 10)
        async with serve_lobby(running, folder) as served:
            yield served


@pytest_asyncio.fixture(loop_scope="module")
async def anna(served: LobbyHttp) -> AsyncIterator[httpx.AsyncClient]:
    async with served.browser("anna") as client:
        yield client


def reason_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["reason"]


async def test_a_sign_in_is_a_cookie_that_no_script_and_no_other_site_gets(
    served: LobbyHttp,
) -> None:
    async with served.browser() as nobody:
        response = await nobody.post("/v1/staff:signIn", json=SIGN_IN)
        assert response.json() == {
            "name": "anna",
            "tenant": TENANT,
            "roles": ["lobby_staff"],
            "branch": BRANCH,
            "duties": ["manager"],
            "branches": [
                {"id": BRANCH, "display_name": "Centre", "time_zone": "Asia/Shanghai"},
            ],
        }
        cookie = response.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}={TENANT}:")
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert response.headers["cache-control"] == "no-store"
        assert (await nobody.get("/v1/staff/me")).json() == response.json()


async def test_signing_out_ends_it_for_whoever_kept_the_cookie(anna: httpx.AsyncClient) -> None:
    kept = anna.cookies[COOKIE]
    assert (await anna.post("/v1/staff:signOut")).status_code == 200
    assert COOKIE not in anna.cookies
    again = await anna.get("/v1/staff/me", headers={"cookie": f"{COOKIE}={kept}"})
    assert reason_of(again) == (401, "SIGN_IN_EXPIRED")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/staff/me"),
        ("GET", f"{HERE}/visits"),
        ("GET", f"{HERE}/alerts"),
        ("GET", f"{HERE}/flow"),
        ("GET", f"{HERE}/events"),
        ("GET", f"{HERE}/visits/v/photo"),
        ("POST", f"{HERE}/alerts/a:update"),
        ("POST", f"{HERE}/receipts"),
        ("GET", "/v1/console/lobby"),
        ("GET", "/v1/console/galleries"),
    ],
)
async def test_nobody_gets_nothing_on_a_development_server_either(
    served: LobbyHttp, method: str, path: str
) -> None:
    async with served.browser() as nobody:
        assert reason_of(await nobody.request(method, path)) == (401, "SIGN_IN_NEEDED")
        bad = {"cookie": f"{COOKIE}={TENANT}:guessed", "authorization": "Bearer guessed"}
        refused = await nobody.request(method, path, headers=bad)
        assert reason_of(refused) == (401, "SIGN_IN_EXPIRED")


async def test_a_wrong_password_says_nothing_of_the_name(served: LobbyHttp) -> None:
    async with served.browser() as nobody:
        answers = [
            await nobody.post("/v1/staff:signIn", json={"name": name, "password": "wrong"})
            for name in (f"{TENANT}/anna", f"{TENANT}/nobody")
        ]
    assert {reason_of(answer) for answer in answers} == {(401, "SIGN_IN_FAILED")}
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"name=anna", "application/x-www-form-urlencoded", (400, "ARGUMENT_INVALID")),
        (b"{", "application/json", (400, "ARGUMENT_INVALID")),
        (b"[]", "application/json", (400, "ARGUMENT_INVALID")),
        (b'{"name": "anna"}', "application/json", (400, "ARGUMENT_INVALID")),
        (b'{"name": 7, "password": "x"}', "application/json", (400, "ARGUMENT_INVALID")),
        (b'{"name": "anna", "password": "\\ud800"}', "application/json", (400, "ARGUMENT_INVALID")),
        (b"[" * 4000, "application/json", (400, "ARGUMENT_INVALID")),
        (b" " * 5000, "application/json", (413, "MESSAGE_TOO_LARGE")),
    ],
    ids=["form", "broken", "list", "no password", "number", "half", "deep", "long"],
)
async def test_a_body_that_is_no_sign_in_is_refused(
    served: LobbyHttp, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    async with served.browser() as nobody:
        response = await nobody.post(
            "/v1/staff:signIn", content=content, headers={"content-type": kind}
        )
        assert reason_of(response) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=["origin", "another site", "another port"],
)
async def test_another_sites_page_cannot_use_the_cookie(
    anna: httpx.AsyncClient, headers: Mapping[str, str]
) -> None:
    for method, path in (
        ("GET", f"{HERE}/visits"),
        ("GET", f"{HERE}/events"),
        ("POST", f"{HERE}/receipts"),
        ("POST", "/v1/staff:signOut"),
        ("POST", "/v1/staff:signIn"),
    ):
        refused = await anna.request(method, path, headers=headers)
        assert reason_of(refused) == (403, "ROLE_NOT_ALLOWED")
    assert (await anna.get("/v1/staff/me")).status_code == 200


async def test_staff_see_who_has_come_and_what_to_do(
    served: LobbyHttp, anna: httpx.AsyncClient, shots: Mapping[str, FaceShot]
) -> None:
    served.running.directory.customers["ann"] = customer("ann", served.running.now)
    served.running.see("t1", shots["ann"])
    visits = (await anna.get(f"{HERE}/visits")).json()
    (visit,) = visits["visits"]
    assert visit["identity"] == "KNOWN"
    assert visit["customer"]["display_name"] == "Ms Ann"
    assert int(visits["last_event_id"]) > 0
    (alert,) = (await anna.get(f"{HERE}/alerts")).json()["alerts"]
    assert (alert["kind"], alert["state"]) == ("ARRIVAL", "RAISED")
    picture = await anna.get(f"{HERE}/visits/{visit['name'].rpartition('/')[2]}/photo")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")


async def test_an_alert_is_moved_once_however_often_it_is_sent(
    served: LobbyHttp, anna: httpx.AsyncClient, shots: Mapping[str, FaceShot]
) -> None:
    served.running.directory.customers["ben"] = customer("ben", served.running.now)
    served.running.see("t2", shots["ben"])
    alert = (await anna.get(f"{HERE}/alerts")).json()["alerts"][0]
    path = f"{HERE}/alerts/{alert['name'].rpartition('/')[2]}:update"
    sent = {"action": "ACKNOWLEDGE", "request_id": "r-1", "note": "on my way"}
    answers = [(await anna.post(path, json=sent)).json() for _ in range(2)]
    assert [answer["state"] for answer in answers] == ["ACKNOWLEDGED"] * 2
    assert answers[0]["steps"] == answers[1]["steps"]
    assert [step["actor"] for step in answers[1]["steps"] if "actor" in step] == ["anna"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"action": "DANCE", "request_id": "r"}, (400, "ARGUMENT_INVALID")),
        ({"request_id": "r"}, (400, "ARGUMENT_INVALID")),
        ({"action": "CLOSE", "request_id": "r", "who": "me"}, (400, "ARGUMENT_INVALID")),
        ({"action": "CLOSE", "request_id": "r", "action_time": "now"}, (400, "ARGUMENT_INVALID")),
        ({"action": "CLOSE", "request_id": "r"}, (404, "ALERT_NOT_FOUND")),
        ({"action": "CLOSE", "note": "n" * 9000}, (413, "MESSAGE_TOO_LARGE")),
    ],
    ids=["no such action", "no action", "unknown field", "time", "no alert", "long"],
)
async def test_an_update_that_cannot_be_is_refused_with_its_reason(
    anna: httpx.AsyncClient, body: dict[str, object], expected: tuple[int, str]
) -> None:
    refused = await anna.post(f"{HERE}/alerts/none:update", json=body)
    assert reason_of(refused) == expected


@pytest.mark.parametrize("path", ["alerts/none:update", "receipts"])
async def test_a_number_without_end_is_refused(anna: httpx.AsyncClient, path: str) -> None:
    body = b'{"action": 1e999, "receipts": [{"event_id": 1e999}]}'
    kind = {"content-type": "application/json"}
    refused = await anna.post(f"{HERE}/{path}", content=body, headers=kind)
    assert reason_of(refused) == (400, "ARGUMENT_INVALID")


async def test_another_branch_is_not_there_whoever_asks_how(
    served: LobbyHttp, anna: httpx.AsyncClient
) -> None:
    served.add("zoe", Role.LOBBY_STAFF, "west")
    async with served.browser("zoe") as zoe, served.browser("olga") as olga:
        for client, branch in ((anna, "west"), (zoe, BRANCH), (zoe, "west"), (olga, "west")):
            there = f"/v1/lobby/branches/{branch}"
            for path in ("visits", "alerts", "flow", "events", "visits/v/photo"):
                assert reason_of(await client.get(f"{there}/{path}")) == (404, "BRANCH_NOT_FOUND")
            update = {"action": "CLOSE", "request_id": "r"}
            for path, body in (("alerts/a:update", update), ("receipts", {"receipts": []})):
                refused = await client.post(f"{there}/{path}", json=body)
                assert reason_of(refused) == (404, "BRANCH_NOT_FOUND")
        assert (await olga.get(f"{HERE}/visits")).status_code == 200


async def test_an_account_of_another_tenant_finds_no_branch(served: LobbyHttp) -> None:
    served.add("anna", Role.LOBBY_STAFF, BRANCH, tenant="bank-b")
    async with served.browser() as other:
        sent = {"name": "bank-b/anna", "password": PASSWORD}
        assert (await other.post("/v1/staff:signIn", json=sent)).json()["branches"] == []
        assert reason_of(await other.get(f"{HERE}/visits")) == (404, "BRANCH_NOT_FOUND")


async def test_counts_are_told_to_the_page(served: LobbyHttp, anna: httpx.AsyncClient) -> None:
    served.running.tell(flow_span(served.running.now - timedelta(seconds=2), persons=3, came=2))
    flow = (await anna.get(f"{HERE}/flow", params={"with_heat": "true"})).json()
    assert flow["now"]["in_count"] == 2
    assert any(zone["person_count"] == 3 for zone in flow["now"]["zones"])
    for params in ({"with_heat": "yes"}, {"start_time": "today"}, {"end_time": "2026-03-02"}):
        refused = await anna.get(f"{HERE}/flow", params=params)
        assert reason_of(refused) == (400, "ARGUMENT_INVALID")


async def test_the_console_is_for_operators_and_shows_what_concerns_their_tenant(
    served: LobbyHttp, anna: httpx.AsyncClient
) -> None:
    assert reason_of(await anna.get("/v1/console/lobby")) == (403, "ROLE_NOT_ALLOWED")
    served.add("otto", Role.OPERATOR, tenant="bank-b")
    async with served.browser("olga") as olga:
        state = (await olga.get("/v1/console/lobby")).json()
        assert [rule["id"] for rule in state["rules"]["rules"]] == ["vip", "watch"]
        assert state["rules"]["problem"] is None
        assert state["delivery"]["window_s"] == 3600
        galleries = (await olga.get("/v1/console/galleries")).json()["galleries"]
        assert [(one["name"].rpartition("/")[2], one["subject_count"]) for one in galleries] == [
            ("customers", 2),
            ("watch", 1),
        ]
        assert [one["watchlist_of"] for one in galleries] == [[], [BRANCH]]
        await olga.post("/v1/staff:signIn", json={"name": "bank-b/otto", "password": PASSWORD})
        theirs = (await olga.get("/v1/console/lobby")).json()
        assert (theirs["branches"], theirs["rules"]["rules"]) == ([], [])


async def test_the_console_names_the_galleries_that_are_not_searched(
    served: LobbyHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It compared resource names with ids, and so showed none."""
    theirs, ours = (
        GalleryProblem(tenant, BRANCH, f"tenants/{tenant}/galleries/x", "GALLERY_NOT_FOUND", "gone")
        for tenant in ("bank-b", TENANT)
    )
    monkeypatch.setattr(served.running.lobby._galleries, "problems", (theirs, ours))
    async with served.browser("olga") as olga:
        state = (await olga.get("/v1/console/lobby")).json()
    assert [one["gallery"] for one in state["gallery_problems"]] == [ours.gallery]
    assert state["directory"] == {"kind": "none", "is_up": True, "problem": None}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"receipts": "x"},
        {"receipts": [7]},
        {"receipts": [{"event_id": "x", "received_time": "2026-03-02T09:00:00Z"}]},
        {"receipts": [{"event_id": "1", "received_time": "2026-03-02T09:00:00"}]},
        {"receipts": [{"event_id": "1", "received_time": "9999-12-31T23:59:59-23:00"}]},
        {"receipts": [{"event_id": "1"}]},
        {"receipts": [{}] * 257},
    ],
    ids=["nothing", "text", "numbers", "id", "no zone", "last day", "no time", "many"],
)
async def test_receipts_that_cannot_be_read_are_refused(
    anna: httpx.AsyncClient, body: dict[str, object]
) -> None:
    refused = await anna.post(f"{HERE}/receipts", json=body)
    assert reason_of(refused) == (400, "ARGUMENT_INVALID")


async def test_a_token_opens_the_same_calls(served: LobbyHttp, tmp_path: Path) -> None:
    maker = TokenMaker(tmp_path)
    guarded = serve_lobby(served.running, tmp_path, **maker.settings)
    async with guarded as strict, strict.browser() as app:
        token = maker.token("lobby_staff", tenant=TENANT, branch=BRANCH, duties=["manager"])
        staff = {"authorization": f"Bearer {token}"}
        assert (await app.get(f"{HERE}/visits", headers=staff)).status_code == 200
        assert (await app.get("/v1/staff/me", headers=staff)).json()["name"] == "teller-7"
        west = await app.get("/v1/lobby/branches/west/visits", headers=staff)
        assert reason_of(west) == (404, "BRANCH_NOT_FOUND")
        other = {"authorization": f"Bearer {maker.token('reviewer', tenant=TENANT)}"}
        assert reason_of(await app.get(f"{HERE}/visits", headers=other)) == (
            403,
            "ROLE_NOT_ALLOWED",
        )


async def test_sign_ins_leave_lines_and_too_many_failures_a_time_to_wait(
    served: LobbyHttp,
) -> None:
    async with served.browser() as nobody:
        wrong = {**SIGN_IN, "password": "wrong"}
        while (answer := await nobody.post("/v1/staff:signIn", json=wrong)).status_code == 401:
            pass
    assert reason_of(answer) == (429, "TOO_MANY_ATTEMPTS")
    assert int(answer.headers["retry-after"]) > 0
    lines = [line.event for line in served.running.world.audit.lines(TENANT)]
    refused = [line for line in lines if line.outcome is Outcome.REFUSED]
    assert {line.resource for line in refused} == {f"tenants/{TENANT}/staff/anna"}
