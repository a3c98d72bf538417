"""Alignment: the same crop as the embedder was trained on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from insightface.utils import face_align  # type: ignore[import-untyped]

from base.errors import DegenerateFaceError
from media.image import ImageRGB
from vision.alignment import ARCFACE_TEMPLATE, align_face, similarity_to_template
from vision.geometry import Floats


def face_points(scale: float, turn_deg: float, x: float, y: float, seed: int) -> Floats:
    turn = np.deg2rad(turn_deg)
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    noise = np.random.default_rng(seed).normal(0, 2, (5, 2))
    return ((ARCFACE_TEMPLATE + noise) @ matrix.T + [x, y]).astype(np.float32)


# scikit-image renames what insightface still calls by its old name.
@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(
    st.floats(0.2, 8),
    st.floats(-180, 180),
    st.floats(-100, 3000),
    st.floats(-100, 3000),
    st.integers(0, 99),
)
def test_the_map_is_that_of_insightface(
    scale: float, turn_deg: float, x: float, y: float, seed: int
) -> None:
    points = face_points(scale, turn_deg, x, y, seed)
    assert similarity_to_template(points) == pytest.approx(
        face_align.estimate_norm(points), rel=1e-3, abs=2e-2
    )


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_crop_is_that_of_insightface(astronaut: ImageRGB) -> None:
    points = face_points(1.0, 8.0, 170.0, 60.0, 0)
    ours, theirs = align_face(astronaut, points), face_align.norm_crop(astronaut, points)
    assert ours.shape == (112, 112, 3)
    assert np.abs(ours.astype(int) - theirs).mean() < 0.1


def test_landmarks_that_fall_together_are_refused(astronaut: ImageRGB) -> None:
    with pytest.raises(DegenerateFaceError):
        align_face(astronaut, np.full((5, 2), 40, np.float32))


def test_a_face_at_the_edge_is_filled_with_black(astronaut: ImageRGB) -> None:
    aligned = align_face(astronaut, ARCFACE_TEMPLATE - np.array([60, 0], np.float32))
    assert aligned[:, :50].max() == 0
