"""Gallery messages to our types and back."""

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from serving.galleries.types import (
    AcceptedPicture,
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    ImportEntry,
    ImportItem,
    ImportOutcome,
    ImportProgress,
    ImportReport,
    LegalBasis,
    PossibleDuplicate,
    Receipt,
    RejectedPicture,
    Subject,
)
from serving.grpc.wire import lookup, reason_message

DEFAULT_PAGE_SIZE = 50
_BASES = {
    messages.CONSENT: LegalBasis.CONSENT,
    messages.CONTRACT: LegalBasis.CONTRACT,
    messages.LEGAL_OBLIGATION: LegalBasis.LEGAL_OBLIGATION,
    messages.LEGITIMATE_INTEREST: LegalBasis.LEGITIMATE_INTEREST,
}
_BASIS_VALUES = {basis: value for value, basis in _BASES.items()}
_POLICIES = {
    messages.DUPLICATE_POLICY_UNSPECIFIED: DuplicatePolicy.REPORT,
    messages.REPORT: DuplicatePolicy.REPORT,
    messages.REJECT: DuplicatePolicy.REJECT,
}
_POLICY_VALUES = {policy: value for value, policy in _POLICIES.items()}
_OUTCOMES = {
    None: messages.ImportProgress.OUTCOME_UNSPECIFIED,
    ImportOutcome.ENROLLED: messages.ImportProgress.ENROLLED,
    ImportOutcome.DUPLICATE: messages.ImportProgress.DUPLICATE,
    ImportOutcome.REJECTED: messages.ImportProgress.REJECTED,
}


def basis_of(value: "messages.LegalBasis.ValueType") -> LegalBasis:
    """Return the legal basis that an enum value means. Raises InvalidArgumentError."""
    return lookup(_BASES, value, "gallery.legal_basis")


def policy_of(value: "messages.DuplicatePolicy.ValueType") -> DuplicatePolicy:
    """Return the policy that an enum value means. Raises InvalidArgumentError."""
    return lookup(_POLICIES, value, "gallery.duplicate_policy")


def retention_of(gallery: messages.Gallery) -> timedelta | None:
    """Return how long subjects are kept. Raises InvalidArgumentError."""
    if not gallery.HasField("retention"):
        return None
    try:
        return gallery.retention.ToTimedelta()
    except (ValueError, OverflowError):
        raise InvalidArgumentError("retention is no duration", field="gallery.retention") from None


def page_size_of(value: int) -> int:
    """Return the size of a page. Raises InvalidArgumentError for a negative one."""
    if value < 0:
        raise InvalidArgumentError("page_size must not be negative", field="page_size")
    return value or DEFAULT_PAGE_SIZE


def consent_of(message: messages.Consent) -> Consent:
    """Return a consent. Raises InvalidArgumentError if it has no date."""
    if not message.HasField("give_time"):
        raise InvalidArgumentError(
            "a consent needs the time at which it was given", field="consent.give_time"
        )
    given_at = instant_of(message.give_time, "consent.give_time")
    return Consent(message.reference, given_at, message.keeps_crop)


def instant_of(message: Timestamp, field: str) -> datetime:
    """Return an aware time. Raises InvalidArgumentError."""
    try:
        return message.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidArgumentError(f"{field} is no time", field=field) from None


def item_of(picture: messages.ImportPicture) -> ImportItem:
    """Return one picture of an import."""
    return ImportItem(
        sequence=picture.sequence,
        subject=picture.subject_id,
        picture=picture.picture,
        filename=picture.filename,
        display_name=picture.display_name,
        consent=consent_of(picture.consent) if picture.HasField("consent") else None,
    )


