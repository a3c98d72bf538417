"""The box's own models, opened once, and frames that a camera might have taken."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from branch_edge.watch.views import Eyes, build_eyes, eye_models
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from media.frame import Frame
from media.image import ImageRGB

BEGUN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WIDTH_PX, HEIGHT_PX = 960, 540


@pytest.fixture(scope="session")
def eyes() -> Iterator[Eyes]:
    manifest = load_manifest()
    models = eye_models(manifest)
    with LocalEngine(models, ModelStore(manifest, default_cache_dir())) as engine:
        yield build_eyes(engine, manifest)


@pytest.fixture(scope="session")
def room() -> ImageRGB:
    """A wall in soft light, and nobody."""
    ramp = np.linspace(110, 190, WIDTH_PX, dtype=np.float32)
    return np.repeat(np.tile(ramp, (HEIGHT_PX, 1))[:, :, None], 3, axis=2).astype(np.uint8)


@pytest.fixture(scope="session")
def put(room: ImageRGB) -> Callable[..., ImageRGB]:
    """A function that puts a picture into the room: its left upper corner and its side."""

    def put(picture: ImageRGB, x: int, y: int = 0, side_px: int = 540) -> ImageRGB:
        shown = cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA)
        scene = room.copy()
        left, right = max(0, x), min(WIDTH_PX, x + side_px)
        below = min(HEIGHT_PX, y + side_px)
        if left < right:
            scene[y:below, left:right] = shown[: below - y, left - x : right - x]
        return scene

    return put


@pytest.fixture(scope="session")
def framed() -> Callable[..., Frame]:
    """A function that makes a frame of a picture and its second."""

    def framed(image: ImageRGB, at_s: float) -> Frame:
        return Frame(image, round(at_s * 1000), None, BEGUN_AT + timedelta(seconds=at_s), at_s)

    return framed


@pytest.fixture(scope="session")
def visitor(portraits: Mapping[str, ImageRGB]) -> ImageRGB:
    """Somebody else than the astronaut."""
    return portraits["seat-1"]
