"""The shipped frame model, asked as the product asks it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from base.errors import DegenerateFaceError, SettingsError, UnknownModelError
from decision.log_odds import share_of
from deepfake.calibrations import load_policy
from deepfake.face_crop import crop_window, fit
from deepfake.frame_model import ForgeryDetector
from inference.local import LocalEngine
from inference.manifest import SHARE, ModelSpec, load_manifest
from inference.store import ModelStore
from media.image import ImageRGB
from vision.assembly import FacePipeline
from vision.canvas import to_input
from vision.geometry import Floats

MODEL_ID = "forgery-blend"


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return load_manifest().model(MODEL_ID)


@pytest.fixture(scope="module")
def engine(spec: ModelSpec) -> Iterator[LocalEngine]:
    store = ModelStore(load_manifest())
    store.pull(spec.id)
    with LocalEngine([spec], store) as engine:
        engine.warm_up()
        yield engine


@pytest.fixture(scope="module")
def detector(engine: LocalEngine, spec: ModelSpec) -> ForgeryDetector:
    return ForgeryDetector(engine, spec)


@pytest.fixture(scope="module")
def box(astronaut: ImageRGB, pipeline: FacePipeline) -> Floats:
    return np.asarray(pipeline.detector.detect(astronaut).boxes_xyxy[0], np.float32)


def test_a_score_says_what_where_and_by_whom(
    detector: ForgeryDetector, astronaut: ImageRGB, box: Floats
) -> None:
    score = detector.look(astronaut, box)
    assert score.model_id == detector.model_id == MODEL_ID
    assert score.fake_score == pytest.approx(share_of(score.logit))
    assert score.heat.dtype == np.float32
    assert score.heat.shape == (10, 10)
    assert 0 <= score.heat.min() <= score.heat.max() <= 1
    assert score.crop_xyxy == crop_window(box, (astronaut.shape[1], astronaut.shape[0])).xyxy


def test_the_same_face_gets_the_same_score(
    detector: ForgeryDetector, astronaut: ImageRGB, box: Floats
) -> None:
    pending = [detector.submit(astronaut, box) for _ in range(6)]
    assert len({one.result().logit for one in pending}) == 1


def test_the_network_sees_the_crop_that_training_saw(
    engine: LocalEngine,
    spec: ModelSpec,
    detector: ForgeryDetector,
    astronaut: ImageRGB,
    box: Floats,
) -> None:
    window = crop_window(box, (astronaut.shape[1], astronaut.shape[0]))
    tensor = to_input([fit(window.cut(astronaut), 160)], spec.input)
    logit = engine.submit(spec.id, {"input": tensor}).result()["fake_logit"]
    assert detector.look(astronaut, box).logit == pytest.approx(float(logit.ravel()[0]))


def test_faces_do_not_change_each_others_scores(
    detector: ForgeryDetector, astronaut: ImageRGB, box: Floats
) -> None:
    alone = detector.look(astronaut, box).logit
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    pending = [detector.submit(picture, box) for picture in (mirrored, astronaut, mirrored)]
    scores = [one.result().logit for one in pending]
    assert scores[1] == pytest.approx(alone, abs=1e-4)
    assert scores[0] != pytest.approx(alone, abs=1e-4)


def test_a_score_does_not_show_the_face(
    detector: ForgeryDetector, astronaut: ImageRGB, box: Floats
) -> None:
    shown = repr(detector.look(astronaut, box))
    assert MODEL_ID in shown
    assert "heat" not in shown


def test_a_face_outside_of_the_picture_is_refused(
    detector: ForgeryDetector, astronaut: ImageRGB
) -> None:
    with pytest.raises(DegenerateFaceError):
        detector.submit(astronaut, np.array([-90, -90, 10, 10], np.float32))


def test_another_kind_of_model_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(UnknownModelError, match="forgery-frame"):
        ForgeryDetector(engine, load_manifest().model("pad-texture"))


def test_the_shipped_calibration_is_for_the_shipped_weights(spec: ModelSpec) -> None:
    policy = load_policy(spec)
    assert policy.model_ids == (MODEL_ID,)
    assert policy.calibration.slope > 0
    assert policy.point.reject_llr < policy.point.accept_llr
    assert 0 < policy.target.max_false_alarm_rate <= 0.05
    assert 0 < policy.target.max_inconclusive_rate <= 0.20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("weights_sha256", 'weights_sha256 = "00"\n#'), "other weights"),
        (("fake_llr", "unknown"), "cannot be used"),
        (("slope = ", "slope = nan\n#"), "cannot be used"),
    ],
    ids=["of other weights", "without a threshold", "that is no number"],
)
def test_a_calibration_that_does_not_fit_is_refused(
    spec: ModelSpec, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = (SHARE / "deepfake" / f"{MODEL_ID}.toml").read_text(encoding="utf-8")
    (tmp_path / "deepfake").mkdir()
    changed = text.replace(change[0], change[1], 1)
    (tmp_path / "deepfake" / f"{MODEL_ID}.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_policy(spec, tmp_path)


def test_a_missing_calibration_is_refused(spec: ModelSpec, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be used"):
        load_policy(spec, tmp_path)