def _time_message(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp


def _duration_message(span: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(span)
    return duration


def gallery_message(gallery: Gallery) -> messages.Gallery:
    """Return a gallery as a message."""
    retention = gallery.retention
    return messages.Gallery(
        name=str(gallery.name),
        purpose=gallery.purpose,
        legal_basis=_BASIS_VALUES[gallery.legal_basis],
        retention=None if retention is None else _duration_message(retention),
        model_id=gallery.model_id,
        subject_count=gallery.subject_count,
        template_count=gallery.template_count,
        create_time=_time_message(gallery.created_at),
        duplicate_policy=_POLICY_VALUES[gallery.duplicate_policy],
        revision=gallery.revision,
    )


def subject_message(subject: Subject) -> messages.Subject:
    """Return a subject as a message."""
    consent, expires_at = subject.consent, subject.expires_at
    return messages.Subject(
        name=str(subject.name),
        display_name=subject.display_name,
        consent=None if consent is None else _consent_message(consent),
        expire_time=None if expires_at is None else _time_message(expires_at),
        template_count=subject.template_count,
        create_time=_time_message(subject.created_at),
    )


def _consent_message(consent: Consent) -> messages.Consent:
    return messages.Consent(
        reference=consent.reference,
        give_time=_time_message(consent.given_at),
        keeps_crop=consent.keeps_crop,
    )


def enrolment_message(enrolment: Enrolment) -> messages.Enrolment:
    """Return what became of pictures as a message."""
    return messages.Enrolment(
        subject=subject_message(enrolment.subject),
        accepted_pictures=[_accepted_message(picture) for picture in enrolment.accepted],
        rejected_pictures=[_rejected_message(picture) for picture in enrolment.rejected],
        possible_duplicates=[
            _duplicate_message(duplicate) for duplicate in enrolment.possible_duplicates
        ],
    )


def _accepted_message(picture: AcceptedPicture) -> messages.AcceptedPicture:
    return messages.AcceptedPicture(
        index=picture.picture, template_id=picture.template_id, quality=picture.quality
    )


def _rejected_message(picture: RejectedPicture) -> messages.RejectedPicture:
    return messages.RejectedPicture(
        index=picture.picture, reasons=[reason_message(reason) for reason in picture.reasons]
    )


def _duplicate_message(duplicate: PossibleDuplicate) -> messages.PossibleDuplicate:
    return messages.PossibleDuplicate(
        subject_id=duplicate.subject,
        similarity=duplicate.similarity,
        is_same_picture=duplicate.same_picture,
    )


def progress_message(progress: ImportProgress) -> messages.ImportSubjectsResponse:
    """Return how far an import has come as a message of its stream."""
    return messages.ImportSubjectsResponse(
        progress=messages.ImportProgress(
            import_id=progress.import_id,
            acknowledged_sequence=progress.sequence,
            enrolled_count=progress.enrolled_count,
            rejected_count=progress.rejected_count,
            duplicate_count=progress.duplicate_count,
            outcome=_OUTCOMES[progress.outcome],
            reasons=[reason_message(reason) for reason in progress.reasons],
        )
    )


def report_message(report: ImportReport) -> messages.ImportSubjectsResponse:
    """Return the end of an import as a message of its stream."""
    return messages.ImportSubjectsResponse(
        report=messages.ImportReport(
            import_id=report.import_id,
            picture_count=report.item_count,
            enrolled_count=report.enrolled_count,
            subject_count=report.subject_count,
            rejected=[_issue_message(entry) for entry in report.rejected],
            rejected_count=report.rejected_count,
            duplicates=[_issue_message(entry) for entry in report.duplicates],
            duplicate_count=report.duplicate_count,
        )
    )


def _issue_message(entry: ImportEntry) -> messages.ImportIssue:
    return messages.ImportIssue(
        sequence=entry.sequence,
        subject_id=entry.subject,
        filename=entry.filename,
        reasons=[reason_message(reason) for reason in entry.reasons],
        duplicate_subject_id=entry.other_subject or "",
    )


def receipt_message(receipt: Receipt) -> messages.ErasureReceipt:
    """Return the proof of an erasure as a message."""
    return messages.ErasureReceipt(
        receipt_id=receipt.receipt_id,
        resource=receipt.resource,
        erase_time=_time_message(receipt.erased_at),
        stores=[
            messages.StoreErasure(store=store.name, erased_count=store.erased_count)
            for store in receipt.stores
        ],
        is_complete=receipt.is_complete,
    )
