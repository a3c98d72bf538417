"""Who asks through a page: somebody who is signed in, by cookie, or who shows a token."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from base.errors import SignInNeededError
from serving.bridge import Bridge
from serving.caller import Caller
from serving.gate import Gate
from serving.http.guard import check_own_page
from serving.limits import Slots
from serving.readiness import Readiness
from serving.settings import ServerSettings

COOKIE = "smartbranch_staff"
# Before a cookie is looked at nobody is known who could be held to a rate. One takes about a
# millisecond, and all tablets of a bank come back at once after a restart.
MAX_CHECKS = 1024


class StaffDoor:
    """Checks cookies of staff; for one event loop."""

    def __init__(
        self, settings: ServerSettings, gate: Gate, readiness: Readiness, bridge: Bridge
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._readiness = readiness
        self._bridge = bridge
        self._checks = Slots(MAX_CHECKS, "sign-in checks")

    def opener(self, is_use: bool = True) -> Callable[[Request, str], Awaitable[Caller]]:
        """Return `admit`. is_use: somebody does something, so that the sign-in is not idle."""

        async def admit(request: Request, method: str) -> Caller:
            authorization = request.headers.get("authorization")
            if authorization is not None and self._settings.needs_token:
                return self._gate.admit(method, authorization, None)
            check_own_page(request)
            caller = await self.check(cookie_of(request), is_use)
            return self._gate.admit(method, None, None, caller)

        return admit

    async def check(self, cookie: str | None, is_use: bool) -> Caller:
        """Return who is signed in. Raises SignInNeededError and SignInExpiredError."""
        if cookie is None:
            raise SignInNeededError("nobody is signed in; sign in first")
        staff = self._readiness.services().staff
        with self._checks.slot():
            account = await self._bridge.run(
                lambda: staff.check(cookie, is_use=is_use), self._settings.default_deadline_s
            )
        return account.caller


def cookie_of(request: Request) -> str | None:
    """Return what stands for a sign-in, None without one."""
    cookie: str | None = request.cookies.get(COOKIE)
    return cookie
