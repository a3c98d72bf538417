"""What the crop around a face is worth to the landmarker; `pytest -m shared -s` prints it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp  # type: ignore[import-untyped]
import numpy as np
import pytest
from mediapipe.tasks.python import BaseOptions  # type: ignore[import-untyped]
from mediapipe.tasks.python.vision import (  # type: ignore[import-untyped]
    FaceLandmarker,
    FaceLandmarkerOptions,
    RunningMode,
)

from inference.store import ModelStore
from media.clips import read_frames
from media.image import ImageRGB
from vision.assembly import FacePipeline
from vision.detection import Profile
from vision.geometry import Floats
from vision.mediapipe_landmarker import MediaPipeLandmarker
from vision.mediapipe_library import load_quietly, without_chatter

CLIPS = (
    "talking/grid/bbaf2n.mpg",
    "talking/blink/0001.mp4",
    "talking/interview/WDA_KatieHill_000.mp4",
    "talking/head_motion/d3.mp4",
    "pad/videos/apfol_real2.webm",
    "pad/videos/tranvanluyt_real.mp4",
)
FRAMES = 15
BUNDLE = "face-landmarker"
Look = Callable[[ImageRGB, Floats], "Floats | None"]
Make = Callable[[], AbstractContextManager[Look]]
Shown = Sequence[tuple[ImageRGB, Floats]]
pytestmark = pytest.mark.shared


@contextmanager
def whole_picture(content: bytes, mode: RunningMode) -> Iterator[Look]:
    """Open MediaPipe as it comes, on whole pictures."""
    load_quietly()
    options = FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=content),
        running_mode=mode,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    with without_chatter():
        landmarker = FaceLandmarker.create_from_options(options)
    count = 0

    def look(image: ImageRGB, box: Floats) -> Floats | None:
        nonlocal count
        count += 1
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=image)
        in_video = mode is RunningMode.VIDEO
        answer: Any = landmarker.detect_for_video(picture, 40 * count) if in_video \
            else landmarker.detect(picture)  # fmt: skip
        if not answer.face_landmarks:
            return None
        size_wh = (image.shape[1], image.shape[0])
        return np.array([(p.x, p.y) for p in answer.face_landmarks[0]], np.float32) * size_wh

    yield look
    landmarker.close()


@contextmanager
def cropped(content: bytes, share: float) -> Iterator[Look]:
    """Open our landmarker with another crop."""
    landmarker = MediaPipeLandmarker(content, BUNDLE, share)

    def look(image: ImageRGB, box: Floats) -> Floats | None:
        mesh = landmarker.find(image, box)
        return None if mesh is None else mesh.points[:, :2]

    yield look
    landmarker.close()


def measure(make: Make, frames: Shown) -> tuple[int, float, float]:
    """Return misses, median milliseconds, and jitter: how paths bend, over the eyes' distance."""
    points, spans = [], []
    with make() as look:
        for image, box in frames:
            start = time.perf_counter()
            found = look(image, box)
            spans.append(time.perf_counter() - start)
            points.append(np.full((478, 2), np.nan, np.float32) if found is None else found)
    track = np.array(points)
    eyes = np.linalg.norm(track[:, 33] - track[:, 263], axis=1)
    bends = np.linalg.norm(track[2:] - 2 * track[1:-1] + track[:-2], axis=2)
    jitter = float(np.median(bends) / np.median(eyes))  # NaN if one was missed.
    return int(np.isnan(eyes).sum()), 1e3 * float(np.median(spans)), jitter


def far_away(image: ImageRGB, box: Floats) -> tuple[ImageRGB, Floats]:
    """Return the picture at a quarter of its size in the upper left of a grey one."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    picture = np.full_like(image, 128)
    picture[: small.shape[0], : small.shape[1]] = small
    return picture, box * np.float32(0.25)


@pytest.mark.slow
def test_a_crop_finds_faces_that_are_lost_in_the_whole_picture(
    pipeline: FacePipeline, store: ModelStore, shared_data: Path
) -> None:
    content = store.load(BUNDLE)
    ways: dict[str, Make] = {
        "whole, video": partial(whole_picture, content, RunningMode.VIDEO),
        "whole": partial(whole_picture, content, RunningMode.IMAGE),
    }
    ways |= {f"crop {share}": partial(cropped, content, share) for share in (1.2, 1.5, 2.0, 3.0)}
    near = {name: boxed_frames(pipeline, shared_data / name) for name in CLIPS}
    far = {name: [far_away(*shown) for shown in frames] for name, frames in near.items()}
    misses = {}
    for way, make in ways.items():
        as_it_is = [measure(make, frames) for frames in near.values()]
        in_small = [measure(make, frames) for frames in far.values()]
        misses[way] = sum(missed for missed, _, _ in in_small)
        print(
            f"{way:13} missed {sum(m for m, _, _ in as_it_is):3} near, {misses[way]:3} far "
            f"of {FRAMES * len(CLIPS)}; {np.median([ms for _, ms, _ in as_it_is]):.1f} ms; "
            f"jitter {np.median([jitter for _, _, jitter in as_it_is]):.4f}"
        )
    assert misses["crop 1.5"] == 0
    assert min(misses["whole"], misses["whole, video"]) > FRAMES


def boxed_frames(pipeline: FacePipeline, clip: Path) -> list[tuple[ImageRGB, Floats]]:
    """Return the first frames of a clip with the box of the face in each."""
    frames = []
    for frame in islice(read_frames(clip), FRAMES):
        faces = pipeline.detector.detect(frame.image, Profile.STREAM)
        frames.append((frame.image, faces.boxes_xyxy[0]))
    return frames
