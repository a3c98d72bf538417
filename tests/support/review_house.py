"""Cases on a real port: the real service, storage, sign-in and calls; no models, no streams."""

from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, cast

import structlog
from fastapi import FastAPI

from base.clock import SystemClock
from kyc.policy_file import read_policy
from serving.assembly import Services
from serving.audit.log import AuditLog
from serving.bridge import Bridge
from serving.caller import Role
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.gate import Gate
from serving.http.answers import Answering
from serving.http.interviews import InterviewRoutes
from serving.http.interviews_media import InterviewMediaRoutes
from serving.http.staff import StaffRoutes
from serving.interview.files import CaseFiles
from serving.interview.recording_heads import RecordingHeads
from serving.interview.service import InterviewService
from serving.limits import RateLimiter, Slots
from serving.readiness import Readiness
from serving.settings import ServerSettings
from serving.staff.service import StaffService
from serving.staff.types import StaffLimits
from serving.storage.database import DATABASE_FILE, Database
from serving.telemetry.metrics import Metrics
from tests.support.galleries import ManualClock
from tests.support.page_server import PageServer
from tests.support.review_cases import CaseMaker

PASSWORD = "open sesame 12"
TENANT, OTHER = "default", "bank-b"
STAFF = {
    "rita": Role.REVIEWER,
    "rolf": Role.REVIEWER,
    "anna": Role.AUDITOR,
    "olga": Role.OPERATOR,
}


class ReviewHouse(PageServer):
    """A served review desk with two reviewers, an auditor and an operator.

    staff_clock: of sign-ins. maker: makes cases of the tenant `default`, other_maker of another.
    """

    def __init__(self, folder: Path) -> None:
        clock, keyring = SystemClock(), Keyring(Key.generate())
        self.database = Database.open_file(folder / DATABASE_FILE)
        self.audit = AuditLog(self.database, keyring, clock, folder / "audit")
        self.staff_clock = ManualClock()
        limits = StaffLimits(session_s=36_000, idle_s=14_400)
        self.staff = StaffService(self.database, self.audit, self.staff_clock, limits)
        heads = RecordingHeads(self.database, clock)
        self.cases = InterviewService(
            *(self.database, keyring, self.audit, clock, read_policy(None)),
            CaseFiles(folder, clock, book=heads),
        )
        filming = ManualClock(clock.now())
        films = CaseFiles(folder, filming, book=heads)
        self.maker = CaseMaker(self.cases, films, filming, TENANT)
        self.other_maker = CaseMaker(self.cases, films, filming, OTHER)
        options: dict[str, Any] = {"data_dir": folder, "http_listen": "127.0.0.1:0"}
        self._settings = ServerSettings(**options)
        self._bridge = Bridge(4, clock)
        self._cookies: dict[str, str] = {}
        for name, role in STAFF.items():
            self.staff.accounts.add("ops", TENANT, name, PASSWORD, {role}, None, ())
        self.staff.accounts.add("ops", OTHER, "eve", PASSWORD, {Role.REVIEWER}, None, ())
        super().__init__()

    def add_routes(self, app: FastAPI) -> None:
        """Add the calls of staff and of cases, as the server has them."""
        settings, clock, readiness = self._settings, SystemClock(), Readiness()
        services = SimpleNamespace(
            staff=self.staff, interviews=self.cases, audit=self.audit, lobby=None
        )
        readiness.set(cast(Services, services))
        rates = RateLimiter(10_000, 10_000, clock)
        log = structlog.get_logger()
        gate = Gate(None, None, Slots(64), rates, Metrics(), log, clock)
        answering = Answering(settings, gate, readiness, self._bridge)
        app.include_router(StaffRoutes(answering, self._bridge, settings).router())
        app.include_router(InterviewRoutes(answering, settings).router())
        app.include_router(InterviewMediaRoutes(answering, self._bridge, settings, clock).router())

    def sign_in(self, name: str, tenant: str = TENANT) -> str:
        """Sign somebody in; return the value of the cookie."""
        account = name if tenant == TENANT else f"{tenant}/{name}"
        # A password is slow to check, as it has to be.
        if account not in self._cookies:
            signed_in = self.staff.sign_in(account, PASSWORD, "127.0.0.1", None)
            self._cookies[account] = signed_in.cookie
        return self._cookies[account]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._bridge.close()
        self.database.close()
