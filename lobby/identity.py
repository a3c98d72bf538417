"""Whether it is known who somebody is."""

from dataclasses import dataclass
from enum import Enum

from base.ids import SubjectName


class IdentityKind(Enum):
    """How much is known."""

    KNOWN = "known"
    UNSURE = "unsure"
    STRANGER = "stranger"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as far as one face or a whole visit tells.

    subject: only with KNOWN. similarity: of the match, None without one. reason: why it is not
    known, UPPER_SNAKE, empty if there is nothing to say. The text of it holds nothing personal.
    """

    kind: IdentityKind
    subject: SubjectName | None = None
    is_watchlisted: bool = False
    similarity: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.kind is IdentityKind.KNOWN) != (self.subject is not None):
            raise ValueError("a subject goes with KNOWN and with nothing else")


UNSEEN = Identity(IdentityKind.UNSEEN)
