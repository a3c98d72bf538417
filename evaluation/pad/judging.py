"""From files to answers: every presentation is judged as a caller's would be."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from base.errors import InvalidInputError, NoFaceError
from evaluation.judging import UNREADABLE, Progress, judge_in_order
from evaluation.pad.manifest import Presentation
from evaluation.pad.result import PadAnswer
from liveness.outcome import LivenessResult


class Judge(Protocol):
    """What answers for one picture or clip, such as the file checker of this machine's models."""

    def check(self, path: Path) -> LivenessResult:
        """Return the answer. Raises InvalidInputError where there can be none."""
        ...


def judge_all(
    presentations: Sequence[Presentation],
    judge: Judge,
    *,
    workers: int,
    progress: Progress = lambda _: None,
) -> tuple[PadAnswer, ...]:
    """Judge every presentation, `workers` at a time, and return the answers in order.

    A file that cannot be read, or without one face in it, is a non-response and no error.
    progress: called with 1 after each.
    """
    return judge_in_order(
        presentations, lambda one: _answer(one.path, judge), workers=workers, progress=progress
    )


def _answer(path: Path, judge: Judge) -> PadAnswer:
    try:
        result = judge.check(path)
    except InvalidInputError as error:
        return PadAnswer(None, None, error.reason)
    except OSError:
        return PadAnswer(None, None, UNREADABLE)
    reason = result.decision.reasons[0].code
    if reason == NoFaceError.reason:
        # A picture without a face is refused; a clip is answered, and got no response either.
        return PadAnswer(None, None, reason)
    return PadAnswer(result.outcome, result.live_score, reason)
