"""Erasure of cases: the key and the rows go first, every other store confirms, with a receipt."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from base.clock import Clock
from base.errors import InterviewHeldError, StorageFailedError
from base.ids import InterviewName, new_id
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.types import Receipt, StoreErasure
from serving.galleries.vault import Vaults
from serving.interview.checks import MAX_HOLD, check_lines, tenant_of
from serving.storage.database import Database
from serving.storage.evidence_schema import InterviewErasureRow
from serving.storage.records import TenantRecords

_log = logging.getLogger(__name__)
DATABASE = "database"


class CaseStore(Protocol):
    """A store that holds something of cases and can forget it."""

    @property
    def name(self) -> str:
        """How the store is called in receipts."""
        ...

    def erase(self, name: InterviewName) -> int:
        """Erase, and return how many things there were; doing it twice does no harm.

        Raises StorageFailedError if it has to be tried again.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Begun:
    """An erasure that the database has done and the other stores have not."""

    receipt_id: str
    actor: str
    name: InterviewName
    erased_rows: int


class CaseEraser:
    """Erases cases from every store that registered. Blocking, safe to share between threads.

    A crash in the middle leaves an erasure that `finish_pending` ends: the key is gone by then.
    """

    def __init__(
        self,
        database: Database,
        vaults: Vaults,
        audit: AuditLog,
        clock: Clock,
        stores: Sequence[CaseStore],
    ) -> None:
        self._database = database
        self._vaults = vaults
        self._audit = audit
        self._clock = clock
        self._stores = list(stores)
        self._log = _DatabaseLog(database)

    def register(self, store: CaseStore) -> None:
        """Let a further store take part in every erasure from now on."""
        self._stores.append(store)

    def erase(
        self, caller: Caller, name: InterviewName, reason: str, request_id: str = ""
    ) -> Receipt:
        """Erase a case. For one that was erased before, return that receipt.

        Raises InterviewNotFoundError and InterviewHeldError.
        """
        check_lines(reason, "reason", 1, MAX_HOLD)
        tenant_of(caller, name)
        return self._known(name) or self._confirm(
            self._begin(caller.subject, name, reason, request_id)
        )

    def purge(self, name: InterviewName) -> Receipt:
        """Erase a case that was kept long enough. Raises InterviewHeldError."""
        return self._known(name) or self._confirm(self._begin("retention", name, "", ""))

    def finish_pending(self) -> list[Receipt]:
        """Confirm what a crash or a busy store left open."""
        receipts = []
        with self._database.read() as transaction:
            rows = [
                row
                for tenant in transaction.tenants()
                for row in transaction.tenant(tenant).evidence.pending()
            ]
        for row in rows:
            receipts.append(self._confirm(_of(row)))
        return receipts

    def _known(self, name: InterviewName) -> Receipt | None:
        with self._database.read() as transaction:
            row = transaction.tenant(name.tenant).evidence.erasure(name.interview)
        if row is None:
            return None
        return self._confirm(_of(row)) if row.stores is None else _receipt(row)

    def _begin(self, actor: str, name: InterviewName, reason: str, request_id: str) -> _Begun:
        with self._database.write() as transaction:
            records = transaction.tenant(name.tenant)
            _check_erasable(records, name)
            rows = records.interviews.remove(name.interview)
            rows += records.evidence.forget_heads(name.interview)
            rows += records.requests.forget_about(str(name))
            begun = _Begun(new_id("receipt"), actor, name, rows)
            key = self._vaults.open(records).key
            records.evidence.add(
                InterviewErasureRow(
                    tenant=name.tenant,
                    interview=name.interview,
                    receipt_id=begun.receipt_id,
                    actor=actor,
                    sealed_reason=key.seal(reason.encode(), f"{name}#erasure"),
                    erased_rows=rows,
                    started_at=self._clock.now(),
                )
            )
            details: Details = {"receipt": begun.receipt_id, "request_id": request_id}
            self._audit.record(transaction, _event(begun, "interview.erase", details))
        return begun

    def _confirm(self, begun: _Begun) -> Receipt:
        """Let every store erase; keep the receipt, or the erasure for the sweep to finish."""
        counts = [StoreErasure(DATABASE, begun.erased_rows)]
        is_complete = True
        for store in (*self._stores, self._log):  # The log last: others delete rows as well.
            try:
                counts.append(StoreErasure(store.name, store.erase(begun.name)))
            except StorageFailedError as error:
                _log.error("%s has not erased %s yet: %s", store.name, begun.name, error.reason)
                counts.append(StoreErasure(store.name, 0))
                is_complete = False
        receipt = Receipt(
            begun.receipt_id, str(begun.name), self._clock.now(), tuple(counts), is_complete
        )
        self._keep(begun, receipt)
        return receipt

    def _keep(self, begun: _Begun, receipt: Receipt) -> None:
        stores = json.dumps([[one.name, one.erased_count] for one in receipt.stores])
        with self._database.write() as transaction:
            evidence = transaction.tenant(begun.name.tenant).evidence
            is_complete = receipt.is_complete
            if is_complete and not evidence.confirm(
                begun.name.interview, stores, receipt.erased_at
            ):
                return  # Another process finished it and wrote the line.
            details: Details = {
                "receipt": begun.receipt_id,
                **{f"store.{one.name}": one.erased_count for one in receipt.stores},
            }
            outcome = Outcome.OK if is_complete else Outcome.FAILED
            event = _event(begun, "interview.receipt", details, outcome)
            self._audit.record(transaction, event)


class _DatabaseLog:
    """The database's write-ahead log, which holds old pages until it is emptied."""

    name = "database-log"

    def __init__(self, database: Database) -> None:
        self._database = database

    def erase(self, name: InterviewName) -> int:
        """Empty the log; what it held of a case is not counted."""
        if not self._database.purge():
            raise StorageFailedError("the database log is in use; the sweep will empty it")
        return 0


def _check_erasable(records: TenantRecords, name: InterviewName) -> None:
    if records.interviews.get(name.interview).is_held:
        raise InterviewHeldError(f"a legal hold keeps {name}; end it first", interview=str(name))


def _event(
    begun: _Begun, action: str, details: Details, outcome: Outcome = Outcome.OK
) -> AuditEvent:
    name = begun.name
    return AuditEvent(begun.actor, name.tenant, action, str(name), outcome, details)


def _of(row: InterviewErasureRow) -> _Begun:
    name = InterviewName(row.tenant, row.interview)
    return _Begun(row.receipt_id, row.actor, name, row.erased_rows)


def _receipt(row: InterviewErasureRow) -> Receipt:
    assert row.stores is not None
    assert row.confirmed_at is not None
    stores = tuple(StoreErasure(held, count) for held, count in json.loads(row.stores))
    name = str(InterviewName(row.tenant, row.interview))
    return Receipt(row.receipt_id, name, row.confirmed_at, stores, True)
