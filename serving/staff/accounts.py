"""Accounts of staff: added, listed, disabled, given another password."""

import json
from collections.abc import Collection

from base.clock import Clock
from base.errors import InvalidArgumentError, StaffExistsError, StaffNotFoundError
from base.ids import check_id
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Role
from serving.staff.passwords import check_password, hash_password
from serving.staff.types import STAFF_ROLES, TENANT_WIDE, Account
from serving.storage.database import Database, Transaction
from serving.storage.staff_schema import StaffRow

MAX_DUTIES = 16


class StaffAccounts:
    """Accounts of every tenant; blocking. Whatever ends an account's right ends its sign-ins."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    def add(
        self,
        actor: str,
        tenant: str,
        name: str,
        password: str,
        roles: Collection[Role],
        branch: str | None = None,
        duties: Collection[str] = (),
    ) -> Account:
        """Add an account. Raises StaffExistsError, InvalidArgumentError and for bad ids."""
        _check(name, roles, branch, duties)
        kept = hash_password(check_password(password, name))
        now = self._clock.now()
        with self._database.write() as transaction:
            staff = transaction.tenant(tenant).staff
            if staff.find(name) is not None:
                raise StaffExistsError(f"tenant {tenant} has an account {name}", name=name)
            row = StaffRow(
                tenant=tenant,
                name=name,
                password_hash=kept,
                roles=json.dumps(sorted(role.value for role in roles)),
                branch=branch,
                duties=json.dumps(sorted(set(duties))),
                created_at=now,
                password_set_at=now,
            )
            staff.add(row)
            account = account_of(row)
            self._record(transaction, actor, account, "staff.add")
            return account

    def all(self, tenant: str) -> list[Account]:
        """Return every account of a tenant, by name."""
        with self._database.read() as transaction:
            return [account_of(row) for row in transaction.tenant(tenant).staff.all()]

    def disable(self, actor: str, tenant: str, name: str) -> Account:
        """Let an account sign in no more, and end its sign-ins. Raises StaffNotFoundError."""
        with self._database.write() as transaction:
            row = _row(transaction, tenant, name)
            row.disabled_at = row.disabled_at or self._clock.now()
            ended = transaction.tenant(tenant).staff.end_sessions_of(name)
            self._record(transaction, actor, account_of(row), "staff.disable", ended)
            return account_of(row)

    def set_password(self, actor: str, tenant: str, name: str, password: str) -> Account:
        """Give an account another password, and end its sign-ins; a disabled one is enabled.

        Raises StaffNotFoundError and InvalidArgumentError.
        """
        kept = hash_password(check_password(password, name))
        with self._database.write() as transaction:
            row = _row(transaction, tenant, name)
            row.password_hash = kept
            row.password_set_at = self._clock.now()
            row.disabled_at = None
            ended = transaction.tenant(tenant).staff.end_sessions_of(name)
            self._record(transaction, actor, account_of(row), "staff.password", ended)
            return account_of(row)

    def _record(
        self,
        transaction: Transaction,
        actor: str,
        account: Account,
        action: str,
        ended_count: int = 0,
    ) -> None:
        details: Details = {
            "roles": ",".join(sorted(role.value for role in account.roles)),
            "branch": account.branch,
            "ended_sessions": ended_count,
        }
        name = f"tenants/{account.tenant}/staff/{account.name}"
        event = AuditEvent(actor, account.tenant, action, name, Outcome.OK, details)
        self._audit.record(transaction, event)


def account_of(row: StaffRow) -> Account:
    """Return the account that a row keeps."""
    return Account(
        tenant=row.tenant,
        name=row.name,
        roles=frozenset(Role(role) for role in json.loads(row.roles)),
        branch=row.branch,
        duties=frozenset(json.loads(row.duties)),
        created_at=row.created_at,
        password_set_at=row.password_set_at,
        disabled_at=row.disabled_at,
    )


def _row(transaction: Transaction, tenant: str, name: str) -> StaffRow:
    row = transaction.tenant(tenant).staff.find(name)
    if row is None:
        raise StaffNotFoundError(f"tenant {tenant} has no account {name}", name=name)
    return row


def _check(name: str, roles: Collection[Role], branch: str | None, duties: Collection[str]) -> None:
    check_id(name, "name")
    if not roles or not set(roles) <= STAFF_ROLES:
        names = ", ".join(sorted(role.value for role in STAFF_ROLES))
        raise InvalidArgumentError(f"an account has roles among {names}", field="role")
    if branch is not None:
        check_id(branch, "branch")
        if TENANT_WIDE & set(roles):
            raise InvalidArgumentError(
                "only lobby_staff is bound to a branch; other roles see the whole tenant",
                field="branch",
            )
    if len(duties) > MAX_DUTIES:
        raise InvalidArgumentError(f"an account has at most {MAX_DUTIES} duties", field="duty")
    for duty in duties:
        check_id(duty, "duty")
