"""Signing in at a real server whose accounts are kept from the command line."""

import httpx

from cli.staff_local import open_accounts
from serving.caller import Role
from tests.support.server import ServerProcess

PASSWORD = "correct horse battery"


async def test_an_account_that_another_process_keeps_counts_at_once(server: ServerProcess) -> None:
    sent = {"name": "mei", "password": PASSWORD}
    async with httpx.AsyncClient(base_url=f"http://{server.http}", timeout=30) as browser:
        assert (await browser.get("/v1/staff/me")).json()["error"]["reason"] == "SIGN_IN_NEEDED"
        with open_accounts(server.config) as accounts:
            accounts.add("local", "default", "mei", PASSWORD, {Role.OPERATOR})
        assert (await browser.post("/v1/staff:signIn", json=sent)).json()["roles"] == ["operator"]
        assert (await browser.get("/v1/console/lobby")).json()["branches"] == []
        stream = await browser.get("/v1/lobby/branches/north/events")
        assert stream.json()["error"]["reason"] == "BRANCH_NOT_FOUND"
        with open_accounts(server.config) as accounts:
            accounts.disable("local", "default", "mei")
        ended = await browser.get("/v1/staff/me")
        assert (ended.status_code, ended.json()["error"]["reason"]) == (401, "SIGN_IN_EXPIRED")
