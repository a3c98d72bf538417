import threading
from pathlib import Path

from base.errors import BrokenPictureError, NoFaceError
from decision.outcome import Decision, Reason
from evaluation.pad.judging import judge_all
from evaluation.pad.manifest import Presentation
from evaluation.pad.result import PadAnswer
from liveness.outcome import LivenessOutcome, LivenessResult, TargetRates


class ScriptedJudge:
    """Answers by the file's name and notes how many were in work at once."""

    def __init__(self) -> None:
        self.busy, self.peak = 0, 0
        self._lock = threading.Lock()

    def check(self, path: Path) -> LivenessResult:
        with self._lock:
            self.busy += 1
            self.peak = max(self.peak, self.busy)
        try:
            return self._answer(path.stem)
        finally:
            with self._lock:
                self.busy -= 1

    def _answer(self, name: str) -> LivenessResult:
        if name == "empty":
            raise NoFaceError("no face was found")
        if name == "broken":
            raise BrokenPictureError("cut short")
        if name == "gone":
            raise FileNotFoundError(name)
        target = TargetRates(0.05, 0.05, "nothing")
        if name == "room":
            nobody = Reason("NO_FACE", "No face was seen.")
            return LivenessResult(Decision(LivenessOutcome.INCONCLUSIVE, (nobody,)), None, target)
        reason = Reason("PASSIVE", "It looks so.")
        return LivenessResult(Decision(LivenessOutcome.LIVE, (reason,)), 0.75, target)


def test_what_cannot_be_judged_is_no_response_and_no_error() -> None:
    names = ["good", "empty", "broken", "gone", "room", "good"]
    rows = [Presentation(Path(f"{name}.jpg"), True, "", "s") for name in names]
    seen: list[int] = []
    judge = ScriptedJudge()
    answers = judge_all(rows, judge, workers=2, progress=seen.append)
    assert answers == (
        PadAnswer(LivenessOutcome.LIVE, 0.75, "PASSIVE"),
        PadAnswer(None, None, "NO_FACE"),
        PadAnswer(None, None, "PICTURE_BROKEN"),
        PadAnswer(None, None, "FILE_UNREADABLE"),
        PadAnswer(None, None, "NO_FACE"),
        PadAnswer(LivenessOutcome.LIVE, 0.75, "PASSIVE"),
    )
    assert seen == [1] * 6
    assert judge.peak <= 2
