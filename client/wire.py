"""Messages to the client's types and back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from client.types import (
    AcceptedPicture,
    Consent,
    Detection,
    DuplicatePolicy,
    Enrolment,
    Face,
    Gallery,
    Hit,
    ImportIssue,
    ImportProgress,
    ImportReport,
    LegalBasis,
    Model,
    Outcome,
    PossibleDuplicate,
    Quality,
    QualityComponent,
    Reason,
    Receipt,
    RejectedPicture,
    Search,
    Subject,
    Verification,
)
from protos.smartbranch.decision.v1 import decision_pb2
from protos.smartbranch.inference.v1 import model_info_pb2
from protos.smartbranch.vision.v1 import face_pb2, face_service_pb2
from protos.smartbranch.vision.v1 import gallery_service_pb2 as galleries

_UNSPECIFIED = "UNSPECIFIED"


class _EnumType(Protocol):
    def Name(self, number: Any) -> str: ...


def name_of(kind: _EnumType, value: int) -> str:
    """Return the name of an enum value; one newer than this client is as good as unspecified."""
    try:
        return kind.Name(value)
    except ValueError:
        return _UNSPECIFIED


def reasons_from(messages: Iterable[decision_pb2.Reason]) -> tuple[Reason, ...]:
    """Return reasons."""
    return tuple(Reason(message.code, message.text) for message in messages)


def outcome_from(message: face_pb2.MatchDecision) -> Outcome:
    """Return the outcome of a decision; one that this client does not know is INCONCLUSIVE."""
    name = name_of(face_pb2.MatchDecision.Outcome, message.outcome)
    return Outcome(name) if name in Outcome.__members__ else Outcome.INCONCLUSIVE


def model_from(message: model_info_pb2.ModelInfo) -> Model:
    """Return what is said about a model."""
    terms = name_of(model_info_pb2.ModelInfo.Terms, message.terms)
    return Model(message.model_id, message.variant, message.provider, terms)


def face_from(message: face_pb2.Face) -> Face:
    """Return a face."""
    box, marks = message.box, message.landmarks
    points = (
        marks.left_eye,
        marks.right_eye,
        marks.nose_tip,
        marks.left_mouth_corner,
        marks.right_mouth_corner,
    )
    return Face(
        box_xyxy=(box.x1_px, box.y1_px, box.x2_px, box.y2_px),
        score=message.score,
        landmarks=tuple((point.x_px, point.y_px) for point in points),
        quality=_quality_from(message.quality),
    )


def _quality_from(message: face_pb2.FaceQuality) -> Quality:
    return Quality(
        score=message.score,
        components=tuple(_component_from(component) for component in message.components),
        reasons=reasons_from(message.reasons),
    )


def _component_from(message: face_pb2.QualityComponent) -> QualityComponent:
    reason = reasons_from([message.reason])[0] if message.HasField("reason") else None
    measured = message.measured if message.HasField("measured") else None
    return QualityComponent(message.name, message.value, measured, reason)


def detection_from(message: face_service_pb2.DetectFacesResponse) -> Detection:
    """Return the faces of a picture."""
    return Detection(
        faces=tuple(face_from(face) for face in message.faces),
        size_wh=(message.width_px, message.height_px),
        model=model_from(message.model),
    )


def verification_from(message: face_service_pb2.VerifyFacesResponse) -> Verification:
    """Return a comparison."""
    has_reference = message.HasField("reference_face")
    return Verification(
        outcome=outcome_from(message.decision),
        reasons=reasons_from(message.decision.reasons),
        similarity=message.similarity if message.HasField("similarity") else None,
        threshold=message.threshold if message.HasField("threshold") else None,
        fmr=message.fmr if message.HasField("fmr") else None,
        target_fmr=message.target_fmr,
        reference_face=face_from(message.reference_face) if has_reference else None,
        probe_face=face_from(message.probe_face),
        model=model_from(message.model),
    )


def search_from(message: face_service_pb2.SearchFacesResponse) -> Search:
    """Return a search."""
    return Search(
        outcome=outcome_from(message.decision),
        reasons=reasons_from(message.decision.reasons),
        hits=tuple(
            Hit(hit.subject, hit.similarity, hit.fmr, hit.display_name) for hit in message.hits
        ),
        threshold=message.threshold if message.HasField("threshold") else None,
        fpir=message.fpir if message.HasField("fpir") else None,
        target_fpir=message.target_fpir,
        template_count=message.template_count,
        probe_face=face_from(message.probe_face),
        model=model_from(message.model),
    )


def gallery_from(message: galleries.Gallery) -> Gallery:
    """Return a gallery."""
    has_retention = message.HasField("retention")
    return Gallery(
        name=message.name,
        purpose=message.purpose,
        legal_basis=LegalBasis(galleries.LegalBasis.Name(message.legal_basis)),
        retention=message.retention.ToTimedelta() if has_retention else None,
        duplicate_policy=DuplicatePolicy(galleries.DuplicatePolicy.Name(message.duplicate_policy)),
        model_id=message.model_id,
        subject_count=message.subject_count,
        template_count=message.template_count,
        created_at=_moment(message.create_time),
    )


def gallery_to(gallery: Gallery) -> galleries.Gallery:
    """Return what a server is told about a new gallery."""
    message = galleries.Gallery(
        purpose=gallery.purpose,
        legal_basis=galleries.LegalBasis.Value(gallery.legal_basis.value),
        duplicate_policy=galleries.DuplicatePolicy.Value(gallery.duplicate_policy.value),
    )
    if gallery.retention is not None:
        message.retention.FromTimedelta(gallery.retention)
    return message


def subject_from(message: galleries.Subject) -> Subject:
    """Return a subject."""
    return Subject(
        name=message.name,
        display_name=message.display_name,
        consent=_consent_from(message.consent) if message.HasField("consent") else None,
        expires_at=_moment(message.expire_time) if message.HasField("expire_time") else None,
        template_count=message.template_count,
        created_at=_moment(message.create_time),
    )


def _consent_from(message: galleries.Consent) -> Consent:
    return Consent(message.reference, _moment(message.give_time), message.keeps_crop)


def consent_to(consent: Consent | None) -> galleries.Consent | None:
    """Return a consent as a message."""
    if consent is None:
        return None
    return galleries.Consent(
        reference=consent.reference,
        give_time=stamp(consent.given_at),
        keeps_crop=consent.keeps_crop,
    )


def enrolment_from(message: galleries.Enrolment) -> Enrolment:
    """Return what became of pictures."""
    return Enrolment(
        subject=subject_from(message.subject),
        accepted=tuple(
            AcceptedPicture(picture.index, picture.template_id, picture.quality)
            for picture in message.accepted_pictures
        ),
        rejected=tuple(
            RejectedPicture(picture.index, reasons_from(picture.reasons))
            for picture in message.rejected_pictures
        ),
        possible_duplicates=tuple(
            PossibleDuplicate(other.subject_id, other.similarity, other.is_same_picture)
            for other in message.possible_duplicates
        ),
    )


def progress_from(message: galleries.ImportProgress) -> ImportProgress:
    """Return how far an import has come."""
    name = name_of(galleries.ImportProgress.Outcome, message.outcome)
    return ImportProgress(
        import_id=message.import_id,
        acknowledged_sequence=message.acknowledged_sequence,
        enrolled_count=message.enrolled_count,
        rejected_count=message.rejected_count,
        duplicate_count=message.duplicate_count,
        outcome=None if name.endswith(_UNSPECIFIED) else name,
        reasons=reasons_from(message.reasons),
    )


def report_from(message: galleries.ImportReport) -> ImportReport:
    """Return the end of an import."""
    return ImportReport(
        import_id=message.import_id,
        picture_count=message.picture_count,
        subject_count=message.subject_count,
        enrolled_count=message.enrolled_count,
        rejected_count=message.rejected_count,
        duplicate_count=message.duplicate_count,
        rejected=tuple(_issue_from(issue) for issue in message.rejected),
        duplicates=tuple(_issue_from(issue) for issue in message.duplicates),
    )


def _issue_from(message: galleries.ImportIssue) -> ImportIssue:
    return ImportIssue(
        sequence=message.sequence,
        subject_id=message.subject_id,
        filename=message.filename,
        reasons=reasons_from(message.reasons),
        duplicate_subject_id=message.duplicate_subject_id,
    )


def receipt_from(message: galleries.ErasureReceipt) -> Receipt:
    """Return the proof of an erasure."""
    return Receipt(
        receipt_id=message.receipt_id,
        resource=message.resource,
        erased_at=_moment(message.erase_time),
        stores={store.store: store.erased_count for store in message.stores},
        is_complete=message.is_complete,
    )


def stamp(moment: datetime) -> Timestamp:
    """Return an aware time as a message."""
    made = Timestamp()
    made.FromDatetime(moment.astimezone(UTC))
    return made


def span(seconds: float) -> Duration:
    """Return a span as a message."""
    made = Duration()
    made.FromNanoseconds(round(seconds * 1e9))
    return made


def seconds_of(message: Duration) -> float:
    """Return a span in seconds."""
    return message.seconds + message.nanos / 1e9


def _moment(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)
