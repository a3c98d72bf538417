"""The report at the end of an import."""

from base.ids import GalleryName
from serving.galleries.answers import reasons_from_json
from serving.galleries.types import ImportEntry, ImportReport
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import ImportRow


def make_report(
    records: TenantRecords, row: ImportRow, vault: TenantVault, gallery: GalleryName, most: int
) -> ImportReport:
    """Return the report, with the first `most` rejects and the first `most` duplicates."""
    return ImportReport(
        import_id=row.import_id,
        gallery=gallery,
        item_count=row.sequence,
        subject_count=row.subject_count,
        enrolled_count=row.enrolled_count,
        duplicate_count=row.duplicate_count,
        rejected_count=row.rejected_count,
        duplicates=_entries(records, row, vault, most, is_duplicate=True),
        rejected=_entries(records, row, vault, most, is_duplicate=False),
    )


def filename_context(import_id: str, sequence: int) -> str:
    """Return what a sealed file name is bound to."""
    return f"imports/{import_id}/{sequence}#filename"


def _entries(
    records: TenantRecords, row: ImportRow, vault: TenantVault, most: int, *, is_duplicate: bool
) -> tuple[ImportEntry, ...]:
    entries = []
    for entry in records.imports.entries(row.import_id, most, is_duplicate=is_duplicate):
        context = filename_context(row.import_id, entry.sequence)
        filename = vault.key.open(entry.sealed_filename, context).decode()
        reasons = reasons_from_json(entry.reasons)
        entries.append(
            ImportEntry(entry.sequence, entry.subject, filename, reasons, entry.other_subject)
        )
    return tuple(entries)
