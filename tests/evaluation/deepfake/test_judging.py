from pathlib import Path

import numpy as np
import pytest

from deepfake.assembly import Forgery
from deepfake.files import FileJudge
from deepfake.outcome import ForgeryOutcome
from evaluation.deepfake.answers import AnswerBook, ForgeryAnswer
from evaluation.deepfake.judging import ListeningJudge, judge_all
from evaluation.manifest import LabelledFile
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.clips import make_clip
from tests.support.scripted_forgery import FORGERY_POLICY, ScriptedFrameModel
from tour import photographs
from vision.assembly import FacePipeline, StreamVision
from vision.geometry import Floats
from vision.mesh import FaceMesh


class BlindLandmarker:
    """Finds no landmarks in any face."""

    model_id = "blind"

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        return None

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def judge(pipeline: FacePipeline) -> ListeningJudge:
    """The real eyes; every other face that the model is shown looks forged."""
    model = ScriptedFrameModel([-5.0, 5.0])
    forgery = Forgery(pipeline, model, FORGERY_POLICY)
    return ListeningJudge(FileJudge(forgery, StreamVision(pipeline, BlindLandmarker())))


@pytest.fixture
def rows(tmp_path: Path, astronaut: ImageRGB) -> list[LabelledFile]:
    portrait = astronaut[0:320, 64:384]
    swaying = [np.roll(portrait, round(4 * np.sin(place / 4)), axis=1) for place in range(40)]
    contents = {
        "face.jpg": encode_jpeg(portrait),
        "wall.jpg": encode_jpeg(photographs.empty_room()),
        "broken.jpg": encode_jpeg(portrait)[:300],
        "text.mp4": b"neither picture nor clip",
        "empty.jpg": b"",
        "walls.mp4": make_clip(pictures=[photographs.empty_room()] * 20),
        "sways.mp4": make_clip(pictures=swaying),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    gone = LabelledFile(tmp_path / "gone.jpg", "gone.jpg", True, "", "s")
    return [*(LabelledFile(tmp_path / name, name, True, "", "s") for name in contents), gone]


def test_what_cannot_be_judged_is_no_response_and_no_error(
    judge: ListeningJudge, rows: list[LabelledFile]
) -> None:
    answers = {row.name: judge.judge(row) for row in rows}
    assert answers["face.jpg"].outcome is ForgeryOutcome.GENUINE
    assert answers["face.jpg"].logits == (-5.0,)
    assert {name: answers[name].reason for name in answers if answers[name].outcome is None} == {
        "wall.jpg": "NO_FACE",
        "broken.jpg": "PICTURE_BROKEN",
        "text.mp4": "PICTURE_UNSUPPORTED",
        "empty.jpg": "PICTURE_EMPTY",
        "walls.mp4": "NO_FACE",
        "gone.jpg": "FILE_UNREADABLE",
    }


def test_every_view_of_a_clip_is_noted(judge: ListeningJudge, rows: list[LabelledFile]) -> None:
    answer = judge.judge(next(row for row in rows if row.name == "sways.mp4"))
    assert answer.is_clip
    assert len(answer.logits) >= 4
    assert answer.logits[0] == -5.0
    assert set(answer.logits[1:]) == {5.0}
    assert "frame_forgery" in answer.scores


def test_what_was_answered_before_is_not_judged_again(
    rows: list[LabelledFile], tmp_path: Path
) -> None:
    there = rows[:3]
    judged: list[str] = []

    class Counting:
        def judge(self, row: LabelledFile) -> ForgeryAnswer:
            judged.append(row.name)
            return ForgeryAnswer(ForgeryOutcome.GENUINE, 0.1, "LOOKS_GENUINE")

    path = tmp_path / "answers.jsonl"
    seen: list[int] = []
    with AnswerBook(path, {}) as book:
        first = judge_all(there[:2], Counting(), book, workers=2)
    with AnswerBook(path, {}) as book:
        second = judge_all(there, Counting(), book, workers=2, progress=seen.append)
    assert sorted(judged) == sorted(row.name for row in there)
    assert second[:2] == first
    assert seen == [1, 1, 1]
