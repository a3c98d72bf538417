"""From files to answers: every picture and clip is judged as a caller's would be."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from base.errors import InvalidInputError, NoFaceError
from deepfake.files import FileJudge
from deepfake.frames import FrameModel, FrameView, PendingView
from deepfake.outcome import ForgeryResult
from evaluation.deepfake.answers import AnswerBook, ForgeryAnswer
from evaluation.judging import UNREADABLE, Progress, judge_in_order
from evaluation.manifest import LabelledFile
from media.containers import is_clip
from media.image import ImageRGB
from vision.geometry import Floats


class Judge(Protocol):
    """What answers for one file, such as `ListeningJudge`."""

    def judge(self, row: LabelledFile) -> ForgeryAnswer:
        """Return the answer; a file that cannot be judged has one too."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    """A view whose logit is written down as soon as it is known."""

    view: PendingView
    logits: list[float]

    def result(self) -> FrameView:
        """Wait for it."""
        view = self.view.result()
        self.logits.append(view.logit)
        return view


@dataclass(slots=True)
class RecordingModel:
    """A frame model that remembers what it said, in the order in which it was asked."""

    model: FrameModel
    logits: list[float] = field(default_factory=list)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self.model.model_id

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> _Heard:
        """Start looking at one face."""
        return _Heard(self.model.submit(image, box_xyxy), self.logits)


@dataclass(frozen=True, slots=True)
class ListeningJudge:
    """Judges files as `deepfake check` does, and notes what the frame model saw on the way."""

    judged_by: FileJudge

    def judge(self, row: LabelledFile) -> ForgeryAnswer:
        """Return the answer; what cannot be judged is a non-response and no error."""
        forgery = self.judged_by.forgery
        model = RecordingModel(forgery.model)
        judge = replace(self.judged_by, forgery=replace(forgery, model=model))
        is_moving = False
        try:
            is_moving = is_clip(row.path)
            result = judge.check(row.path)
        except InvalidInputError as error:
            return ForgeryAnswer(None, None, error.reason, is_moving)
        except OSError:
            return ForgeryAnswer(None, None, UNREADABLE, is_moving)
        return _answer(result, is_moving, tuple(model.logits))


def judge_all(
    rows: Sequence[LabelledFile],
    judge: Judge,
    book: AnswerBook,
    *,
    workers: int,
    progress: Progress = lambda _: None,
) -> tuple[ForgeryAnswer, ...]:
    """Judge every file, `workers` at a time, and return the answers in order.

    book: what was answered before is taken from it. progress: called with 1 after each.
    """

    def answer(row: LabelledFile) -> ForgeryAnswer:
        known = book.get(row)
        if known is None:
            known = judge.judge(row)
            book.put(row, known)
        return known

    return judge_in_order(rows, answer, workers=workers, progress=progress)


def _answer(result: ForgeryResult, is_moving: bool, logits: tuple[float, ...]) -> ForgeryAnswer:
    reason = result.decision.reasons[0].code
    if reason == NoFaceError.reason:
        # A picture without a face is refused; a clip is answered, and got no response either.
        return ForgeryAnswer(None, None, reason, is_moving)
    scores = {one.name: one.score for one in result.decision.signals if one.score is not None}
    moments = tuple(dict.fromkeys(moment.code for moment in result.moments))
    return ForgeryAnswer(
        result.outcome, result.fake_score, reason, is_moving, scores, moments, logits
    )
