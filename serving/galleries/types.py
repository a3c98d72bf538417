"""What the gallery service takes and gives; personal data hides itself in `repr`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from base.ids import GalleryName, SubjectName
from decision.outcome import Decision, MatchOutcome, Reason


class LegalBasis(Enum):
    """Why the bank may hold the faces of a gallery (GDPR article 6 and 9 terms)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    LEGITIMATE_INTEREST = "legitimate-interest"


class DuplicatePolicy(Enum):
    """What happens when a person seems to be enrolled under another subject id already."""

    REPORT = "report"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Consent:
    """That the subject agreed, and to what.

    reference: id of the signed text in the bank's own records.
    given_at: aware.
    keeps_crop: whether an encrypted aligned crop may be kept, so that a new model can re-embed.
    """

    reference: str
    given_at: datetime
    keeps_crop: bool = True


@dataclass(frozen=True, slots=True)
class Gallery:
    """A named set of subjects under one purpose, one legal basis and one embedding model.

    retention: time after enrolment at which a subject expires, None for no limit.
    revision: grows by one with every template added or removed.
    """

    name: GalleryName
    purpose: str
    legal_basis: LegalBasis
    retention: timedelta | None
    duplicate_policy: DuplicatePolicy
    model_id: str
    created_at: datetime
    subject_count: int
    template_count: int
    revision: int


@dataclass(frozen=True, slots=True)
class Subject:
    """One enrolled person; `display_name` is personal and hidden in `repr`."""

    name: SubjectName
    display_name: str = field(repr=False)
    consent: Consent | None
    created_at: datetime
    expires_at: datetime | None
    template_count: int


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """One page of galleries; an empty `next_page_token` means the last one."""

    galleries: tuple[Gallery, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """One page of subjects; an empty `next_page_token` means the last one."""

    subjects: tuple[Subject, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class AcceptedPicture:
    """A picture that became a template.

    picture: its place in the request, from 0.
    quality: 0 to 100, higher is better.
    """

    picture: int
    template_id: str
    quality: float


@dataclass(frozen=True, slots=True)
class RejectedPicture:
    """A picture that did not become a template, and why; `picture` counts from 0."""

    picture: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """Another subject of the gallery who may be the same person.

    similarity: of the best pair of templates; 1.0 where the very same picture came again.
    same_picture: whether the very same file is enrolled there.
    """

    subject: str
    similarity: float
    same_picture: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What became of the pictures of one enrolment."""

    subject: Subject
    accepted: tuple[AcceptedPicture, ...]
    rejected: tuple[RejectedPicture, ...]
    possible_duplicates: tuple[PossibleDuplicate, ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A subject at or above the threshold; `display_name` is personal and hidden in `repr`."""

    subject: str
    similarity: float
    fmr: float
    display_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Who of a gallery is on the picture; no hits with NO_MATCH is nobody.

    hits: at most `top_k` subjects at or above `threshold`, most similar first. With
        INCONCLUSIVE they are candidates for a person to look at, no more.
    threshold: similarity of a hit, None where nothing supports one.
    fpir: share of strangers expected to get any hit at `threshold` (union bound over the
        templates, at most 1), None without a threshold.
    gallery_size: templates compared.
    probe_quality: 0 to 100, higher is better.
    """

    decision: Decision[MatchOutcome]
    hits: tuple[SearchHit, ...]
    threshold: float | None
    fpir: float | None
    target_fpir: float
    gallery_size: int
    model_id: str
    probe_quality: float


class ImportOutcome(Enum):
    """What became of one item of an import."""

    ENROLLED = "ENROLLED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One picture of an import.

    sequence: 1, 2, 3, ... without a gap; the same number again is the same item.
    filename: the sender's own name for the picture, given back in the report.
    """

    sequence: int
    subject: str
    picture: bytes = field(repr=False)
    filename: str = field(default="", repr=False)
    display_name: str = field(default="", repr=False)
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """Where an import stands: everything up to `sequence` is durably done.

    outcome, reasons: of the item that was just accepted; None and empty for an item that had
        been acknowledged before.
    """

    import_id: str
    sequence: int
    enrolled_count: int
    duplicate_count: int
    rejected_count: int
    outcome: ImportOutcome | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """An item that the report names: rejected, or a possible duplicate of `other_subject`."""

    sequence: int
    subject: str
    filename: str = field(repr=False)
    reasons: tuple[Reason, ...]
    other_subject: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The end of an import.

    duplicates, rejected: the first entries of each, in order; the counts are of all.
    duplicate_count counts pictures enrolled already and persons who seem to be enrolled under
    another id.
    """

    import_id: str
    gallery: GalleryName
    item_count: int
    subject_count: int
    enrolled_count: int
    duplicate_count: int
    rejected_count: int
    duplicates: tuple[ImportEntry, ...]
    rejected: tuple[ImportEntry, ...]


@dataclass(frozen=True, slots=True)
class StoreErasure:
    """How many things one store had of what was erased."""

    name: str
    erased_count: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of an erasure, kept in the audit log as well.

    resource: name of the subject or gallery.
    stores: every store that holds personal data, whether or not it had any.
    is_complete: False while a store could not finish; the sweep finishes it.
    """

    receipt_id: str
    resource: str
    erased_at: datetime
    stores: tuple[StoreErasure, ...]
    is_complete: bool
