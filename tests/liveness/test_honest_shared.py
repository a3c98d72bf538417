"""People who do nothing wrong, over bad lines and before still walls: no rule may hold them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from decision.findings import Weight
from liveness.look import FrameLook
from liveness.watch import ClipWatch
from media.clips import read_frames
from media.frame import Frame
from media.image import ImageRGB
from tests.liveness.conftest import Clip, ReadClip
from tests.liveness.test_assembly import LookAt
from tests.support.scripted_faces import ScriptedLook

pytestmark = pytest.mark.shared
MOVING = ("pad/videos/tranvanluyt_real.mp4", "talking/head_motion/d6.mp4")
CALM = ("talking/head_motion/d13.mp4", "talking/head_motion/d0.mp4", "talking/grid/brbk7n.mpg")
HEIGHT_PX, WIDTH_PX = 480, 640


def held_by(watch: ClipWatch, looks: Iterator[FrameLook]) -> list[str]:
    for look in looks:
        watch.push(look)
    findings = watch.findings
    return [found.code for weight in (Weight.BREAKS, Weight.HOLDS) for found in findings.of(weight)]


def over_a_bad_line(looks: Clip, fps: float, seed: int) -> Iterator[ScriptedLook]:
    """Yield looks at a lower rate, late by up to 0.12 s, one in twenty lost."""
    dice, next_s, arrived_s = random.Random(seed), 0.0, 0.0
    for look in looks:
        taken_s = look.frame.received_monotonic_s
        if taken_s < next_s:
            continue
        next_s += 1 / fps
        if dice.random() < 0.05:
            continue
        arrived_s = max(taken_s + dice.uniform(0, 0.12), arrived_s + 0.001)
        frame = replace(look.frame, received_monotonic_s=arrived_s)
        parts = (look.faces, look.face, look.mesh, look.reading, look.embedding, look.grid)
        yield ScriptedLook(frame, *parts)


@pytest.mark.parametrize("fps", [pytest.param(6.0, marks=pytest.mark.slow), 10.0])
@pytest.mark.parametrize("clip", MOVING)
def test_no_rule_holds_a_person_who_moves_over_a_bad_line(
    new_watch: Callable[[], ClipWatch], read_clip: ReadClip, clip: str, fps: float
) -> None:
    """At 6 frames a second a quick turn with the telephone in the hand was refused as a cut."""
    looks = read_clip(clip, 0.0, 15.0, 15.0)
    for seed in range(4):
        assert not held_by(new_watch(), over_a_bad_line(looks, fps, seed)), seed


def before_a_wall(path: Path, share: float) -> Iterator[Frame]:
    """Yield frames of a clip, small, before a wall that the camera keeps free of noise."""
    wall = np.random.default_rng(0).integers(40, 200, (6, 8, 3), np.uint8)
    room = cv2.resize(wall, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    calm: ImageRGB | None = None
    for frame in read_frames(path, target_fps=15.0):
        scale = HEIGHT_PX * share / frame.image.shape[0]
        part = cv2.resize(frame.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        now = np.asarray(part[:, :WIDTH_PX], np.uint8)
        calm = now if calm is None else without_noise(calm, now)
        picture, left = np.array(room, np.uint8), (WIDTH_PX - now.shape[1]) // 2
        picture[HEIGHT_PX - now.shape[0] :, left : left + now.shape[1]] = calm
        yield replace(frame, image=picture)


def without_noise(before: ImageRGB, now: ImageRGB) -> ImageRGB:
    """Return a picture in which only what clearly changes does, as cameras in telephones do."""
    change = np.abs(now.astype(np.float32) - before.astype(np.float32)).max(axis=2)
    share = np.clip((cv2.GaussianBlur(change, (0, 0), 3) - 6) / 8, 0, 1)[..., None]
    return np.asarray(np.round(before + (now.astype(np.float32) - before) * share), np.uint8)


@pytest.mark.parametrize("clip", CALM)
def test_no_rule_holds_somebody_small_before_a_still_wall(
    new_watch: Callable[[], ClipWatch], look_at: LookAt, shared_data: Path, clip: str
) -> None:
    """Their picture hardly changes as a whole, and was taken for one that stands still."""
    frames = [f for f in before_a_wall(shared_data / clip, 0.5) if f.received_monotonic_s < 6.0]
    assert not held_by(new_watch(), iter(look_at(frames)))
