"""What the client takes and gives; pictures and names stay out of `repr`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class Outcome(Enum):
    """Whether two faces, or a face and a gallery, belong together."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    INCONCLUSIVE = "INCONCLUSIVE"


class Profile(Enum):
    """What kind of picture it is: few people near the camera, or many far away."""

    PORTRAIT = "PORTRAIT"
    CROWD = "CROWD"


class Selection(Enum):
    """Which face of a picture is meant."""

    SINGLE = "SINGLE"
    LARGEST = "LARGEST"
    CENTRAL = "CENTRAL"


class LegalBasis(Enum):
    """What allows faces to be processed."""

    CONSENT = "CONSENT"
    CONTRACT = "CONTRACT"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    LEGITIMATE_INTEREST = "LEGITIMATE_INTEREST"


class DuplicatePolicy(Enum):
    """What happens to a person who seems to be enrolled under another id already."""

    REPORT = "REPORT"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code for machines, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """The model behind an answer."""

    model_id: str
    variant: str
    provider: str
    terms: str


@dataclass(frozen=True, slots=True)
class QualityComponent:
    """One rated property of a face; value from 0 to 100, higher is better."""

    name: str
    value: float
    measured: float | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be compared, from 0 to 100."""

    score: float
    components: tuple[QualityComponent, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """One face. box_xyxy, landmarks: pixels; landmarks: eyes, nose, mouth, image-left first."""

    box_xyxy: tuple[float, float, float, float]
    score: float
    landmarks: tuple[tuple[float, float], ...]
    quality: Quality


@dataclass(frozen=True, slots=True)
class Detection:
    """The faces of one picture, surest first."""

    faces: tuple[Face, ...]
    size_wh: tuple[int, int]
    model: Model


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether two faces belong to one person. reference_face: None for a stored subject."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    similarity: float | None
    threshold: float | None
    fmr: float | None
    target_fmr: float
    reference_face: Face | None
    probe_face: Face
    model: Model


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that is like the probe. subject: resource name."""

    subject: str
    similarity: float
    fmr: float
    display_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Search:
    """Who of a gallery a picture shows; no hits is nobody."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    hits: tuple[Hit, ...]
    threshold: float | None
    fpir: float | None
    target_fpir: float
    template_count: int
    probe_face: Face
    model: Model


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to. reference: the bank's own id of it. given_at: aware."""

    reference: str
    given_at: datetime
    keeps_crop: bool = False


@dataclass(frozen=True, slots=True)
class Gallery:
    """A set of people. name: resource name."""

    name: str
    purpose: str
    legal_basis: LegalBasis
    retention: timedelta | None
    duplicate_policy: DuplicatePolicy
    model_id: str
    subject_count: int
    template_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """A person of a gallery. name: resource name."""

    name: str
    display_name: str = field(repr=False)
    consent: Consent | None
    expires_at: datetime | None
    template_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptedPicture:
    """A picture that gave a template; index from 0."""

    index: int
    template_id: str
    quality: float


@dataclass(frozen=True, slots=True)
class RejectedPicture:
    """A picture that gave no template, and why; index from 0."""

    index: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """Another subject who may be the same person."""

    subject_id: str
    similarity: float
    is_same_picture: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What became of the pictures of one subject."""

    subject: Subject
    accepted: tuple[AcceptedPicture, ...]
    rejected: tuple[RejectedPicture, ...]
    possible_duplicates: tuple[PossibleDuplicate, ...]


@dataclass(frozen=True, slots=True)
class ImportPicture:
    """One picture of an import."""

    subject_id: str
    picture: bytes = field(repr=False)
    filename: str = field(default="", repr=False)
    display_name: str = field(default="", repr=False)
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import has come: everything up to `acknowledged_sequence` is safely stored."""

    import_id: str
    acknowledged_sequence: int
    enrolled_count: int
    rejected_count: int
    duplicate_count: int
    outcome: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ImportIssue:
    """A picture of an import to look at."""

    sequence: int
    subject_id: str
    filename: str = field(repr=False)
    reasons: tuple[Reason, ...]
    duplicate_subject_id: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The end of an import."""

    import_id: str
    picture_count: int
    subject_count: int
    enrolled_count: int
    rejected_count: int
    duplicate_count: int
    rejected: tuple[ImportIssue, ...]
    duplicates: tuple[ImportIssue, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of an erasure. stores: number of erased records by store."""

    receipt_id: str
    resource: str
    erased_at: datetime
    stores: dict[str, int]
    is_complete: bool
