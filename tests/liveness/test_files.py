from pathlib import Path

import pytest

from base.errors import BrokenClipError, NoFaceError, PictureTooLargeError, UnsupportedPictureError
from liveness.assembly import Liveness
from liveness.files import FileJudge
from liveness.outcome import LivenessOutcome
from media.image import ImageRGB
from media.pictures import PictureLimits, encode_jpeg
from tests.support.clips import make_clip
from tests.support.scripted_faces import ScriptedPassive
from tests.support.scripted_sessions import POLICY
from tour import photographs
from vision.assembly import FacePipeline, StreamVision


@pytest.fixture
def judge(pipeline: FacePipeline, stream_vision: StreamVision) -> FileJudge:
    """The real eyes with a passive model that takes everybody for live."""
    return FileJudge(Liveness(pipeline, ScriptedPassive(), POLICY), stream_vision)


@pytest.fixture
def portrait(astronaut: ImageRGB) -> ImageRGB:
    return astronaut[0:320, 64:384]


def test_a_picture_is_judged_as_a_picture(
    judge: FileJudge, portrait: ImageRGB, tmp_path: Path
) -> None:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(encode_jpeg(portrait))
    result = judge.check(path)
    assert result.outcome is LivenessOutcome.LIVE
    assert [reason.code for reason in result.decision.reasons] == ["LOOKS_LIVE"]


def test_a_clip_of_a_photograph_is_not_live_and_says_why(
    judge: FileJudge, portrait: ImageRGB, tmp_path: Path
) -> None:
    path = tmp_path / "still.mp4"
    path.write_bytes(make_clip(pictures=[portrait] * 75))
    seen: list[int] = []
    result = judge.check(path, seen.append)
    assert result.outcome is not LivenessOutcome.LIVE
    assert "FRAMES_REPEATED" in [reason.code for reason in result.decision.reasons]
    # Three seconds, looked at fifteen times a second.
    assert 40 <= sum(seen) <= 46


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
    strict = FileJudge(judge.liveness, judge.vision, PictureLimits(max_bytes=50_000))
    with pytest.raises(PictureTooLargeError, match="has 50001 bytes"):
        strict.check(path)


def test_a_clip_without_a_face_is_inconclusive(judge: FileJudge, tmp_path: Path) -> None:
    path = tmp_path / "room.mp4"
    path.write_bytes(make_clip(pictures=[photographs.empty_room()] * 20))
    result = judge.check(path)
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert result.live_score is None
    assert result.decision.reasons[0].code == "NO_FACE"
