"""How long cases are kept: ended in time, forgotten when it is due, and not before."""

from typing import Final

from base.clock import Clock
from base.errors import InterviewHeldError
from base.ids import InterviewName
from kyc.states import Move
from serving.audit.log import AuditLog
from serving.crypto.key import Key
from serving.galleries.vault import Vaults
from serving.interview.open_case import SYSTEM, OpenCase
from serving.interview.vault import CaseVault
from serving.storage.database import Database
from serving.storage.records import TenantRecords

TIME_RAN_OUT: Final = "TIME_RAN_OUT"
_SWEEP_BATCH: Final = 100


class CaseKeeping:
    """Ends cases whose time has run out, and forgets cases. Safe to share between threads."""

    def __init__(self, database: Database, vaults: Vaults, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._vaults = vaults
        self._audit = audit
        self._clock = clock

    def key_of(self, tenant: str, interview: str) -> Key:
        """Return a case's data key. Raises InterviewNotFoundError."""
        with self._database.read() as transaction:
            records = transaction.tenant(tenant)
            records.interviews.get(interview)
            key = self.key_in(records, interview)
            assert key is not None
            return key

    def key_in(self, records: TenantRecords, interview: str) -> Key | None:
        """Return a case's data key within a transaction, None for a case that is gone."""
        row = records.interviews.find(interview)
        if row is None:
            return None
        name = InterviewName(records.tenant, interview)
        return CaseVault.of(name, self._vaults.open(records), row.wrapped_key).key

    def destroy(self, tenant: str, interview: str) -> int:
        """Forget a case: its key, its rows, its tokens, and what requests about it were answered.

        Returns how many rows there were, 0 for none. Raises InterviewHeldError.
        """
        name = InterviewName(tenant, interview)
        with self._database.write() as transaction:
            records = transaction.tenant(tenant)
            if records.interviews.find(interview) is None:
                return 0
            _check_erasable(records, interview)
            return records.interviews.remove(interview) + records.requests.forget_about(str(name))

    def purgeable(self, limit: int = _SWEEP_BATCH) -> list[InterviewName]:
        """Return cases that were kept as long as the policy says, and that nothing holds."""
        found: list[InterviewName] = []
        with self._database.read() as transaction:
            for tenant in transaction.tenants():
                records = transaction.tenant(tenant).interviews
                due = records.purgeable(self._clock.now(), limit - len(found))
                found += [InterviewName(tenant, interview) for interview in due]
        return found

    def expire(self, tenant: str) -> None:
        """End the cases of a tenant whose time has run out; cheap where there is none."""
        while True:
            with self._database.read() as transaction:
                due = transaction.tenant(tenant).interviews.due(self._clock.now(), _SWEEP_BATCH)
            if not due:
                return
            with self._database.write() as transaction:
                records = transaction.tenant(tenant)
                # Others may have been here meanwhile.
                for interview in records.interviews.due(self._clock.now(), _SWEEP_BATCH):
                    row, vault = records.interviews.get(interview), self._vaults.open(records)
                    case = OpenCase(transaction, self._audit, vault, row, self._clock.now())
                    case.move(None, Move.EXPIRE, TIME_RAN_OUT, SYSTEM)

    def sweep(self) -> None:
        """End every case whose time has run out; call it now and then."""
        with self._database.read() as transaction:
            tenants = transaction.tenants()
        for tenant in tenants:
            self.expire(tenant)


def _check_erasable(records: TenantRecords, interview: str) -> None:
    row = records.interviews.get(interview)
    if row.is_held:
        name = InterviewName(records.tenant, interview)
        raise InterviewHeldError(f"a legal hold keeps {name}; end it first", interview=str(name))
