"""What pictures of identity documents hold, and what was made of it."""

from dataclasses import dataclass
from enum import Enum

from decision.outcome import Decision, Reason
from media.image import ImageRGB
from vision.geometry import Floats


class DocumentKind(Enum):
    """What kind of document a picture shows."""

    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    CN_RESIDENT_ID = "CN_RESIDENT_ID"  # Mainland China's identity card, GA 448.
    MRZ_TD3 = "MRZ_TD3"  # Two lines of 44, such as a passport; ICAO 9303.
    MRZ_TD1 = "MRZ_TD1"  # Three lines of 30.
    MRZ_TD2 = "MRZ_TD2"  # Two lines of 36.


class DocumentSide(Enum):
    """A side of a document; the front has the portrait."""

    FRONT = "FRONT"
    BACK = "BACK"


class DocumentOutcome(Enum):
    """Whether a document holds together."""

    VALID = "VALID"  # Read whole, and every check that could be made passed.
    INVALID = "INVALID"  # Something contradicts itself, ran out, or is a copy.
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Medium:
    """What a card in a picture is: the card itself, or a picture of one.

    is_colour: False for a grey copy. is_screen: True for one on a display. None: not told.
    """

    is_colour: bool | None = None
    is_screen: bool | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CardPicture:
    """One side of a card, straightened.

    image: RGB of a fixed width. quad: (4, 2) float32, where its corners lie in the picture that
    was given: the straightened one's top-left, top-right, bottom-right, bottom-left.
    side: None where the look of it does not tell. issues: what is wrong with the picture.
    fills_picture: nothing was cut out, the picture was taken whole.
    """

    image: ImageRGB
    quad: Floats
    side: DocumentSide | None = None
    issues: tuple[Reason, ...] = ()
    medium: Medium = Medium()
    fills_picture: bool = False

    def __post_init__(self) -> None:
        if self.quad.shape != (4, 2):
            raise ValueError(f"quad must have shape (4, 2), got {self.quad.shape}")

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        codes = ", ".join(issue.code for issue in self.issues) or "none"
        return f"CardPicture({width}x{height}, issues={codes}, picture=<hidden>)"


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """One field as it was read.

    name: snake_case. value: dates as YYYY-MM-DD. confidence: in [0, 1]. side: it was read from.
    box_xyxy: pixels of the straightened side; None where the value was worked out.
    """

    name: str
    value: str
    confidence: float
    box_xyxy: tuple[float, float, float, float] | None = None
    side: DocumentSide | None = None

    def __repr__(self) -> str:
        return f"Field({self.name}, confidence={self.confidence:.2f}, value=<hidden>)"


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """One thing that was checked; the sentence says what came out, without the values.

    passed: None where it could not be checked.
    """

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DocumentReading:
    """A document that was read; nothing in it is guessed.

    fields: one of a name. picture_reasons: what is wrong with the pictures.
    portrait: RGB, cut from the straightened front; None where there is none.
    card: the side that the portrait is on, or the first that was found.
    """

    kind: DocumentKind
    fields: tuple[Field, ...]
    checks: tuple[DocumentCheck, ...]
    decision: Decision[DocumentOutcome]
    picture_reasons: tuple[Reason, ...] = ()
    portrait: ImageRGB | None = None
    card: CardPicture | None = None

    def value(self, name: str) -> str | None:
        """Return what a field says, None where it was not read."""
        return next((field.value for field in self.fields if field.name == name), None)

    def __repr__(self) -> str:
        names = ", ".join(field.name for field in self.fields)
        return (
            f"DocumentReading({self.kind.value}, {self.decision.outcome.value}, "
            f"fields=[{names}], values=<hidden>)"
        )
