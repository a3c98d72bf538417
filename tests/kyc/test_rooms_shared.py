"""How the limits of the room behind a person were set: on clips, within each and between two."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from kyc.conduct.background import OTHER_BELOW, SAME_FROM, Room, compare, room_of
from media.clips import read_frames
from vision.assembly import FacePipeline
from vision.detection import Profile

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(300)]
# One of each pair of clips that were made in one room; of a person, not of a screen in a hand.
CLIPS = [
    *("pad/videos/apfol_real2.webm", "pad/videos/tranvanluyt_real.mp4"),
    *(f"deepfake/videos/dfdc_{name}.mp4" for name in ("lynaeydofd", "widuwuoiur", "yhffcuhhjy")),
    *("deepfake/videos/camera_519.mp4", "deepfake/videos/camera_634.mp4"),
    *("deepfake/videos/camera_004.mp4", "deepfake/videos/face2face_750_743.mp4"),
]


def rooms_of(pipeline: FacePipeline, path: Path) -> list[Room]:
    """Return what is behind the largest face, twice a second."""
    rooms = []
    for frame in read_frames(path, target_fps=2.0):
        faces = pipeline.detector.detect(frame.image, Profile.STREAM)
        if len(faces):
            box = faces.boxes_xyxy[int(np.argmax(faces.areas_px()))]
            rooms.append(room_of(frame.image, box))
    return rooms


def test_one_room_is_told_from_another(pipeline: FacePipeline, shared_data: Path) -> None:
    """Prints counts; `-s` shows them."""
    rooms = {name: rooms_of(pipeline, shared_data / name) for name in CLIPS}
    steps = [compare(*pair) for clip in rooms.values() for pair in pairwise(clip)]
    firsts = [(clip[0], clip[-1]) for clip in rooms.values()]
    others = [
        compare(here, there)
        for one, other in combinations(firsts, 2)
        for here in one
        for there in other
    ]
    same = [likeness for likeness in steps if likeness is not None]
    apart = [likeness for likeness in others if likeness is not None]
    alarms = sum(likeness < OTHER_BELOW for likeness in same)
    told = sum(likeness < OTHER_BELOW for likeness in apart)
    taken = sum(likeness >= SAME_FROM for likeness in apart)
    print(f"within: {len(steps)} pairs, {len(same)} measured, {alarms} told apart")
    print(f"between: {len(others)} pairs, {len(apart)} measured, {told} told apart, {taken} alike")
    assert alarms == 0
    assert len(same) > 50
    assert told > 0.8 * len(apart)
