"""What an attendance looks, listens and compares with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from base.clock import Clock
from deepfake.outcome import ForgeryResult
from kyc.background import Background
from kyc.ports import Authority, DocumentDesk, FaceFiles
from liveness.events import SessionEvent
from liveness.look import FrameLook
from liveness.plan import SessionPlan
from media.frame import SoundChunk
from media.voice import VoiceActivity
from vision.frame_analysis import FrameAnalysis
from vision.match import FaceMatcher


class LivenessRun(Protocol):
    """One guided session: `liveness.session.LivenessSession`."""

    def start(self, now_s: float) -> Sequence[SessionEvent]:
        """Begin."""
        ...

    def push(self, look: FrameLook, now_s: float) -> Sequence[SessionEvent]:
        """Take a frame in."""
        ...

    def tick(self, now_s: float) -> Sequence[SessionEvent]:
        """Let time pass."""
        ...

    def interrupt(self, now_s: float) -> Sequence[SessionEvent]:
        """Break off what is under way."""
        ...

    def resume(self, now_s: float) -> Sequence[SessionEvent]:
        """Go on."""
        ...


class ForgeryRun(Protocol):
    """What follows one stretch of the stream: `deepfake.clip.ClipJudge`."""

    def look(self, analysis: FrameAnalysis) -> None:
        """Take the next frame."""
        ...

    def hear(self, chunk: SoundChunk) -> None:
        """Take the next piece of sound."""
        ...

    def conclude(self) -> ForgeryResult:
        """Return the decision."""
        ...


@dataclass(frozen=True, slots=True)
class AttendanceParts:
    """Everything that an attendance works with; what is None is not there, and passes nothing.

    open_liveness: opens a session with a draw of its own, one for each attempt. open_forgery: opens
    a judge of one stretch of the stream. background: of this attendance alone, in order.
    """

    open_liveness: Callable[[SessionPlan], LivenessRun]
    matcher: FaceMatcher
    background: Background
    clock: Clock
    open_forgery: Callable[[], ForgeryRun] | None = None
    document: DocumentDesk | None = None
    faces: FaceFiles | None = None
    authority: Authority | None = None
    voice: VoiceActivity | None = None
