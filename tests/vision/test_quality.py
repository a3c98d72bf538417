"""Quality: each fault is seen, named, and worse when there is more of it."""

import itertools
from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pytest

from inference.manifest import Recognisability
from media.image import ImageRGB
from vision.alignment import ARCFACE_TEMPLATE
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.geometry import Floats
from vision.measures import measure_pose
from vision.quality import POOR_BELOW, FaceQuality, with_recognisability

Damage = Callable[[ImageRGB, float], ImageRGB]


def blur(image: ImageRGB, sigma_px: float) -> ImageRGB:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma_px, 0.01)), np.uint8)


def shrink(image: ImageRGB, factor: float) -> ImageRGB:
    small = cv2.resize(image, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def grain(image: ImageRGB, sigma: float) -> ImageRGB:
    noise = np.random.default_rng(5).normal(0, max(sigma, 1e-6), image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def darken(image: ImageRGB, factor: float) -> ImageRGB:
    return np.asarray(image / factor, np.uint8)


def brighten(image: ImageRGB, factor: float) -> ImageRGB:
    return np.asarray(np.clip(image * float(factor), 0, 255), np.uint8)


@pytest.mark.parametrize(
    ("damage", "steps", "codes"),
    [
        pytest.param(blur, (0, 3, 6, 9, 12), {"FACE_BLURRED"}, id="blur"),
        pytest.param(grain, (0, 60, 100), {"FACE_NOISY"}, id="noise"),
        pytest.param(shrink, (1, 2, 4, 5), {"FACE_TOO_SMALL"}, id="small"),
        pytest.param(darken, (1, 4, 9, 14), {"FACE_TOO_DARK", "FACE_LOW_CONTRAST"}, id="dark"),
        pytest.param(brighten, (1, 2, 4), {"FACE_TOO_BRIGHT"}, id="bright"),
    ],
)
def test_more_damage_never_scores_better_and_the_worst_is_named(
    pipeline: FacePipeline,
    astronaut: ImageRGB,
    damage: Damage,
    steps: tuple[float, ...],
    codes: set[str],
) -> None:
    ratings = [
        pipeline.analyzer.read(damage(astronaut, step), Select.LARGEST).quality for step in steps
    ]
    scores = [rating.score for rating in ratings]
    assert ratings[0].is_usable
    kept = [score if score >= POOR_BELOW else 0.0 for score in scores]
    assert all(later <= earlier + 2 for earlier, later in itertools.pairwise(kept)), scores
    assert not ratings[-1].is_usable
    assert codes <= {reason.code for reason in ratings[-1].reasons}


@pytest.mark.parametrize("part", ["left", "eyes", "mouth"])
def test_a_half_covered_face_is_not_usable(
    pipeline: FacePipeline, astronaut: ImageRGB, part: str
) -> None:
    covered = astronaut.copy()
    x1, y1, x2, y2 = 178, 58, 272, 178
    area = {
        "left": (slice(y1, y2), slice(x1, (x1 + x2) // 2)),
        "eyes": (slice(y1 + 32, y1 + 62), slice(x1, x2)),
        "mouth": (slice(y1 + 70, y2), slice(x1, x2)),
    }[part]
    covered[area] = (80, 120, 190)
    readings = pipeline.analyzer.detect(covered)
    assert not readings or not pipeline.analyzer.embed(readings[0]).quality.is_usable


def test_a_face_that_leaves_the_picture_is_said_to_be_cut_off(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    cut = np.ascontiguousarray(astronaut[:, 225:])
    readings = pipeline.analyzer.detect(cut)
    assert all(not reading.quality.is_usable for reading in readings)


def test_good_photographs_are_usable(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB], astronaut: ImageRGB
) -> None:
    for image in (*portraits.values(), astronaut):
        quality = pipeline.analyzer.read(image).quality
        assert quality.is_usable, quality.reasons


def test_each_poor_component_gives_its_reason_and_the_worst_comes_first(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    quality = pipeline.analyzer.read(darken(blur(astronaut, 8), 9)).quality
    poor = [component for component in quality.components if component.value < 40]
    assert {component.reason for component in poor} == set(quality.reasons)
    assert quality.score == min(component.value for component in quality.components)
    worst = min(quality.components, key=lambda component: component.value)
    assert quality.reasons[0] == worst.reason


@pytest.mark.parametrize("yaw_deg", [-40, -20, 0, 20, 40])
def test_yaw_is_read_from_five_points(yaw_deg: float) -> None:
    assert measure_pose(turned_head(yaw_deg, 0)).yaw_deg == pytest.approx(yaw_deg, abs=3)


@pytest.mark.parametrize("pitch_deg", [-30, 0, 30])
def test_pitch_is_read_from_five_points(pitch_deg: float) -> None:
    assert measure_pose(turned_head(0, pitch_deg)).pitch_deg == pytest.approx(pitch_deg, abs=8)


def test_roll_is_read_from_the_eyes() -> None:
    turn = np.deg2rad(25)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    rolled = (ARCFACE_TEMPLATE @ matrix.T).astype(np.float32)
    assert measure_pose(rolled).roll_deg == pytest.approx(25, abs=1)


def turned_head(yaw_deg: float, pitch_deg: float) -> Floats:
    """The mean head of vision/measures.py, turned in space and seen from the front."""
    points = np.array(
        [[-1, 0, 0], [1, 0, 0], [0, 1.14, 1], [-0.83, 2.31, 0.35], [0.83, 2.31, 0.35]]
    )
    yaw, pitch = np.deg2rad(yaw_deg), np.deg2rad(pitch_deg)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    seen = points @ about_y.T @ about_x.T
    return np.asarray(seen[:, :2] * 20 + 50, np.float32)


def test_a_model_without_a_known_measure_has_no_recognisability(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    quality = pipeline.analyzer.detect(astronaut)[0].quality
    assert with_recognisability(quality, None, 0.1) is quality
    known = with_recognisability(quality, Recognisability(worst=1, limit=2, good=4), 1.5)
    assert known.component("recognisability").value == pytest.approx(20)
    assert known.reasons[0].code == "FACE_HARD_TO_RECOGNISE"


def test_a_quality_without_components_is_no_quality() -> None:
    with pytest.raises(ValueError, match="component"):
        FaceQuality(())
