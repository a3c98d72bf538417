"""What the client's calls for documents take and give; values stay out of `repr`."""

from dataclasses import dataclass, field
from enum import Enum

from client.types import Model, Reason, Verification


class DocumentKind(Enum):
    """What kind of document it is."""

    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"  # Also one that this client does not know.
    CN_RESIDENT_ID = "CN_RESIDENT_ID"
    MRZ_TD3 = "MRZ_TD3"
    MRZ_TD1 = "MRZ_TD1"
    MRZ_TD2 = "MRZ_TD2"


class DocumentOutcome(Enum):
    """Whether a document holds together."""

    VALID = "VALID"
    INVALID = "INVALID"
    INCONCLUSIVE = "INCONCLUSIVE"


class DocumentSide(Enum):
    """A side of a document; the front has the portrait."""

    FRONT = "FRONT"
    BACK = "BACK"


@dataclass(frozen=True, slots=True)
class DocumentField:
    """One field as it was read. box_xyxy: pixels of the straightened side, None if worked out."""

    name: str
    value: str = field(repr=False)
    confidence: float
    box_xyxy: tuple[float, float, float, float] | None
    side: DocumentSide | None


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """One thing that was checked. passed: None where it could not be."""

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class IdDocument:
    """What a document says. portrait: JPEG, empty unless it was asked for and found.

    match: with the live picture; None without one, or without a portrait.
    """

    kind: DocumentKind
    outcome: DocumentOutcome
    reasons: tuple[Reason, ...]
    fields: tuple[DocumentField, ...]
    checks: tuple[DocumentCheck, ...]
    picture_reasons: tuple[Reason, ...]
    portrait: bytes = field(repr=False)
    match: Verification | None
    models: tuple[Model, ...]

    def value(self, name: str) -> str | None:
        """Return what a field says, None where it was not read."""
        return next((one.value for one in self.fields if one.name == name), None)
