"""What the client's calls for forgery take and give."""

from dataclasses import dataclass
from enum import Enum

from client.liveness_types import Signal
from client.types import Face, Model, Reason


class ForgeryOutcome(Enum):
    """Whether a picture or clip is what a camera saw."""

    GENUINE = "GENUINE"
    FAKE = "FAKE"
    INCONCLUSIVE = "INCONCLUSIVE"


class Weight(Enum):
    """What a moment does to the decision."""

    NOTE = "NOTE"
    HOLDS = "HOLDS"
    BREAKS = "BREAKS"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The error rates that the outcome was decided at, and the data behind them."""

    max_false_alarm_rate: float
    max_inconclusive_rate: float
    data: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that was noticed in a clip. start_s, end_s: from its first frame."""

    code: str
    signal: str
    weight: Weight
    start_s: float
    end_s: float | None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How much each part of a face looks forged.

    cells: rows from the top, each in [0, 1]. window_xyxy: what they cover, in pixels; may reach
    outside of the picture. time_s: of the clip's frame, None for a picture.
    """

    cells: tuple[tuple[float, ...], ...]
    window_xyxy: tuple[float, float, float, float]
    time_s: float | None


@dataclass(frozen=True, slots=True)
class ForgeryDecision:
    """A decision with its reasons, the weightiest first.

    fake_score: in [0, 1], higher is more likely forged; None if nothing could be measured.
    """

    outcome: ForgeryOutcome
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    fake_score: float | None
    operating_point: OperatingPoint
    models: tuple[Model, ...]
    moments: tuple[Moment, ...]
    heat_map: HeatMap | None


@dataclass(frozen=True, slots=True)
class ImageForgery:
    """The decision about one picture, and the face that it is about."""

    decision: ForgeryDecision
    face: Face


@dataclass(frozen=True, slots=True)
class ClipForgery:
    """The decision about one clip. is_early: it was certain before the clip had ended."""

    decision: ForgeryDecision
    frame_count: int
    judged_frame_count: int
    is_early: bool
