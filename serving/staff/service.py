"""Signing in and out, and who is signed in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from base.clock import Clock
from base.errors import (
    InvalidResourceNameError,
    SignInExpiredError,
    SignInFailedError,
    SignInNeededError,
)
from base.ids import check_id
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Outcome
from serving.staff.accounts import StaffAccounts, account_of
from serving.staff.attempts import OF_ACCOUNT, OF_ADDRESS, OF_PAIR, Attempts
from serving.staff.passwords import hash_of_nobody, is_password
from serving.staff.types import Account, SignedIn, StaffLimits
from serving.storage.database import Database
from serving.storage.staff_schema import StaffRow, StaffSessionRow

DEFAULT_TENANT = "default"
MAX_NAME_CHARACTERS = 127  # A tenant, a slash and a name.
MAX_SESSIONS = 32  # Of one account; the oldest ends.
# How exactly idleness is measured: each note of use is a write.
NOTE_USE_EVERY_S = 60.0
_SECRET_BYTES = 32
_MAX_COOKIE_CHARACTERS = 256


class StaffService:
    """Staff of every tenant; blocking, safe to share between threads."""

    def __init__(
        self, database: Database, audit: AuditLog, clock: Clock, limits: StaffLimits
    ) -> None:
        self.accounts = StaffAccounts(database, audit, clock)
        self._database = database
        self._audit = audit
        self._clock = clock
        self._limits = limits
        self._of_pair = Attempts(OF_PAIR, clock)
        self._of_account = Attempts(OF_ACCOUNT, clock)
        self._of_address = Attempts(OF_ADDRESS, clock)
        # An unknown name takes as long as a known one: its password is compared with this.
        self._nobody = hash_of_nobody()

    def sign_in(
        self, name: str, password: str, address: str, former: str | None = None
    ) -> SignedIn:
        """Sign in as `name` or `tenant/name`. former: a cookie that ends with it.

        Raises SignInFailedError, whatever of the two is wrong, and TooManyAttemptsError.
        """
        tenant, name = _split(name)
        key, pair = f"{tenant}/{name}", f"{tenant}/{name} {address}"
        self._of_address.begin(address)
        self._of_pair.begin(pair)
        self._of_account.begin(key)
        row = self._find(tenant, name)
        is_right = is_password(password, row.password_hash if row else self._nobody)
        if row is None or row.disabled_at is not None or not is_right:
            self._note_failure(row)
            raise SignInFailedError("name and password do not belong together")
        signed_in = self._open(row, former)
        self._of_address.give_back(address)
        self._of_pair.forget(pair)
        self._of_account.forget(key)
        return signed_in

    def check(self, cookie: str | None, *, is_use: bool = True) -> Account:
        """Return who is signed in. is_use: somebody does something, so that it is not idle.

        Raises SignInNeededError and SignInExpiredError.
        """
        tenant, digest = _parse(cookie)
        now = self._clock.now()
        with self._database.read() as transaction:
            staff = transaction.tenant(tenant).staff
            session = staff.session(digest)
            if session is None or not self._is_alive(session, now):
                raise SignInExpiredError("the sign-in has ended; sign in again")
            row = staff.find(session.name)
            used_at = session.used_at
        if row is None or row.disabled_at is not None:
            raise SignInExpiredError("the account may not sign in any more")
        if is_use and now - used_at >= timedelta(seconds=NOTE_USE_EVERY_S):
            with self._database.write() as transaction:
                transaction.tenant(tenant).staff.use_session(digest, now)
        return account_of(row)

    def sign_out(self, cookie: str | None) -> None:
        """End a sign-in; one that has ended is none."""
        try:
            account = self.check(cookie, is_use=False)
            tenant, digest = _parse(cookie)
        except (SignInNeededError, SignInExpiredError):
            return
        with self._database.write() as transaction:
            if transaction.tenant(tenant).staff.end_session(digest):
                event = _event(tenant, account.name, "staff.sign_out")
                self._audit.record(transaction, event)

    def sweep(self) -> None:
        """Forget sign-ins that have ended; call it now and then."""
        now = self._clock.now()
        with self._database.read() as transaction:
            tenants = transaction.tenants_of_staff()
        for tenant in tenants:
            with self._database.write() as transaction:
                transaction.tenant(tenant).staff.forget_sessions(now, self._idle_since(now))

    def _find(self, tenant: str, name: str) -> StaffRow | None:
        try:
            check_id(name, "name")
            with self._database.read() as transaction:
                return transaction.tenant(tenant).staff.find(name)
        except InvalidResourceNameError:
            return None

    def _open(self, row: StaffRow, former: str | None) -> SignedIn:
        """Keep a new sign-in. Raises SignInFailedError if the account was changed meanwhile."""
        now = self._clock.now()
        expires_at = now + timedelta(seconds=self._limits.session_s)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        self.sign_out(former)
        with self._database.write() as transaction:
            staff = transaction.tenant(row.tenant).staff
            kept = staff.find(row.name)
            if kept is None or (kept.password_hash, kept.disabled_at) != (row.password_hash, None):
                raise SignInFailedError("name and password do not belong together")
            session = StaffSessionRow(
                tenant=row.tenant,
                digest=_digest(secret),
                name=row.name,
                started_at=now,
                used_at=now,
                expires_at=expires_at,
            )
            staff.add_session(session, MAX_SESSIONS)
            self._audit.record(transaction, _event(row.tenant, row.name, "staff.sign_in"))
            return SignedIn(account_of(kept), f"{row.tenant}:{secret}", expires_at)

    def _note_failure(self, row: StaffRow | None) -> None:
        """Leave a line, which takes as long for an account that is not there.

        What was typed for an unknown name is not written down: it may be a password.
        """
        tenant, name = (row.tenant, row.name) if row else ("system", "unknown")
        event = _event(tenant, name, "staff.sign_in", Outcome.REFUSED)
        self._audit.append(event.actor, event.tenant, event.action, event.resource, event.outcome)

    def _is_alive(self, session: StaffSessionRow, now: datetime) -> bool:
        return session.expires_at > now and session.used_at > self._idle_since(now)

    def _idle_since(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self._limits.idle_s)


def _split(name: str) -> tuple[str, str]:
    """Return tenant and account; what keyboards add is taken off."""
    text = name[: MAX_NAME_CHARACTERS + 1].strip().lower()
    tenant, slash, account = text.partition("/")
    return (tenant, account) if slash else (DEFAULT_TENANT, text)


def _parse(cookie: str | None) -> tuple[str, str]:
    """Return the tenant of a cookie and the digest that it is kept by."""
    tenant, colon, secret = (cookie or "").partition(":")
    if not colon or not secret or len(cookie or "") > _MAX_COOKIE_CHARACTERS:
        raise SignInNeededError("nobody is signed in; sign in first")
    try:
        return check_id(tenant, "tenant"), _digest(secret)
    except InvalidResourceNameError:
        raise SignInNeededError("nobody is signed in; sign in first") from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _event(tenant: str, name: str, action: str, outcome: Outcome = Outcome.OK) -> AuditEvent:
    return AuditEvent(name, tenant, action, f"tenants/{tenant}/staff/{name}", outcome, {})
