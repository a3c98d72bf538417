"""Depth of real faces and of photographs that are tilted; -s prints the figures."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

import cv2
import numpy as np
import pytest

from liveness.moves import NOD_DEG, TURN_DEG
from liveness.relief import is_flat
from media.frame import Frame
from media.image import ImageRGB
from tests.liveness.conftest import ReadClip
from tests.liveness.test_assembly import LookAt
from vision.continuity.motion import measure_motion
from vision.mesh import FaceMesh

TILTS = [(turn, nod) for turn in (-45, 0, 45) for nod in (-45, -25, 0, 25, 45) if turn or nod]
CLIPS = (
    "talking/head_motion/d3.mp4",
    "talking/interview/WDA_KatieHill_000.mp4",
    "pad/videos/apfol_real2.webm",
    "pad/videos/tranvanluyt_real.mp4",
)


def tilted(image: ImageRGB, turn_deg: float, nod_deg: float) -> ImageRGB:
    """Return what a camera sees of a photograph on paper that is turned and tipped."""
    side = 480
    picture = np.asarray(cv2.resize(image, (side, side)), np.uint8)
    turn, nod = np.radians(turn_deg), np.radians(nod_deg)
    about_y = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    about_x = np.array([[1, 0, 0], [0, np.cos(nod), -np.sin(nod)], [0, np.sin(nod), np.cos(nod)]])
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    paper = np.column_stack([(corners - side / 2) * 0.8, np.zeros(4)]) @ (about_y @ about_x).T
    depth = paper[:, 2:] + 1.2 * side
    seen = (paper[:, :2] / depth * 1.2 * side + side / 2).astype(np.float32)
    plane_map = cv2.getPerspectiveTransform(corners, seen)
    return np.asarray(cv2.warpPerspective(picture, plane_map, (side, side)), np.uint8)


def meshes(look_at: LookAt, images: Iterable[ImageRGB]) -> Iterator[FaceMesh | None]:
    # A second between frames, so that each is looked at without the one before.
    frames = (Frame(image, index, None, None, 2.0 * index) for index, image in enumerate(images))
    return (look.mesh for look in look_at(frames))


def has_moved(before: FaceMesh, after: FaceMesh) -> bool:
    """Return whether a mesh says that the head turned or nodded as far as a challenge asks."""
    one, two = measure_motion(before, 0.0), measure_motion(after, 0.0)
    turn, nod = abs(two.yaw_deg - one.yaw_deg), abs(two.pitch_deg - one.pitch_deg)
    return turn >= TURN_DEG or nod >= NOD_DEG


def test_most_photographs_that_seem_to_nod_are_found_flat(
    look_at: LookAt, portraits: Mapping[str, ImageRGB], astronaut: ImageRGB
) -> None:
    found = []
    for image in (*portraits.values(), astronaut):
        straight, *others = meshes(
            look_at, [tilted(image, 0, 0), *(tilted(image, *tilt) for tilt in TILTS)]
        )
        assert straight is not None
        found += [is_flat(straight, mesh) for mesh in others if mesh and has_moved(straight, mesh)]
    tilts = len(TILTS) * (len(portraits) + 1)
    print(f"\n{tilts} tilts, {len(found)} taken for a turn or nod, {sum(found)} of them found flat")
    assert len(found) < tilts / 2
    assert sum(found) >= 0.6 * len(found)


@pytest.mark.shared
@pytest.mark.parametrize("clip", CLIPS)
def test_living_heads_show_depth_when_they_turn(read_clip: ReadClip, clip: str) -> None:
    seen = [look.mesh for look in read_clip(clip, fps=4.0) if look.mesh is not None]
    pairs = [(one, two) for one, two in itertools.combinations(seen, 2) if has_moved(one, two)]
    flat = sum(is_flat(*pair) for pair in pairs)
    print(f"\n{clip}: {flat} of {len(pairs)} pairs of views found flat")
    assert len(pairs) > 100
    assert flat <= 0.02 * len(pairs)
