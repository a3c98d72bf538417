"""Erasure: gone from the database first, then confirmed by every other store, with a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from base.errors import StorageFailedError
from base.ids import GalleryName, SubjectName, new_id
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.answers import from_receipt_answer, to_receipt_answer
from serving.galleries.deps import Deps, check_tenant
from serving.galleries.erasable import ErasableStore, Erasure
from serving.galleries.repeats import Repeat
from serving.galleries.types import Receipt, StoreErasure
from serving.storage.database import Database
from serving.storage.records import TenantRecords
from serving.storage.schema import ErasureRow, GalleryRow

_SWEEP_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Begun:
    """An erasure that the database has done and the other stores have not."""

    receipt_id: str
    actor: str
    resource: str
    erased_rows: int
    erasure: Erasure


class Eraser:
    """Erases subjects and galleries from every store that registered."""

    def __init__(self, deps: Deps, stores: Sequence[ErasableStore]) -> None:
        self._deps = deps
        self._stores = [*stores, _DatabaseLog(deps.database)]

    def register(self, store: ErasableStore) -> None:
        """Let a further store take part in every erasure from now on."""
        self._stores.append(store)

    def erase_subject(self, caller: Caller, name: SubjectName, request_id: str = "") -> Receipt:
        """Erase a subject. Raises GalleryNotFoundError and SubjectNotFoundError."""
        check_tenant(caller, name)
        repeat = Repeat(request_id, "subject.erase", str(name), ())
        done = self._repeated(name.tenant, repeat)
        return done or self._confirm(self._begin_subject(caller.subject, name), repeat)

    def erase_gallery(self, caller: Caller, name: GalleryName, request_id: str = "") -> Receipt:
        """Erase a gallery with all its subjects. Raises GalleryNotFoundError."""
        check_tenant(caller, name)
        repeat = Repeat(request_id, "gallery.erase", str(name), ())
        done = self._repeated(name.tenant, repeat)
        return done or self._confirm(self._begin_gallery(caller.subject, name), repeat)

    def erase_expired(self, tenant: str) -> list[Receipt]:
        """Erase the subjects of a tenant whose time has run out."""
        receipts: list[Receipt] = []
        now = self._deps.clock.now()
        while True:
            with self._deps.database.read() as transaction:
                expired = transaction.tenant(tenant).subjects.expired(now, _SWEEP_BATCH)
            # All leave the database first, so that one new snapshot serves them all.
            begun = [
                self._begin_subject("expiry-sweep", SubjectName(tenant, gallery, subject))
                for gallery, subject in expired
            ]
            receipts += [self._confirm(one) for one in begun]
            if len(expired) < _SWEEP_BATCH:
                return receipts

    def finish_pending(self, tenant: str) -> list[Receipt]:
        """Confirm what a crash or a busy store left open."""
        with self._deps.database.read() as transaction:
            rows = transaction.tenant(tenant).erasures.pending()
        return [self._confirm(_from_row(row)) for row in rows]

    def _repeated(self, tenant: str, repeat: Repeat) -> Receipt | None:
        with self._deps.database.read() as transaction:
            records = transaction.tenant(tenant)
            if records.wrapped_key() is None:
                return None
            answer = repeat.answer(records, self._deps.vaults.open(records))
        return None if answer is None else from_receipt_answer(answer)

    def _begin_subject(self, actor: str, name: SubjectName) -> _Begun:
        with self._deps.database.write() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            templates, rows = _remove_subject(records, gallery, name)
            erasure = Erasure(name.tenant, name.gallery, gallery.id, name.subject, templates)
            begun = _Begun(new_id("receipt"), actor, str(name), rows, erasure)
            records.erasures.add(_to_row(begun, self._deps))
            details = {"receipt": begun.receipt_id}
            self._deps.audit.record(transaction, _event(begun, "subject.erase", details))
        return begun

    def _begin_gallery(self, actor: str, name: GalleryName) -> _Begun:
        with self._deps.database.write() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            templates = rows = 0
            while subjects := records.subjects.page(gallery, "", _SWEEP_BATCH):
                for subject in subjects:
                    gone = _remove_subject(records, gallery, name.subject(subject.subject))
                    templates, rows = templates + gone[0], rows + gone[1]
            rows += records.galleries.remove(gallery) + records.requests.forget_about(str(name))
            erasure = Erasure(name.tenant, name.gallery, gallery.id, None, templates)
            begun = _Begun(new_id("receipt"), actor, str(name), rows, erasure)
            records.erasures.add(_to_row(begun, self._deps))
            details = {"receipt": begun.receipt_id}
            self._deps.audit.record(transaction, _event(begun, "gallery.erase", details))
        return begun

    def _confirm(self, begun: _Begun, repeat: Repeat | None = None) -> Receipt:
        """Let every store erase; keep the receipt, or the erasure for the sweep to finish."""
        counts = [StoreErasure("database", begun.erased_rows)]
        is_complete = True
        for store in self._stores:
            try:
                counts.append(StoreErasure(store.name, store.erase(begun.erasure)))
            except StorageFailedError:
                counts.append(StoreErasure(store.name, 0))
                is_complete = False
        receipt = Receipt(
            begun.receipt_id, begun.resource, self._deps.clock.now(), tuple(counts), is_complete
        )
        with self._deps.database.write() as transaction:
            records = transaction.tenant(begun.erasure.tenant)
            if is_complete and not records.erasures.confirm(begun.receipt_id):
                return receipt  # Another process finished it and wrote the line.
            details: Details = {
                "receipt": begun.receipt_id,
                **{f"store.{one.name}": one.erased_count for one in counts},
            }
            outcome = Outcome.OK if is_complete else Outcome.FAILED
            event = _event(begun, "erasure.receipt", details, outcome)
            self._deps.audit.record(transaction, event)
            if repeat is not None and is_complete:
                vault = self._deps.vaults.open(records)
                answer = to_receipt_answer(receipt)
                now = self._deps.clock.now()
                repeat.remember(records, vault, answer, now, resource=receipt.receipt_id)
        return receipt


class _DatabaseLog:
    """The database's write-ahead log, which holds old pages until it is emptied."""

    name = "database-log"

    def __init__(self, database: Database) -> None:
        self._database = database

    def erase(self, erasure: Erasure) -> int:
        """Empty the log; return how many templates its pages may have held."""
        if not self._database.purge():
            raise StorageFailedError("the database log is in use; the sweep will empty it")
        return erasure.template_count


