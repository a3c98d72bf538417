"""What an attendance asks of others, by script: a clock, a queue, desks and files."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np

from base.errors import QueueFullError
from decision.log_odds import share_of
from decision.outcome import Decision, Reason
from deepfake.outcome import ForgeryOutcome, ForgeryResult
from kyc.case import Check, CheckName, CheckOutcome, DocumentRecord
from kyc.ports import DocumentLook
from media.frame import SoundChunk
from media.image import ImageRGB
from tests.support.scripted_faces import person
from tests.support.scripted_forgery import FORGERY_POLICY
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.frame_analysis import FrameAnalysis

T = TypeVar("T")
PICTURE: ImageRGB = np.full((60, 90, 3), 128, np.uint8)
WHEN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class ScriptedClock:
    """Stands still until it is set; wall time follows."""

    time_s: float = 100.0

    def now(self) -> datetime:
        """Return the wall time."""
        return WHEN + timedelta(seconds=self.time_s - 100.0)

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.time_s


@dataclass(slots=True)
class Later:
    """Runs what waits when it is told to; full beyond `room`."""

    room: int = 8
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def submit(self, function: Callable[[], T]) -> "Future[T]":
        """Keep it. Raises QueueFullError."""
        if len(self.waiting) >= self.room:
            raise QueueFullError("full")
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(function())
            except Exception as error:
                future.set_exception(error)

        self.waiting.append(run)
        return future

    def run(self) -> None:
        """Run everything that waits."""
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            job()


def found(name: str, outcome: CheckOutcome, code: str = "SCRIPTED") -> Check:
    """Return a check as a desk gives it."""
    return Check(name, outcome, (Reason(code, "By script."),), WHEN)


@dataclass(slots=True)
class ScriptedDesk:
    """Reads every document alike: `looks`, one after the other, the last one again and again.

    asked: for each picture, whether it was to be judged with the other side.
    """

    looks: Sequence[DocumentLook] = ()
    asked: list[bool] = field(default_factory=list)

    def read(self, picture: ImageRGB, before: DocumentLook | None = None) -> DocumentLook:
        """Return the next look."""
        self.asked.append(before is not None)
        looks = self.looks or (document(),)
        return looks[min(len(self.asked), len(looks)) - 1]


def document(
    outcome: CheckOutcome = CheckOutcome.PASSED,
    kind: str = "CN_RESIDENT_ID",
    codes: tuple[str, ...] = (),
    template: Embedding | None = None,
    is_whole: bool | None = None,
) -> DocumentLook:
    """Return what a desk reads from a document of the first person."""
    checks = (("all_fields_read", is_whole, "By script."),)
    record = DocumentRecord(kind, {"number": "1"}, {"number": 0.9}, checks)
    check = found(CheckName.DOCUMENT, outcome)
    return DocumentLook(check, record, PICTURE, template or person(1), codes)


@dataclass(slots=True)
class ScriptedFiles:
    """Answers every look-up alike. outcomes: by name of check; PASSED where none is given."""

    outcomes: dict[str, CheckOutcome] = field(default_factory=dict)
    asked: list[FaceReading] = field(default_factory=list)

    def look_up(self, face: FaceReading, document: DocumentRecord | None) -> Sequence[Check]:
        """Return three checks."""
        self.asked.append(face)
        names = CheckName.WATCHLIST, CheckName.PAST_CASES, CheckName.OTHER_PARTICIPANTS
        return [found(name, self.outcomes.get(name, CheckOutcome.PASSED)) for name in names]


@dataclass(slots=True)
class ScriptedForgery:
    """A judge of one stretch that says what it was told to."""

    outcome: ForgeryOutcome = ForgeryOutcome.GENUINE
    frame_count: int = 0
    sound_count: int = 0

    def look(self, analysis: FrameAnalysis) -> None:
        """Count the frame."""
        self.frame_count += 1

    def hear(self, chunk: SoundChunk) -> None:
        """Count the sound."""
        self.sound_count += 1

    def conclude(self) -> ForgeryResult:
        """Return the outcome."""
        reason = Reason(f"SCRIPTED_{self.outcome.value}", "By script.")
        return ForgeryResult(
            Decision(self.outcome, (reason,)), share_of(-1.0), FORGERY_POLICY.target, ("scripted",)
        )
