"""What one frame costs a box: `python -m bench.watch` prints processor time by size of canvas.

The frames are 1080p, of the photograph of six people that a package ships, a little moved from
frame to frame; each is looked at as a box does. Times are of the processor, of all threads
together, so that neighbours on the machine disturb them less.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import cv2
import numpy as np

from bench.timing import Spread
from branch_edge.watch.camera_watch import CameraWatch
from branch_edge.watch.scale import detect_width_px
from branch_edge.watch.views import Eyes, build_eyes, eye_models, glance
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import decode_picture
from tour.photographs import table_photograph
from vision.scene import CameraScene, Zone, ZoneKind

SIZE_WH = (1920, 1080)
ROUNDS, FRAMES, STEP_S = 20, 50, 0.2
ROOM = Zone("room", ZoneKind.AREA, ((0, 0), (1, 0), (1, 1), (0, 1)))
SCENE = CameraScene(zones=(ROOM,))


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)  # As on a box that shares its cores with other cameras.
    manifest = load_manifest()
    frames = moving_frames()
    with LocalEngine(eye_models(manifest), ModelStore(manifest, default_cache_dir())) as engine:
        eyes = build_eyes(engine, manifest)
        for width_px in (480, 640, 800, 960, 1280, 1920):
            spread = cost_ms(partial(_glance, eyes, frames[0], width_px, None))
            print(f"faces at {width_px} px: {_shown(spread)}")
        for width_px in (416, 512, 640, 768, 960):
            spread = cost_ms(partial(_glance, eyes, frames[0], None, width_px))
            print(f"persons at {width_px} px: {_shown(spread)}")
        for min_face_px in (24, 48, 96):
            scene = replace(SCENE, min_face_px=min_face_px)
            width_px = detect_width_px(scene, SIZE_WH[0])
            spread = watch_ms(eyes, scene, frames)
            print(f"a whole look, faces from {min_face_px} px (at {width_px} px): {_shown(spread)}")


def moving_frames() -> list[ImageRGB]:
    """Return frames of six people, each moved a little against the one before."""
    photograph = decode_picture(table_photograph())
    high = SIZE_WH[1]
    wide = round(photograph.shape[1] * high / photograph.shape[0])
    people = cv2.resize(photograph, (wide, high), interpolation=cv2.INTER_CUBIC)
    frames = []
    for number in range(FRAMES):
        move = np.array([[1, 0, 150 + 3.0 * number], [0, 1, 0]])
        moved = cv2.warpAffine(people, move, SIZE_WH, borderMode=cv2.BORDER_REPLICATE)
        frames.append(np.asarray(moved, np.uint8))
    return frames


def cost_ms(action: Callable[[], object]) -> Spread:
    """Return the processor time of one call."""
    action()
    return Spread.of([_processor_ms(action) for _ in range(ROUNDS)])


def watch_ms(eyes: Eyes, scene: CameraScene, frames: list[ImageRGB]) -> Spread:
    """Return the processor time of one look of a whole watch, first looks left out."""
    watch, begun_at = CameraWatch(scene, eyes), datetime(2026, 1, 1, tzinfo=UTC)
    costs = []
    for number, image in enumerate(frames):
        at = begun_at + timedelta(seconds=number * STEP_S)
        frame = Frame(image, number, None, at, number * STEP_S)
        costs.append(_processor_ms(partial(watch.look, frame)))
    return Spread.of(costs[FRAMES // 5 :])


def _glance(eyes: Eyes, image: ImageRGB, faces_px: int | None, persons_px: int | None) -> None:
    glance(eyes, image, faces_px, persons_px).result()


def _processor_ms(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return (time.process_time() - started) * 1000


def _shown(spread: Spread) -> str:
    return f"{spread.median:.1f} ms ({spread.low:.1f} to {spread.high:.1f})"


if __name__ == "__main__":
    main()
