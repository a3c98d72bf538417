"""Clips that are short, silent, uneven, huge or broken end in a reason, and leave nothing."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from base.errors import (
    BrokenClipError,
    ClipTooLargeError,
    ClipTooLongError,
    EmptyPictureError,
)
from deepfake.assembly import Forgery, clip_watches
from deepfake.files import FileJudge
from deepfake.outcome import ForgeryOutcome, ForgeryResult
from media.containers import ClipLimits
from media.image import ImageRGB
from tests.support import clips
from tests.support.clips import make_clip
from tests.support.scripted_forgery import FORGERY_POLICY, ScriptedFrameModel
from vision.assembly import FacePipeline, StreamVision


@pytest.fixture
def judge(pipeline: FacePipeline, stream_vision: StreamVision) -> FileJudge:
    """Everything that follows a clip, with a frame model that takes all for genuine."""
    forgery = Forgery(pipeline, ScriptedFrameModel(), FORGERY_POLICY, clip_watches(pipeline))
    return FileJudge(forgery, stream_vision)


@pytest.fixture
def swaying(portrait: ImageRGB) -> list[ImageRGB]:
    """Somebody who sways, with the noise of a sensor, two seconds long."""
    dice = np.random.default_rng(4)
    moved = (np.roll(portrait, round(6 * np.sin(place / 5)), axis=1) for place in range(50))
    noisy = (picture + dice.normal(0, 4, picture.shape) for picture in moved)
    return [np.clip(picture, 0, 255).astype(np.uint8) for picture in noisy]


def codes(result: ForgeryResult) -> list[str]:
    return [reason.code for reason in result.decision.reasons]


def judged(judge: FileJudge, path: Path, content: bytes) -> ForgeryResult:
    path.write_bytes(content)
    return judge.check(path)


def test_one_second_is_too_short(judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path) -> None:
    result = judged(judge, tmp_path / "short.mp4", make_clip(pictures=swaying[:25]))
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert "CLIP_TOO_SHORT" in codes(result)


def test_one_frame_is_no_clip(judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path) -> None:
    result = judged(judge, tmp_path / "one.mp4", make_clip(pictures=swaying[:1]))
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE


def test_a_silent_clip_is_judged_by_its_pictures(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    result = judged(judge, tmp_path / "silent.mp4", make_clip(pictures=swaying))
    names = [signal.name for signal in result.decision.signals if signal.score is not None]
    assert "frame_forgery" in names
    assert "sound_in_step" not in names
    assert result.fake_score is not None


def test_an_uneven_frame_rate_is_judged_by_its_times(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    steps = np.cumsum(np.random.default_rng(1).integers(1, 4, len(swaying)))
    content = make_clip(pictures=swaying, pts=[int(step) for step in steps])
    result = judged(judge, tmp_path / "uneven.mp4", content)
    assert result.fake_score is not None
    assert all(moment.start_s <= steps[-1] / 25 for moment in result.moments)


def test_a_clip_of_few_frames_is_left_open(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    pts = [place * 12 for place in range(12)]
    result = judged(judge, tmp_path / "slow.mp4", make_clip(pictures=swaying[:12], pts=pts))
    assert result.outcome is not ForgeryOutcome.GENUINE
    assert "TOO_FEW_FRAMES" in codes(result)


def test_4k_is_looked_at_within_bounds(
    judge: FileJudge, portrait: ImageRGB, tmp_path: Path
) -> None:
    large = np.asarray(cv2.resize(portrait, (2160, 2160)), np.uint8)
    room = np.full((2160, 3840, 3), 90, np.uint8)
    room[:, 800:2960] = large
    result = judged(judge, tmp_path / "large.mp4", make_clip(pictures=[room] * 4))
    assert "CLIP_TOO_SHORT" in codes(result)
    small = FileJudge(judge.forgery, judge.vision, clip_limits=ClipLimits(max_pixels=100_000))
    with pytest.raises(ClipTooLargeError):
        small.check(tmp_path / "large.mp4")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(lambda content: content[:0], EmptyPictureError, id="nothing"),
        pytest.param(lambda content: content[:-900], BrokenClipError, id="cut off"),
        pytest.param(lambda content: content[:300], BrokenClipError, id="a header alone"),
    ],
)
def test_what_cannot_be_read_is_refused(
    judge: FileJudge,
    swaying: list[ImageRGB],
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    error: type[Exception],
) -> None:
    content = change(make_clip(pictures=swaying[:20]))
    with pytest.raises(error):
        judged(judge, tmp_path / "bad.mp4", content)


def test_a_clip_that_plays_too_long_is_refused(
    judge: FileJudge, swaying: list[ImageRGB], tmp_path: Path
) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(make_clip(pictures=swaying))
    strict = FileJudge(judge.forgery, judge.vision, clip_limits=ClipLimits(max_duration_s=1.0))
    with pytest.raises(ClipTooLongError):
        strict.check(path)


def test_sound_that_cannot_be_decoded_is_mentioned(
    judge: FileJudge,
    swaying: list[ImageRGB],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(clips._SOUND_ENCODERS, "matroska", "ac3")
    content = make_clip("matroska-h264", swaying[:40], tone_s=1.5)
    result = judged(judge, tmp_path / "ac3.mkv", content)
    assert result.fake_score is not None
    assert "SOUND_UNREADABLE" in codes(result)
