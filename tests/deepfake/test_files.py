from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from base.errors import BrokenClipError, NoFaceError, PictureTooLargeError, UnsupportedPictureError
from deepfake.assembly import Forgery
from deepfake.files import FileJudge
from deepfake.outcome import ForgeryOutcome, ForgeryResult
from media.image import ImageRGB
from media.pictures import PictureLimits, encode_jpeg
from tests.support.clips import make_clip
from tests.support.scripted_forgery import ScriptedFrameModel
from tour import photographs
from vision.assembly import StreamVision


@pytest.fixture
def judge(forgery: Forgery, stream_vision: StreamVision) -> FileJudge:
    return FileJudge(forgery, stream_vision)


@pytest.fixture(scope="session")
def swaying(portrait: ImageRGB) -> list[ImageRGB]:
    """Two seconds of somebody who sways a little."""
    return [np.roll(portrait, round(4 * np.sin(place / 4)), axis=1) for place in range(50)]


def codes(result: ForgeryResult) -> list[str]:
    return [reason.code for reason in result.decision.reasons]


def test_a_picture_is_judged_as_a_picture(
    judge: FileJudge, portrait: ImageRGB, tmp_path: Path
) -> None:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(encode_jpeg(portrait))
    result = judge.check(path, wants_heat=True)
    assert result.outcome is ForgeryOutcome.GENUINE
    assert codes(result) == ["LOOKS_GENUINE"]
    assert result.heat is not None
    assert result.heat.time_s is None


def test_a_clip_with_sound_is_judged_frame_by_frame(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "sways.mp4"
    path.write_bytes(make_clip(pictures=swaying, tone_s=2.0))
    seen: list[int] = []
    result = judge.check(path, wants_heat=True, progress=seen.append)
    assert result.outcome is ForgeryOutcome.GENUINE
    assert sum(seen) == 50
    assert result.heat is not None
    assert result.heat.time_s is not None


def test_a_clip_that_is_certainly_forged_is_read_no_further(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "forged.mp4"
    path.write_bytes(make_clip(pictures=swaying * 3))
    forged = replace(judge.forgery, model=ScriptedFrameModel([8.0]))
    seen: list[int] = []
    quick = replace(judge, forgery=forged, answers_early=True)
    result = quick.check(path, progress=seen.append)
    assert result.outcome is ForgeryOutcome.FAKE
    assert codes(result) == ["LOOKS_FORGED"]
    assert sum(seen) < 150


def test_files_that_cannot_be_judged_say_why(judge: FileJudge, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(encode_jpeg(photographs.empty_room()))
    with pytest.raises(NoFaceError):
        judge.check(path)
    path.write_bytes(b"neither picture nor clip")
    with pytest.raises(UnsupportedPictureError):
        judge.check(path)
    path.write_bytes(make_clip(pictures=[photographs.empty_room()] * 50)[:-2000])
    with pytest.raises(BrokenClipError):
        judge.check(path)
    with pytest.raises(FileNotFoundError):
        judge.check(tmp_path / "nowhere")


def test_a_file_that_is_too_long_is_not_read_to_its_end(judge: FileJudge, tmp_path: Path) -> None:
    path = tmp_path / "long.jpg"
    path.write_bytes(encode_jpeg(photographs.empty_room()) + bytes(100_000))
    strict = replace(judge, picture_limits=PictureLimits(max_bytes=50_000))
    with pytest.raises(PictureTooLargeError, match="has 50001 bytes"):
        strict.check(path)


def test_a_clip_without_a_face_is_inconclusive(judge: FileJudge, tmp_path: Path) -> None:
    path = tmp_path / "room.mp4"
    path.write_bytes(make_clip(pictures=[photographs.empty_room()] * 20))
    result = judge.check(path)
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert result.fake_score is None
    assert codes(result)[0] == "NO_FACE"
