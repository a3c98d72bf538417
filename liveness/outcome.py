"""What a liveness check can answer."""

from dataclasses import dataclass
from enum import Enum

from decision.outcome import Decision


class LivenessOutcome(Enum):
    """Whether a living person was in front of the camera."""

    LIVE = "LIVE"
    SPOOF = "SPOOF"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class TargetRates:
    """The operating point as error rates (ISO/IEC 30107-3), and the data behind it.

    max_apcer: share of attacks taken for live. max_bpcer: share of live ones taken for attacks.
    """

    max_apcer: float
    max_bpcer: float
    data: str


@dataclass(frozen=True, slots=True)
class LivenessResult:
    """A decision and what it rests on.

    live_score: in [0, 1], higher is more live; None if nothing could be measured.
    model_ids: of the models that were used.
    """

    decision: Decision[LivenessOutcome]
    live_score: float | None
    target: TargetRates
    model_ids: tuple[str, ...] = ()

    @property
    def outcome(self) -> LivenessOutcome:
        """The decision's outcome."""
        return self.decision.outcome
