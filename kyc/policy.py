"""What an interview needs, by product: steps, operating points, attempts, severities, keeping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kyc.case import Severity
from kyc.states import STEPS, Role, State

# What conduct may notice, as policies name it in lower case.
EVENT_CODES: Final = (
    "FACE_LOST",
    "SECOND_FACE",
    "FACE_SWAPPED",
    "CAMERA_COVERED",
    "BACKGROUND_CHANGED",
    "PICTURES_MISSING",
    "VOICE_WITHOUT_MOUTH",
    "SOUND_MISSING",
    "VIRTUAL_CAMERA",
    "OUTSIDE_FENCE",
    "POSITION_MISSING",
    "POSITION_IMPRECISE",
)


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in both languages."""

    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. choices: to tap; empty for a free answer. limit_s: time to answer."""

    id: str
    text: Texts
    is_spoken: bool = True
    choices: tuple[Texts, ...] = ()
    limit_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Fence:
    """A circle that clients have to be in."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often a step may fail before the participant is locked out, and its time."""

    count: int = 3
    limit_s: float = 180.0


@dataclass(frozen=True, slots=True)
class Product:
    """How interviews about one product are run.

    steps: by role; a role that is missing may not take part. face_fmr: of face comparisons.
    watchlists: galleries to search, `galleries/{gallery}`. past_cases: whether faces are looked
    for among earlier cases. reviewer_count: 0 approves by itself where every check passed.
    rejects_refused: whether a broken rule rejects without a person. severities: by code of event;
    `default_severity` for others. required_checks: what has to be PASSED for PASSED.
    open_s: time that participants have, from the creation or the last invitation. review_s: time
    that reviewers have. keep_s: how long a closed case is kept.
    """

    id: str
    steps: Mapping[Role, tuple[State, ...]] = field(
        default_factory=lambda: {role: STEPS for role in Role}
    )
    consent: Texts = Texts("", "")
    consent_version: str = "1"
    questions: tuple[Question, ...] = ()
    face_fmr: float = 1e-4
    watchlist_fpir: float = 0.01
    watchlists: tuple[str, ...] = ()
    past_cases: bool = True
    challenge_count: int = 2
    attempts: Mapping[State, Attempts] = field(default_factory=dict)
    reviewer_count: int = 1
    rejects_refused: bool = False
    severities: Mapping[str, Severity] = field(default_factory=dict)
    default_severity: Severity = Severity.WARNING
    required_checks: tuple[str, ...] = ()
    document_kinds: tuple[str, ...] = ("CN_RESIDENT_ID", "MRZ_TD3", "MRZ_TD1", "MRZ_TD2")
    needs_back: bool = True
    fence: Fence | None = None
    open_s: float = 86_400.0
    review_s: float = 7 * 86_400.0
    keep_s: float = 5 * 365 * 86_400.0

    def severity(self, code: str) -> Severity:
        """Return how serious an event is."""
        return self.severities.get(code, self.default_severity)

    def attempts_of(self, step: State) -> Attempts:
        """Return how often a step may fail."""
        return self.attempts.get(step, Attempts())


@dataclass(frozen=True, slots=True)
class Policy:
    """Every product there is. version: digest of the file."""

    version: str
    products: Mapping[str, Product]
