"""Cases at a whole server: every route is there, behind roles, and speaks as the contract says."""

from collections.abc import Iterator

import httpx
import pytest

from cli.staff_local import open_accounts
from serving.caller import Role
from tests.support.server import ServerProcess

PASSWORD = "correct horse battery"


@pytest.fixture
def browsers(server: ServerProcess) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """An operator and a reviewer, each signed in."""
    roles = {"oskar": Role.OPERATOR, "ruth": Role.REVIEWER}
    url = f"http://{server.http}"
    with open_accounts(server.config) as accounts:
        for name, role in roles.items():
            accounts.add("local", "default", name, PASSWORD, {role})
    with (
        httpx.Client(base_url=url, timeout=30) as operator,
        httpx.Client(base_url=url, timeout=30) as reviewer,
    ):
        for browser, name in zip((operator, reviewer), roles, strict=True):
            sent = {"name": name, "password": PASSWORD}
            browser.post("/v1/staff:signIn", json=sent).raise_for_status()
        yield operator, reviewer


def test_from_an_open_case_to_its_evidence_and_its_end(
    browsers: tuple[httpx.Client, httpx.Client],
) -> None:
    operator, reviewer = browsers
    asked = {"product": "account", "participants": [{"role": "CUSTOMER"}]}
    opened = operator.post("/v1/interviews", json=asked).raise_for_status().json()
    path = f"/v1/interviews/{opened['interview']['name'].rpartition('/')[2]}"
    person = f"{path}/participants/p1"
    assert reviewer.post(f"{path}:handOver", json={"text": "by telephone"}).is_success
    (waiting,) = reviewer.get("/v1/interviews?state=REVIEW").json()["interviews"]
    assert waiting["hand_over_reason"] == "ASKED_BY_STAFF"
    assert reviewer.get(f"{person}/recording").json()["pictures"] == []
    missing = reviewer.get(f"{person}/pictures/face").json()["error"]
    assert missing["reason"] == "PHOTO_NOT_FOUND"
    decided = reviewer.post(f"{path}:review", json={"approved": False, "reason": "nobody came"})
    assert decided.json()["interview"]["state"] == "REJECTED"
    assert reviewer.get(f"{path}/evidence").content.startswith(b"PK")
    assert operator.post(f"{path}:erase", json={"reason": "a test"}).is_success
    assert reviewer.get(path).json()["error"]["reason"] == "INTERVIEW_NOT_FOUND"
    assert reviewer.get("/review").headers["content-type"].startswith("text/html")
