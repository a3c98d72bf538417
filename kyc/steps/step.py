"""What a step is: one attempt at one thing that is asked of a participant."""

from dataclasses import dataclass
from enum import Enum

from kyc.case import Check
from kyc.events import AttendEvent, Side, Snapshot
from kyc.ledger import Ledger
from kyc.states import State
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis

Said = list[AttendEvent]
TIMED_OUT = "STEP_TIMED_OUT"


class StepEnd(Enum):
    """How an attempt ended."""

    DONE = "DONE"
    FAILED = "FAILED"  # An attempt was used; another may be left.
    REFUSED = "REFUSED"  # A rule was broken.
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of an attempt. code: why, UPPER_SNAKE; empty for DONE."""

    how: StepEnd
    code: str = ""
    checks: tuple[Check, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()


class Step:
    """One attempt; every call returns what to say, and sets `ended` when it is over.

    share: how far it is, in [0, 1]. advice: what would make the picture better now.
    """

    state: State

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.ended: Ended | None = None
        self.share = 0.0
        self.advice: str | None = None

    @property
    def limit_s(self) -> float:
        """Time for one attempt."""
        return self._ledger.limit_s(self._ledger.plan.product.attempts_of(self.state).limit_s)

    def begin(self, now_s: float) -> Said:
        """Say what is asked for, also again after an interruption."""
        return []

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Take one frame of the camera."""
        return []

    def show(self, side: Side, image: ImageRGB, sequence: int, now_s: float) -> Said | None:
        """Take a picture of a document; None where none is wanted."""
        return None

    def consent(
        self, accepted: bool, accepted_face: bool, text_version: str, now_s: float
    ) -> Said | None:
        """Take an answer to the prompt for consent; None where none is wanted."""
        return None

    def answer(self, question: str, text: str, now_s: float) -> Said | None:
        """Take an answer to a question; None where none is wanted."""
        return None

    def tick(self, now_s: float) -> Said:
        """Let time pass."""
        return []

    def expire(self) -> None:
        """End it, for its time is over."""
        self.ended = Ended(StepEnd.FAILED, TIMED_OUT)

    def interrupt(self, now_s: float) -> Said:
        """Note that the connection was lost."""
        return []

    def resume(self, now_s: float) -> Said:
        """Go on after an interruption."""
        return self.begin(now_s)
