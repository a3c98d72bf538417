"""How still living faces keep, and still pictures that are moved about; -s prints."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from deepfake.injection.stillness import HOLDS_BELOW, StillnessWatch
from media.clips import read_frames
from media.frame import Frame
from tests.deepfake.test_temporal_shared import labelled
from vision.assembly import StreamVision

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(1800)]
SECONDS, FPS = 16.0, 15.0


def least_of(frames: Iterable[Frame], vision: StreamVision) -> float | None:
    analyzer, watch = vision.open_analyzer(), StillnessWatch()
    for frame in frames:
        if frame.received_monotonic_s > SECONDS:
            break
        mesh = analyzer.look(frame).mesh
        if mesh is not None:
            watch.push(mesh, frame.received_monotonic_s)
    analyzer.close()
    return watch.least


def moved_about(path: Path) -> Iterator[Frame]:
    """Yield one picture of a clip, shifted and zoomed, for five seconds."""
    still = next(islice(read_frames(path, target_fps=FPS), 10, None))
    height, width = still.image.shape[:2]
    for place in range(round(5 * FPS)):
        zoom, shift = 1 + 0.002 * place, 0.008 * width * np.sin(place / 6)
        way = np.array([[zoom, 0, shift], [0, zoom, shift / 2]], np.float32)
        image = cv2.warpAffine(still.image, way, (width, height), borderMode=cv2.BORDER_REPLICATE)
        yield replace(
            still, image=np.asarray(image, np.uint8), index=place, received_monotonic_s=place / FPS
        )


def test_living_faces_move_and_still_pictures_do_not(
    shared_data: Path, stream_vision: StreamVision
) -> None:
    genuine = [path for path, is_fake, _ in labelled(shared_data) if not is_fake]
    living = [least_of(read_frames(path, target_fps=FPS), stream_vision) for path in genuine]
    still = [least_of(moved_about(path), stream_vision) for path in genuine[::3]]
    for name, values in (("living", living), ("still", still)):
        known = sorted(value for value in values if value is not None)
        print(f"\n{name}: {len(known)} clips, {known[0]:.2f} to {known[-1]:.2f}")
    assert not [value for value in living if value is not None and value < HOLDS_BELOW]
