"""The check as it is shipped: the real models on real photographs."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from base.errors import NoFaceError, SettingsError, SeveralFacesError, UnknownModelError
from deepfake.assembly import Forgery, build_forgery
from deepfake.clip_plan import ClipPlan
from deepfake.files import FileJudge
from deepfake.fitness import MIN_FACE_PX
from deepfake.outcome import ForgeryOutcome
from inference.local import LocalEngine
from inference.manifest import Manifest, load_manifest
from inference.store import ModelStore, default_cache_dir
from media.image import ImageRGB
from media.pictures import decode_picture
from media.voice import VoiceActivity
from tests.support.clips import make_clip
from tour import photographs
from vision.analysis import Select
from vision.assembly import FacePipeline, StreamVision

FRAME_ID, VOICE_ID = "forgery-blend", "silero-vad"


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest()


@pytest.fixture(scope="module")
def engine(manifest: Manifest) -> Iterator[LocalEngine]:
    specs = [manifest.model(FRAME_ID), manifest.model(VOICE_ID)]
    with LocalEngine(specs, ModelStore(manifest, default_cache_dir())) as engine:
        yield engine


@pytest.fixture(scope="module")
def real(manifest: Manifest, engine: LocalEngine, pipeline: FacePipeline) -> Forgery:
    voice = VoiceActivity(engine, manifest.model(VOICE_ID))
    return build_forgery(engine, manifest.model(FRAME_ID), pipeline, voice)


def test_photographs_are_hardly_ever_called_forged(
    real: Forgery, portraits: Mapping[str, ImageRGB], portrait: ImageRGB
) -> None:
    pictures = [*portraits.values(), portrait]
    outcomes = [real.check_image(picture)[0].outcome for picture in pictures]
    assert outcomes.count(ForgeryOutcome.FAKE) <= 1


def test_a_picture_is_answered_with_its_face_and_where(real: Forgery, portrait: ImageRGB) -> None:
    result, reading = real.check_image(portrait, wants_heat=True)
    assert result.model_ids == (FRAME_ID,)
    assert result.target == real.policy.target
    assert result.heat is not None
    assert result.heat.time_s is None
    assert 0 <= result.heat.cells.min() <= result.heat.cells.max() <= 1
    x1, y1, x2, y2 = result.heat.window_xyxy
    assert x1 < reading.box_xyxy[[0, 2]].mean() < x2
    assert y1 < reading.box_xyxy[[1, 3]].mean() < y2
    assert real.check_image(portrait)[0].heat is None


def test_which_face_is_meant_has_to_be_said(real: Forgery, table_photograph: bytes) -> None:
    several = decode_picture(table_photograph)
    with pytest.raises(SeveralFacesError):
        real.check_image(several)
    assert real.check_image(several, Select.LARGEST)[0].decision.reasons
    with pytest.raises(NoFaceError):
        real.check_image(photographs.empty_room())


def test_a_small_face_is_left_open(real: Forgery, astronaut: ImageRGB) -> None:
    result, reading = real.check_image(np.ascontiguousarray(astronaut[::3, ::3]))
    assert float((reading.box_xyxy[2:] - reading.box_xyxy[:2]).min()) < MIN_FACE_PX
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert result.decision.reasons[0].code == "FACE_TOO_SMALL"


def test_a_clip_is_followed_with_every_signal(
    real: Forgery, stream_vision: StreamVision, portrait: ImageRGB, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    pictures = [np.roll(portrait, place % 7, axis=1) for place in range(40)]
    path.write_bytes(make_clip(pictures=pictures, tone_s=1.6))
    result = FileJudge(real, stream_vision).check(path)
    names = {signal.name for signal in result.decision.signals}
    assert names >= {
        *("frame_forgery", "identity_drift", "landmark_jitter", "boundary_flicker"),
        *("blink_rate", "sound_in_step"),
    }
    assert result.model_ids == (FRAME_ID, VOICE_ID)


def test_a_clip_without_an_ear_is_followed_as_well(
    manifest: Manifest, engine: LocalEngine, pipeline: FacePipeline
) -> None:
    deaf = build_forgery(engine, manifest.model(FRAME_ID), pipeline)
    assert deaf.model_ids == ()
    assert deaf.open_clip(ClipPlan(is_live=True)).conclude().outcome is ForgeryOutcome.INCONCLUSIVE


def test_another_model_and_scores_of_unknown_worth_are_refused(
    manifest: Manifest, engine: LocalEngine, pipeline: FacePipeline, tmp_path: Path
) -> None:
    with pytest.raises(UnknownModelError):
        build_forgery(engine, manifest.model("pad-texture"), pipeline)
    with pytest.raises(SettingsError):
        build_forgery(engine, manifest.model(FRAME_ID), pipeline, root=tmp_path)
