"""Imports: many pictures, one after the other, each durable before it is acknowledged."""

from base.errors import (
    ConsentMissingError,
    DifferentPersonError,
    DuplicateSubjectError,
    ImportStateError,
    InvalidInputError,
    SmartBranchError,
    SubjectExpiredError,
)
from base.ids import GalleryName, check_id, new_id
from decision.outcome import Reason
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.answers import reasons_to_json
from serving.galleries.deps import Deps, check_tenant
from serving.galleries.enrolment import Enroller
from serving.galleries.import_report import filename_context, make_report
from serving.galleries.subjects import NewSubject
from serving.galleries.types import (
    Enrolment,
    ImportItem,
    ImportOutcome,
    ImportProgress,
    ImportReport,
)
from serving.storage.database import Transaction
from serving.storage.records import TenantRecords
from serving.storage.schema import ImportEntryRow, ImportRow

# What an item can be refused for; anything else ends the stream, and the item is not
# acknowledged.
_ITEM_ERRORS = (
    InvalidInputError,
    ConsentMissingError,
    DifferentPersonError,
    DuplicateSubjectError,
    SubjectExpiredError,
)
_MAX_FILENAME = 255
_NOBODY = ""


class ImportSession:
    """One import; items come in order and every answer is durable. Not for several threads."""

    def __init__(
        self,
        deps: Deps,
        enroller: Enroller,
        caller: Caller,
        gallery: GalleryName,
        progress: ImportProgress,
    ) -> None:
        self._deps = deps
        self._enroller = enroller
        self._caller = caller
        self._gallery = gallery
        self._progress = progress

    @property
    def import_id(self) -> str:
        """The id with which the import goes on after a break."""
        return self._progress.import_id

    @property
    def progress(self) -> ImportProgress:
        """Where the import stands."""
        return self._progress

    def accept(self, item: ImportItem) -> ImportProgress:
        """Enrol one item; one that was acknowledged before is answered and not done again.

        Raises ImportStateError if it does not continue where the import stands, and faults;
        after either, the item is not acknowledged.
        """
        if item.sequence <= self._progress.sequence:
            return _without_item(self._progress)
        _check_next(self._progress.sequence, item.sequence)
        try:
            self._enrol(item)
        except _ITEM_ERRORS as error:
            self._refuse(item, error)
        return self._progress

    def finish(self) -> ImportReport:
        """Close the import and report; asking again gives the same report."""
        with self._deps.database.write() as transaction:
            records = transaction.tenant(self._gallery.tenant)
            row = _find(records, self.import_id)
            if not row.is_finished:
                row.is_finished = True
                details: Details = {
                    "import": row.import_id,
                    "items": row.sequence,
                    "enrolled": row.enrolled_count,
                    "duplicates": row.duplicate_count,
                    "rejected": row.rejected_count,
                }
                event = _event(self._caller, self._gallery, "gallery.import-end", details)
                self._deps.audit.record(transaction, event)
            vault = self._deps.vaults.open(records)
            most = self._deps.settings.max_report_entries
            return make_report(records, row, vault, self._gallery, most)

    def _enrol(self, item: ImportItem) -> None:
        name = self._gallery.subject(item.subject)
        new = NewSubject(item.consent, item.display_name, None)

        def acknowledge(transaction: Transaction, enrolment: Enrolment) -> None:
            outcome, reasons = _judge(enrolment)
            other = next((one.subject for one in enrolment.possible_duplicates), None)
            self._acknowledge(transaction, item, outcome, reasons, other, enrolment)

        self._enroller.enrol(
            self._caller, name, [item.picture], new, may_exist=True, also=acknowledge
        )

    def _refuse(self, item: ImportItem, error: SmartBranchError) -> None:
        is_duplicate = isinstance(error, DuplicateSubjectError)
        outcome = ImportOutcome.DUPLICATE if is_duplicate else ImportOutcome.REJECTED
        other = error.metadata.get("subject") if is_duplicate else None
        reasons = (Reason(error.reason, error.message),)
        with self._deps.database.write() as transaction:
            self._acknowledge(transaction, item, outcome, reasons, other)

    def _acknowledge(
        self,
        transaction: Transaction,
        item: ImportItem,
        outcome: ImportOutcome,
        reasons: tuple[Reason, ...],
        other: str | None,
        enrolment: Enrolment | None = None,
    ) -> None:
        """Move the import on in the transaction that enrols the item, so that both hold or none."""
        records = transaction.tenant(self._gallery.tenant)
        row = _find(records, self.import_id)
        if row.is_finished:
            raise ImportStateError(f"the import {self.import_id} is finished; begin a new one")
        _check_next(row.sequence, item.sequence)
        row.sequence = item.sequence
        row.enrolled_count += outcome is ImportOutcome.ENROLLED
        row.duplicate_count += bool(reasons) and outcome is not ImportOutcome.REJECTED
        row.rejected_count += outcome is ImportOutcome.REJECTED
        is_new = enrolment is not None and enrolment.subject.template_count == 1
        row.subject_count += is_new and outcome is ImportOutcome.ENROLLED
        if reasons:
            self._note(records, row, item, outcome, reasons, other)
        progress = _to_progress(row, outcome, reasons)
        transaction.on_commit(lambda: self._advance(progress))

    def _advance(self, progress: ImportProgress) -> None:
        self._progress = progress

    def _note(
        self,
        records: TenantRecords,
        row: ImportRow,
        item: ImportItem,
        outcome: ImportOutcome,
        reasons: tuple[Reason, ...],
        other: str | None,
    ) -> None:
        """Keep what the report names, up to its limit for each kind."""
        is_rejected = outcome is ImportOutcome.REJECTED
        count = row.rejected_count if is_rejected else row.duplicate_count
        if count > self._deps.settings.max_report_entries:
            return
        vault = self._deps.vaults.open(records)
        filename = item.filename[-_MAX_FILENAME:].encode()
        context = filename_context(row.import_id, item.sequence)
        records.imports.add_entry(
            ImportEntryRow(
                tenant=records.tenant,
                import_id=row.import_id,
                sequence=item.sequence,
                gallery_id=row.gallery_id,
                subject=_subject_id(self._gallery, item.subject),
                is_duplicate=not is_rejected,
                other_subject=other,
                reasons=reasons_to_json(reasons),
                sealed_filename=vault.key.seal(filename, context),
            )
        )


