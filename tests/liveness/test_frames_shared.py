"""What real clips say about the limits of cuts and repetitions; -s prints the figures."""

import itertools
import random
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from media.clips import read_frames
from media.image import ImageRGB
from tests.support.scripted_faces import Pose, mesh_of
from vision.continuity.cuts import MAX_CUT_LIKENESS, MIN_CUT_BITS, Scene, is_other_scene
from vision.continuity.glance import Glance
from vision.continuity.motion import measure_motion
from vision.continuity.repeats import FROZEN_AFTER_S, MAX_STILL_STEPS, FreezeWatch, LoopWatch
from vision.picture_hash import grey_grid, hash_distance, hash_of_grid

pytestmark = pytest.mark.shared
FOLDERS = (
    "talking/head_motion",
    "talking/interview",
    "talking/blink",
    "talking/grid",
    "pad/videos",
)
Still = tuple[float, Glance, int]


@lru_cache(maxsize=1)
def clips(shared_data: Path) -> dict[str, list[Still]]:
    """Return each clip's frames, 15 a second, as time, glance and hash."""
    paths = [path for folder in FOLDERS for path in sorted((shared_data / folder).iterdir())]
    return {path.name: [still(*frame) for frame in read(path)] for path in paths}


def read(path: Path) -> list[tuple[float, ImageRGB]]:
    frames = read_frames(path, target_fps=15.0)
    return [(frame.received_monotonic_s, grey_grid(frame.image)) for frame in frames]


def still(time_s: float, grid: ImageRGB) -> Still:
    return time_s, Glance(grid), hash_of_grid(grid)


def test_no_two_frames_in_a_row_look_like_a_cut(shared_data: Path) -> None:
    bits, likenesses = [0], [1.0]
    for frames in clips(shared_data).values():
        for (_, one, first), (_, two, second) in itertools.pairwise(frames):
            bits.append(hash_distance(first, second))
            likenesses.append(one.likeness(two))
    print(f"\n{len(bits)} steps: at most {max(bits)} bits, likeness at least {min(likenesses):.2f}")
    assert max(bits) < MIN_CUT_BITS
    assert min(likenesses) > MAX_CUT_LIKENESS


def test_a_cut_to_another_clip_nearly_always_looks_like_one(shared_data: Path) -> None:
    dice, found = random.Random(3), []
    every = list(clips(shared_data).values())
    for _ in range(600):
        one, two = (dice.choice(frames) for frames in dice.sample(every, 2))
        is_far = hash_distance(one[2], two[2]) >= MIN_CUT_BITS
        found.append(is_far and one[1].likeness(two[1]) <= MAX_CUT_LIKENESS)
    print(f"\n{sum(found)} of {len(found)} cuts between two clips are found")
    assert np.mean(found) > 0.9


def scene_of(frame: Still, time_s: float | None = None) -> Scene:
    motion = measure_motion(mesh_of(Pose()), frame[0] if time_s is None else time_s)
    return Scene(0, frame[2], frame[1], motion)


def test_no_scene_becomes_another_within_half_a_second(shared_data: Path) -> None:
    count = 0
    for name, frames in clips(shared_data).items():
        scenes = [scene_of(frame) for frame in frames]
        for apart in range(1, 10):
            pairs = list(zip(scenes, scenes[apart:], strict=False))
            count += len(pairs)
            assert not any(is_other_scene(*pair) for pair in pairs), name
    print(f"\n{count} pairs up to 0.6 s apart, none of them another scene")


@pytest.mark.parametrize("hidden_s", [0.3, 0.5])
def test_a_cut_that_is_hidden_is_mostly_another_scene(shared_data: Path, hidden_s: float) -> None:
    dice, found = random.Random(3), []
    every = list(clips(shared_data).values())
    for _ in range(600):
        one, two = (dice.choice(frames) for frames in dice.sample(every, 2))
        found.append(is_other_scene(scene_of(one, 0.0), scene_of(two, hidden_s)))
    print(f"\n{sum(found)} of {len(found)} cuts hidden for {hidden_s} s are found")
    assert np.mean(found) > 0.6


def test_no_clip_stands_still_or_repeats(shared_data: Path) -> None:
    longest_s = 0.0
    for name, frames in clips(shared_data).items():
        freeze, loop, since = FreezeWatch(), LoopWatch(), frames[0]
        face = mesh_of(Pose())  # Never moves, so that the picture alone decides.
        for index, (time_s, glance, _) in enumerate(frames):
            assert freeze.push(glance, face, time_s, index) is None, name
            assert loop.push(glance, time_s, index) is None, name
            if glance.largest_step(since[1]) > MAX_STILL_STEPS:
                since = (time_s, glance, 0)
            longest_s = max(longest_s, time_s - since[0])
    print(f"\nthe longest standstill takes {longest_s:.2f} s")
    assert longest_s < FROZEN_AFTER_S / 2


@pytest.mark.parametrize("seconds", [1.5, 2.5])
def test_every_clip_that_moves_is_found_when_it_is_looped(
    shared_data: Path, seconds: float
) -> None:
    found, count = [], int(seconds * 15)
    for name, frames in clips(shared_data).items():
        if len(frames) < 2 * count and len(frames) < 45:
            continue
        part = [glance for _, glance, _ in frames[:count]]
        watch = LoopWatch()
        rounds = [watch.push(part[step % count], step / 15, step) for step in range(4 * count)]
        found.append((name, any(rounds)))
    missed = [name for name, is_found in found if not is_found]
    print(f"\nloops of {seconds} s: {len(found) - len(missed)} of {len(found)} found, not {missed}")
    assert len(missed) <= len(found) // 4
