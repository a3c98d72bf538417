"""A decision: one outcome of a closed set, the reasons for it and the signals behind it."""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from decision.signal import Signal


class MatchOutcome(Enum):
    """Whether two faces, or a face and a gallery, belong together."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in two forms: a stable code for machines, a sentence for people."""

    code: str
    text: str


O_co = TypeVar("O_co", bound=Enum, covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[O_co]):
    """An outcome with what led to it; the reason that weighs most comes first."""

    outcome: O_co
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...] = ()

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"a decision needs a reason, got none for {self.outcome}")
