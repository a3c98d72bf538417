"""The gate: who may come in, how many at once, and what is said of each in log and metrics."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import DrainingError, MissingTokenError, RoleNotAllowedError
from base.ids import new_id
from serving.auth import TokenChecker
from serving.caller import Caller, Role
from serving.failures import Failure, failure_of
from serving.limits import RateLimiter, Slots
from serving.permissions import ANONYMOUS, MAY_SHOW_TOKEN, check_role, is_open
from serving.telemetry.metrics import Metrics
from serving.tls import ClientCertificates

DEVELOPER = Caller("default", "local", frozenset(Role))
NOBODY = Caller("nobody", "nobody", frozenset())
REQUEST_ID_HEADER = "x-request-id"


@dataclass(slots=True)
class Visit:
    """One request on its way through the house.

    is_answered: what it asked for is on its way back; a caller who hangs up then has it.
    """

    method: str
    request_id: str = field(default_factory=lambda: new_id("req"))
    caller: Caller | None = None
    failure: Failure | None = None
    is_answered: bool = False


class CallerGoneError(Exception):
    """The caller hung up; there is nobody to tell."""


_visit: ContextVar[Visit] = ContextVar("visit")


def current_caller() -> Caller:
    """Return who asks. Raises MissingTokenError outside of an authenticated request."""
    visit = _visit.get(None)
    if visit is None or visit.caller is None:
        raise MissingTokenError("this call is for authenticated callers")
    return visit.caller


def current_request_id() -> str:
    """Return the id of the request at hand."""
    return _visit.get().request_id


class Gate:
    """Lets requests in and sees them out; shared by gRPC and HTTP, for one event loop."""

    def __init__(
        self,
        tokens: TokenChecker | None,
        certificates: ClientCertificates | None,
        slots: Slots,
        rates: RateLimiter,
        metrics: Metrics,
        log: FilteringBoundLogger,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._certificates = certificates
        self._slots = slots
        self._rates = rates
        self._metrics = metrics
        self._log = log
        self._clock = clock
        self.draining = asyncio.Event()
        self._running_count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_draining(self) -> bool:
        """Whether new requests are refused because the server stops."""
        return self.draining.is_set()

    def drain(self) -> None:
        """Refuse every new request from now on."""
        self.draining.set()

    async def idle(self, timeout_s: float) -> bool:
        """Wait until nothing runs any more; return whether that came true in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def admit(
        self,
        method: str,
        authorization: str | None,
        certificate: bytes | None,
        signed_in: Caller | None = None,
    ) -> Caller:
        """Return who calls, or raise the reason why this call is refused.

        authorization: the header. certificate: the client's, PEM, as TLS accepted it.
        signed_in: whose sign-in was checked; it stands for the other two.
        """
        self.check_open()
        if method in ANONYMOUS and not self._shows_token(method, authorization):
            # All strangers share one rate: none of them can be told from another.
            self._rates.take((NOBODY.tenant, NOBODY.subject))
            return NOBODY
        caller = signed_in or self._identify(authorization, certificate)
        check_role(caller, method)
        self._rates.take((caller.tenant, caller.subject))
        return caller

    def _shows_token(self, method: str, authorization: str | None) -> bool:
        """Return whether who may come without a token says all the same who it is."""
        return method in MAY_SHOW_TOKEN and (authorization is not None or self._tokens is None)

    def check_open(self) -> None:
        """Raise DrainingError if nothing new is taken."""
        if self.is_draining:
            raise DrainingError("the server is stopping; ask another one")

    def _identify(self, authorization: str | None, certificate: bytes | None) -> Caller:
        device: Caller | None = None
        if certificate is not None and self._certificates is not None:
            device = self._certificates.check(certificate)
        if self._tokens is None:
            return device or DEVELOPER
        if device is None or authorization is not None:
            caller = self._tokens.check(authorization)
            if device is not None and device.tenant != caller.tenant:
                raise RoleNotAllowedError("token and certificate are of different tenants")
            return caller
        return device

    @contextmanager
    def visit(self, method: str) -> Iterator[Visit]:
        """Account for one request: log line, metrics, running count, and what went wrong.

        An error is noted in `Visit.failure` and goes on.
        """
        visit = Visit(method)
        token = _visit.set(visit)
        started_s = self._clock.monotonic()
        self._running_count += 1
        self._idle.clear()
        try:
            yield visit
        except BaseException as error:
            self._note(visit, error)
            raise
        finally:
            _visit.reset(token)
            self._running_count -= 1
            if not self._running_count:
                self._idle.set()
            self._see_out(visit, self._clock.monotonic() - started_s)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold one of the slots for work. Raises TooManyRequestsInFlightError."""
        with self._slots.slot(current_caller().tenant), self._metrics.in_flight.track_inprogress():
            yield

    def _note(self, visit: Visit, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError | CallerGoneError):
            if visit.is_answered:
                return
            visit.failure = Failure("CANCELLED", "CANCELLED", "the caller went away", {}, False)
            return
        visit.failure = failure_of(error, visit.request_id)
        if visit.failure.is_fault:
            self._log.error(
                "fault", request_id=visit.request_id, method=visit.method, exc_info=error
            )

    def _see_out(self, visit: Visit, seconds: float) -> None:
        code = visit.failure.code if visit.failure else "OK"
        reason = visit.failure.reason if visit.failure else ""
        self._metrics.answered(visit.method, code, reason, seconds)
        if is_open(visit.method) and code == "OK":
            return
        self._log.info(
            "request",
            request_id=visit.request_id,
            tenant=visit.caller.tenant if visit.caller else None,
            caller=visit.caller.subject if visit.caller else None,
            method=visit.method,
            code=code,
            reason=reason,
            duration_ms=round(seconds * 1e3, 1),
        )
