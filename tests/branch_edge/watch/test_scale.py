"""The canvas is as small as the smallest face that is told allows."""

import pytest

from branch_edge.watch.scale import MIN_CANVAS_PX, SMALLEST_FOUND_PX, detect_width_px
from vision.scene import CameraScene


@pytest.mark.parametrize(
    ("min_face_px", "width_px", "expected_px"),
    [(48, 1920, 640), (24, 1920, 1280), (96, 1920, 320), (16, 1920, 1920), (16, 1280, 1280)],
)
def test_the_smallest_face_is_just_found(min_face_px: int, width_px: int, expected_px: int) -> None:
    chosen_px = detect_width_px(CameraScene(min_face_px=min_face_px), width_px)
    assert chosen_px == expected_px
    assert min_face_px * chosen_px / width_px >= SMALLEST_FOUND_PX


def test_large_faces_alone_still_get_a_canvas_that_shows_a_room() -> None:
    assert detect_width_px(CameraScene(min_face_px=500), 1920) == MIN_CANVAS_PX


def test_a_width_that_the_scene_names_is_taken_in_whole_strides() -> None:
    assert detect_width_px(CameraScene(detect_width_px=500), 1920) == 512


def test_a_small_picture_is_not_enlarged() -> None:
    assert detect_width_px(CameraScene(min_face_px=16), 320) == 320
