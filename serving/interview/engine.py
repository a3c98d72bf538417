"""What an attendance behind a stream is run with; tests script it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kyc.case import Findings, Position
from kyc.events import AttendEvent, Recorded, Side
from kyc.states import State
from media.frame import Frame, SoundChunk
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis

M = TypeVar("M")


class Analyzer(Protocol):
    """Looks at the frames of one stream."""

    def look(self, frame: Frame) -> FrameAnalysis:
        """Return one look at a frame."""
        ...

    def close(self) -> None:
        """Let go of what belongs to the stream."""
        ...


class Attendance(Protocol):
    """What is run: the methods of `kyc.attendance.Attendance`. Times are monotonic seconds."""

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given."""
        ...

    def start(self, now_s: float) -> Sequence[AttendEvent]:
        """Begin, or go on where the findings end."""
        ...

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Sequence[AttendEvent]:
        """Take a look at the camera's picture in."""
        ...

    def hear(self, chunk: SoundChunk, sequence: int, now_s: float) -> Sequence[AttendEvent]:
        """Take a piece of sound in."""
        ...

    def show(
        self, side: Side, image: ImageRGB, sequence: int, now_s: float
    ) -> Sequence[AttendEvent]:
        """Take a picture of a document in."""
        ...

    def consent(
        self, accepted: bool, accepted_face: bool, text_version: str, now_s: float
    ) -> Sequence[AttendEvent]:
        """Take the answer to the question for consent in."""
        ...

    def answer(self, question: str, text: str, now_s: float) -> Sequence[AttendEvent]:
        """Take an answer in."""
        ...

    def locate(self, position: Position, now_s: float) -> Sequence[AttendEvent]:
        """Take in where the client says that it is."""
        ...

    def ask_for_person(self, text: str, now_s: float) -> Sequence[AttendEvent]:
        """Hand over to a person."""
        ...

    def tick(self, now_s: float) -> Sequence[AttendEvent]:
        """Let time pass."""
        ...

    def interrupt(self, now_s: float) -> Sequence[AttendEvent]:
        """Break off what is under way."""
        ...

    def resume(self, now_s: float) -> Sequence[AttendEvent]:
        """Go on."""
        ...

    def close(self, now_s: float, code: str) -> Sequence[AttendEvent]:
        """End it from outside; a later one goes on."""
        ...


class Pen(Protocol):
    """Writes down what an attendance found, before anybody hears of it."""

    def write(self, recorded: Recorded) -> State:
        """Write it down, and return where the participant stands. Raises what the books raise."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the books of one participant."""

    findings: Findings
    state: State


# Turns an event, with what was written down before it, into what goes over the wire.
Say = Callable[[AttendEvent, Written], M]