def _remove_subject(
    records: TenantRecords, gallery: GalleryRow, name: SubjectName
) -> tuple[int, int]:
    """Remove a subject from the database; return templates and all rows removed."""
    row = records.subjects.get(gallery, name.subject)
    templates = records.templates.remove_of(gallery, row)
    requests = records.requests.forget_about(str(name))
    return templates, templates + requests + records.subjects.remove(row)


def _event(
    begun: _Begun, action: str, details: Details, outcome: Outcome = Outcome.OK
) -> AuditEvent:
    return AuditEvent(begun.actor, begun.erasure.tenant, action, begun.resource, outcome, details)


def _to_row(begun: _Begun, deps: Deps) -> ErasureRow:
    return ErasureRow(
        tenant=begun.erasure.tenant,
        receipt_id=begun.receipt_id,
        resource=begun.resource,
        gallery_id=begun.erasure.gallery_id,
        actor=begun.actor,
        erased_rows=begun.erased_rows,
        template_count=begun.erasure.template_count,
        started_at=deps.clock.now(),
    )


def _from_row(row: ErasureRow) -> _Begun:
    _, tenant, _, gallery, *rest = row.resource.split("/")
    subject = rest[1] if rest else None
    erasure = Erasure(tenant, gallery, row.gallery_id, subject, row.template_count)
    return _Begun(row.receipt_id, row.actor, row.resource, row.erased_rows, erasure)