def open_import(
    deps: Deps, enroller: Enroller, caller: Caller, gallery: GalleryName, import_id: str | None
) -> ImportSession:
    """Begin an import, or go on with one.

    Raises GalleryNotFoundError, ModelMismatchError, and ImportStateError for an id that is
    unknown, of another gallery, or older than imports are remembered.
    """
    check_tenant(caller, gallery)
    with deps.database.write() as transaction:
        records = transaction.tenant(gallery.tenant)
        row_of_gallery = records.galleries.get(gallery.gallery)
        deps.check_model(row_of_gallery)
        if import_id:
            row = _find(records, check_id(import_id, "import"))
            if row.gallery_id != row_of_gallery.id:
                raise ImportStateError(f"the import {import_id} is one of another gallery")
        else:
            row = ImportRow(
                tenant=gallery.tenant,
                import_id=new_id("imp"),
                gallery_id=row_of_gallery.id,
                sequence=0,
                subject_count=0,
                enrolled_count=0,
                duplicate_count=0,
                rejected_count=0,
                is_finished=False,
                created_at=deps.clock.now(),
            )
            records.imports.add(row)
            event = _event(caller, gallery, "gallery.import-begin", {"import": row.import_id})
            deps.audit.record(transaction, event)
        progress = _to_progress(row)
    return ImportSession(deps, enroller, caller, gallery, progress)


def _find(records: TenantRecords, import_id: str) -> ImportRow:
    row = records.imports.find(import_id)
    if row is None:
        raise ImportStateError(
            f"there is no import {import_id}; begin a new one", import_id=import_id
        )
    return row


def _check_next(acknowledged: int, sequence: int) -> None:
    if sequence != acknowledged + 1:
        raise ImportStateError(
            f"item {sequence} came where item {acknowledged + 1} was expected; go on behind the "
            "last one that was acknowledged",
            acknowledged=acknowledged,
            sequence=sequence,
        )


def _judge(enrolment: Enrolment) -> tuple[ImportOutcome, tuple[Reason, ...]]:
    """Return what became of one stored item; reasons only where the report should name it."""
    if not enrolment.accepted:
        return ImportOutcome.DUPLICATE, enrolment.rejected[0].reasons
    if enrolment.possible_duplicates:
        other = enrolment.possible_duplicates[0]
        text = f"like subject {other.subject}, similarity {other.similarity:.3f}"
        return ImportOutcome.ENROLLED, (Reason("POSSIBLE_DUPLICATE", text),)
    return ImportOutcome.ENROLLED, ()


def _subject_id(gallery: GalleryName, subject: str) -> str:
    """Return the id for the report; one that is no id might be a name, and is not kept."""
    try:
        return gallery.subject(subject).subject
    except InvalidInputError:
        return _NOBODY


def _to_progress(
    row: ImportRow, outcome: ImportOutcome | None = None, reasons: tuple[Reason, ...] = ()
) -> ImportProgress:
    return ImportProgress(
        row.import_id,
        row.sequence,
        row.enrolled_count,
        row.duplicate_count,
        row.rejected_count,
        outcome,
        reasons,
    )


def _without_item(progress: ImportProgress) -> ImportProgress:
    return ImportProgress(
        progress.import_id,
        progress.sequence,
        progress.enrolled_count,
        progress.duplicate_count,
        progress.rejected_count,
    )


def _event(caller: Caller, gallery: GalleryName, action: str, details: Details) -> AuditEvent:
    return AuditEvent(caller.subject, gallery.tenant, action, str(gallery), Outcome.OK, details)
