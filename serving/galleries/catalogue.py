"""Galleries and subjects, created and looked up."""

import json
from datetime import timedelta

from base.errors import (
    GalleryExistsError,
    GalleryNotFoundError,
    InvalidArgumentError,
    SubjectExpiredError,
)
from base.ids import GalleryName, SubjectName, check_id
from serving.audit.types import AuditEvent, Outcome
from serving.caller import Caller
from serving.galleries.deps import Deps, check_tenant, subject_name
from serving.galleries.pages import check_page_size, make_token, read_token
from serving.galleries.repeats import Repeat
from serving.galleries.texts import check_text
from serving.galleries.types import (
    Consent,
    DuplicatePolicy,
    Gallery,
    GalleryPage,
    LegalBasis,
    Subject,
    SubjectPage,
)
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow, SubjectRow

_MAX_PURPOSE = 500
# 100 years; far longer ones leave the calendar.
MAX_RETENTION = timedelta(days=36_525)


class Catalogue:
    """Creates galleries and answers what there is."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def create_gallery(
        self,
        caller: Caller,
        name: GalleryName,
        purpose: str,
        legal_basis: LegalBasis,
        retention: timedelta | None,
        duplicate_policy: DuplicatePolicy,
        request_id: str,
    ) -> Gallery:
        """Create an empty gallery for the embedding model in use."""
        check_tenant(caller, name)
        check_text(purpose, "purpose", least=1, most=_MAX_PURPOSE)
        _check_retention(retention)
        retention_s = None if retention is None else retention.total_seconds()
        content = json.dumps([purpose, legal_basis.value, retention_s, duplicate_policy.value])
        repeat = Repeat(request_id, "gallery.create", str(name), [content.encode()])
        with self._deps.database.write() as transaction:
            records = transaction.tenant(name.tenant)
            vault = self._deps.vaults.open(records)
            if repeat.answer(records, vault) is not None:
                return self._to_gallery(records, records.galleries.get(name.gallery))
            if records.galleries.find(name.gallery) is not None:
                raise GalleryExistsError(f"the gallery {name} exists already", gallery=name)
            row = GalleryRow(
                tenant=name.tenant,
                gallery=name.gallery,
                purpose=purpose,
                legal_basis=legal_basis.value,
                retention_s=retention_s,
                duplicate_policy=duplicate_policy.value,
                model_id=self._deps.pipeline.embedding_model_id,
                revision=0,
                removal_revision=0,
                created_at=self._deps.clock.now(),
            )
            records.galleries.add(row)
            repeat.remember(records, vault, {}, self._deps.clock.now())
            details = {"model": row.model_id, "legal_basis": row.legal_basis}
            event = AuditEvent(
                caller.subject, name.tenant, "gallery.create", str(name), Outcome.OK, details
            )
            self._deps.audit.record(transaction, event)
            return self._to_gallery(records, row)

    def get_gallery(self, caller: Caller, name: GalleryName) -> Gallery:
        """Return one gallery."""
        check_tenant(caller, name)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            return self._to_gallery(records, records.galleries.get(name.gallery))

    def list_galleries(
        self, caller: Caller, tenant: str, page_size: int, page_token: str
    ) -> GalleryPage:
        """Return a page of the tenant's galleries."""
        if caller.tenant != check_id(tenant, "tenant"):
            raise GalleryNotFoundError(f"there is no gallery of tenants/{tenant}", tenant=tenant)
        size = check_page_size(page_size, self._deps.settings.max_page_size)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(tenant)
            if records.wrapped_key() is None:
                return GalleryPage((), "")
            vault = self._deps.vaults.open(records)
            rows = records.galleries.page(read_token(vault, "galleries", page_token), size + 1)
            more = make_token(vault, "galleries", rows[size - 1].gallery) if rows[size:] else ""
            return GalleryPage(tuple(self._to_gallery(records, row) for row in rows[:size]), more)

    def get_subject(self, caller: Caller, name: SubjectName) -> Subject:
        """Return one subject."""
        check_tenant(caller, name)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            row = records.subjects.get(gallery, name.subject)
            self.check_not_expired(row, name)
            vault = self._deps.vaults.open(records)
            return self.to_subjects(records, gallery, vault, [row])[0]

    def list_subjects(
        self, caller: Caller, name: GalleryName, page_size: int, page_token: str
    ) -> SubjectPage:
        """Return a page of a gallery's subjects; expired ones are left out."""
        check_tenant(caller, name)
        size = check_page_size(page_size, self._deps.settings.max_page_size)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            vault = self._deps.vaults.open(records)
            listing = f"subjects:{gallery.id}"
            rows = records.subjects.page(gallery, read_token(vault, listing, page_token), size + 1)
            more = make_token(vault, listing, rows[size - 1].subject) if rows[size:] else ""
            now = self._deps.clock.now()
            live = [row for row in rows[:size] if row.expires_at is None or row.expires_at > now]
            return SubjectPage(tuple(self.to_subjects(records, gallery, vault, live)), more)

    def check_not_expired(self, row: SubjectRow, name: SubjectName) -> None:
        """Raise SubjectExpiredError from the moment of expiry on, before any sweep."""
        if row.expires_at is not None and row.expires_at <= self._deps.clock.now():
            raise SubjectExpiredError(
                f"the subject {name} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC; enrol again",
                subject=name,
            )

    def to_subjects(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        vault: TenantVault,
        rows: list[SubjectRow],
    ) -> list[Subject]:
        """Return stored subjects, opened."""
        counts = records.templates.counts([row.id for row in rows])
        subjects = []
        for row in rows:
            name = subject_name(records, gallery, row.subject)
            profile = vault.subject(name, row.wrapped_key).open_profile(row.sealed_profile)
            subjects.append(
                Subject(
                    name,
                    profile,
                    to_consent(row),
                    row.created_at,
                    row.expires_at,
                    counts.get(row.id, 0),
                )
            )
        return subjects

    def _to_gallery(self, records: TenantRecords, row: GalleryRow) -> Gallery:
        return Gallery(
            name=GalleryName(records.tenant, row.gallery),
            purpose=row.purpose,
            legal_basis=LegalBasis(row.legal_basis),
            retention=None if row.retention_s is None else timedelta(seconds=row.retention_s),
            duplicate_policy=DuplicatePolicy(row.duplicate_policy),
            model_id=row.model_id,
            created_at=row.created_at,
            subject_count=records.galleries.subject_count(row.id),
            template_count=records.templates.count(row.id),
            revision=row.revision,
        )


def to_consent(row: SubjectRow) -> Consent | None:
    """Return the consent of a stored subject."""
    if row.consent_reference is None or row.consent_given_at is None:
        return None
    return Consent(row.consent_reference, row.consent_given_at, row.consent_keeps_crop)


def _check_retention(retention: timedelta | None) -> None:
    if retention is not None and not timedelta(0) < retention <= MAX_RETENTION:
        raise InvalidArgumentError(
            f"retention must be more than 0 and at most {MAX_RETENTION.days} days",
            field="retention",
        )
