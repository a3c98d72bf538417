"""What is stored of a subject: checked, sealed, written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from base.errors import ConsentMissingError, InvalidArgumentError
from base.ids import SubjectName, new_id
from media.pictures import encode_png
from serving.galleries.catalogue import to_consent
from serving.galleries.deps import Deps
from serving.galleries.pictures import Selection
from serving.galleries.texts import check_text
from serving.galleries.types import AcceptedPicture, Consent, LegalBasis
from serving.galleries.vault import SubjectVault, TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow, SubjectRow, TemplateRow

_MAX_DISPLAY_NAME = 200
_MAX_REFERENCE = 200
_CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, repr=False)
class NewSubject:
    """What is to be stored of a subject beside pictures."""

    consent: Consent | None
    display_name: str
    expires_at: datetime | None


def check_new(new: NewSubject, gallery: GalleryRow, now: datetime) -> None:
    """Check what is said of a new subject.

    Raises InvalidArgumentError and ConsentMissingError.
    """
    check_text(new.display_name, "display_name", least=0, most=_MAX_DISPLAY_NAME)
    if new.expires_at is not None and new.expires_at <= now:
        raise InvalidArgumentError("expires_at must be in the future", field="expires_at")
    if new.consent is None:
        if gallery.legal_basis == LegalBasis.CONSENT.value:
            raise ConsentMissingError(
                f"gallery {gallery.gallery} rests on consent; give the reference and time of the "
                "subject's consent",
                gallery=gallery.gallery,
            )
        return
    check_text(new.consent.reference, "consent.reference", least=1, most=_MAX_REFERENCE)
    if new.consent.given_at > now + _CLOCK_TOLERANCE:
        raise InvalidArgumentError("the consent lies in the future", field="consent.given_at")


def expiry_of(new: NewSubject, gallery: GalleryRow, now: datetime) -> datetime | None:
    """Return the earlier of the subject's own end and that of the gallery's retention."""
    ends = [] if new.expires_at is None else [new.expires_at]
    if gallery.retention_s is not None:
        ends.append(now + timedelta(seconds=gallery.retention_s))
    return min(ends, default=None)


def add_subject(
    deps: Deps,
    records: TenantRecords,
    gallery: GalleryRow,
    vault: TenantVault,
    name: SubjectName,
    new: NewSubject,
) -> tuple[SubjectRow, SubjectVault]:
    """Write a new subject under a data key of its own."""
    own, wrapped_key = vault.new_subject(name)
    now = deps.clock.now()
    consent = new.consent
    row = SubjectRow(
        tenant=records.tenant,
        gallery_id=gallery.id,
        subject=name.subject,
        wrapped_key=wrapped_key,
        sealed_profile=own.seal_profile(new.display_name),
        consent_reference=None if consent is None else consent.reference,
        consent_given_at=None if consent is None else consent.given_at,
        consent_keeps_crop=consent is not None and consent.keeps_crop,
        created_at=now,
        expires_at=expiry_of(new, gallery, now),
        locked_until=None,
    )
    records.subjects.add(row)
    return row, own


def add_templates(
    deps: Deps,
    records: TenantRecords,
    gallery: GalleryRow,
    subject: SubjectRow,
    own: SubjectVault,
    selection: Selection,
) -> tuple[AcceptedPicture, ...]:
    """Write the templates, with crops where the subject consented to keep them."""
    consent = to_consent(subject)
    keeps_crop = consent is not None and consent.keeps_crop
    rows = []
    for one in selection.candidates:
        template = new_id("tpl")
        crop = encode_png(one.reading.aligned) if keeps_crop else None
        rows.append(
            TemplateRow(
                tenant=records.tenant,
                gallery_id=gallery.id,
                subject_id=subject.id,
                template=template,
                model_id=gallery.model_id,
                sealed_vector=own.seal_vector(template, gallery.model_id, one.vector),
                sealed_crop=None if crop is None else own.seal_crop(template, crop),
                quality=round(one.reading.quality.score, 2),
                picture_mac=one.mac,
                created_at=deps.clock.now(),
            )
        )
    records.templates.add(gallery, rows)
    return tuple(
        AcceptedPicture(one.picture, row.template, row.quality)
        for one, row in zip(selection.candidates, rows, strict=True)
    )
