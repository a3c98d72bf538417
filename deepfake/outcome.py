"""What a check of a picture or clip for forgery can answer."""

from dataclasses import dataclass
from enum import Enum

from decision.findings import Weight
from decision.outcome import Decision
from deepfake.heat_map import HeatMap


class ForgeryOutcome(Enum):
    """Whether a picture or clip is what a camera saw."""

    GENUINE = "GENUINE"
    FAKE = "FAKE"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class TargetRates:
    """The operating point as error rates that were aimed at, and the data behind them.

    max_false_alarm_rate: share of genuine input called FAKE. max_inconclusive_rate: share of
    genuine, usable input that is left open.
    """

    max_false_alarm_rate: float
    max_inconclusive_rate: float
    data: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that was noticed in a clip, and when.

    code: that of the reason which names it. signal: the signal that noticed it.
    start_s, end_s: seconds from the clip's first frame; `end_s` is None for one instant.
    """

    code: str
    weight: Weight
    signal: str
    start_s: float
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class ForgeryResult:
    """A decision and what it rests on.

    fake_score: in [0, 1], higher is more likely forged, from the calibrated signals alone, also
        where too little was seen to decide by them; rules stand beside it. None if nothing could
        be measured.
    moments: what was noticed in a clip, in order of time. heat: where, if it was asked for.
    model_ids: of the models that were used.
    """

    decision: Decision[ForgeryOutcome]
    fake_score: float | None
    target: TargetRates
    model_ids: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    heat: HeatMap | None = None

    @property
    def outcome(self) -> ForgeryOutcome:
        """The decision's outcome."""
        return self.decision.outcome
