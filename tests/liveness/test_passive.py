"""The shipped passive model, asked as the product asks it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from base.errors import DegenerateFaceError, SettingsError, UnknownModelError
from inference.local import LocalEngine
from inference.manifest import SHARE, ModelSpec, load_manifest
from inference.store import ModelStore
from liveness.calibrations import load_policy
from liveness.crops import WIDE_FACTOR, context_window, fit, tight_window, whole_box
from liveness.decision import Rules, decide
from liveness.outcome import LivenessOutcome
from liveness.passive import PassiveDetector, live_score
from media.image import ImageRGB
from training.pad_synthetic import as_screen
from vision.assembly import FacePipeline
from vision.canvas import to_input

MODEL_ID = "pad-texture"


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
def detector(engine: LocalEngine, spec: ModelSpec) -> PassiveDetector:
    return PassiveDetector(engine, spec)


def test_a_score_says_where_it_is_from(detector: PassiveDetector, astronaut: ImageRGB) -> None:
    score = detector.look(astronaut, whole_box(astronaut))
    assert score.model_id == detector.model_id == MODEL_ID
    assert score.views == 2
    assert 0 <= score.live_score <= 1
    assert score.live_score == pytest.approx(live_score(score.logit))


def test_the_same_face_gets_the_same_score(detector: PassiveDetector, astronaut: ImageRGB) -> None:
    pending = [detector.submit(astronaut, whole_box(astronaut)) for _ in range(6)]
    assert len({one.result().logit for one in pending}) == 1


def test_a_picture_is_the_mean_of_a_near_look_and_a_wide_one(
    engine: LocalEngine, spec: ModelSpec, detector: PassiveDetector, astronaut: ImageRGB
) -> None:
    box = np.array([180, 80, 270, 200], np.float32)
    size_wh = (astronaut.shape[1], astronaut.shape[0])
    windows = (tight_window(box, size_wh), context_window(box, size_wh, WIDE_FACTOR))
    logits = []
    for window in windows:
        tensor = to_input([fit(window.cut(astronaut), (320, 320))], spec.input)
        outputs = engine.submit(spec.id, {spec.input.name: tensor}).result()
        logits.append(float(outputs[spec.outputs["live_logit"]][0, 0]))
    assert logits[0] != logits[1]
    assert detector.look(astronaut, box).logit == pytest.approx(np.mean(logits), abs=1e-3)


def test_photographs_look_more_alive_than_screens_made_of_them(
    detector: PassiveDetector, pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    """None of the people was seen in training; the screens are drawn as training draws them."""
    gaps = []
    for number, portrait in enumerate(portraits.values()):
        box = pipeline.detector.detect(portrait).boxes_xyxy[0]
        screens = [
            detector.look(as_screen(portrait, np.random.default_rng((number, view))), box).logit
            for view in range(6)
        ]
        gaps.append(detector.look(portrait, box).logit - float(np.mean(screens)))
    assert float(np.mean(gaps)) > 1


def test_a_box_outside_the_picture_is_refused(
    detector: PassiveDetector, astronaut: ImageRGB
) -> None:
    with pytest.raises(DegenerateFaceError):
        detector.submit(astronaut, np.array([600, 600, 700, 700], np.float32))


def test_another_family_is_refused(engine: LocalEngine) -> None:
    with pytest.raises(UnknownModelError, match="pad-context"):
        PassiveDetector(engine, load_manifest().model("fr-liveness"))


@pytest.mark.parametrize("logit", [-1e9, -5.0, 0.0, 5.0, 1e9])
def test_a_live_score_is_a_share(logit: float) -> None:
    assert 0 <= live_score(logit) <= 1
    assert live_score(logit) + live_score(-logit) == pytest.approx(1)


def test_the_shipped_policy_belongs_to_the_shipped_weights(spec: ModelSpec) -> None:
    policy = load_policy(spec)
    assert policy.model_ids == (MODEL_ID,)
    assert policy.calibration.slope > 0
    assert policy.point.reject_llr <= policy.point.accept_llr
    assert 0 < policy.target.max_apcer < 1
    assert 0 < policy.target.max_bpcer < 1
    assert "sources" in policy.target.data


def test_no_score_never_gives_a_pass(spec: ModelSpec) -> None:
    assert decide(load_policy(spec), None, Rules()).outcome is LivenessOutcome.INCONCLUSIVE


def test_both_ends_of_the_scale_are_decided(spec: ModelSpec) -> None:
    policy = load_policy(spec)
    assert decide(policy, 20.0, Rules()).outcome is LivenessOutcome.LIVE
    assert decide(policy, -20.0, Rules()).outcome is LivenessOutcome.SPOOF


def test_the_calibration_of_other_weights_is_refused(spec: ModelSpec) -> None:
    with pytest.raises(SettingsError, match="other weights"):
        load_policy(spec.model_copy(update={"sha256": "0" * 64}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("slope", "slop", id="misspelled key"),
        pytest.param("accept_llr = ", "accept_llr = -99 #", id="accepts below it rejects"),
        pytest.param("[operating_point]", "[point]", id="no point"),
        pytest.param("= ", "", id="no TOML"),
    ],
)
def test_a_spoiled_calibration_is_told(spec: ModelSpec, tmp_path: Path, old: str, new: str) -> None:
    text = (SHARE / "liveness" / f"{MODEL_ID}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "liveness").mkdir()
    (tmp_path / "liveness" / f"{MODEL_ID}.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(SettingsError, match="cannot be used"):
        load_policy(spec, tmp_path)
