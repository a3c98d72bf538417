"""How small a face may be for the frame model to be believed; -s prints the figures."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from deepfake.calibrations import load_policy
from deepfake.frame_model import ForgeryDetector
from deepfake.policy import ForgeryPolicy
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from media.clips import read_frames
from tests.deepfake.test_temporal_shared import area, labelled
from vision.assembly import StreamVision

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(1200)]
# Shorter side of the detector's box.
SIZES_PX = (32, 48, 64, 80, 112)
VIEWS = 6


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[ForgeryDetector, ForgeryPolicy]]:
    manifest = load_manifest()
    spec = manifest.model("forgery-blend")
    with LocalEngine([spec], ModelStore(manifest, default_cache_dir())) as engine:
        yield ForgeryDetector(engine, spec), load_policy(spec)


def test_small_faces_on_real_clips(
    shared_data: Path, stream_vision: StreamVision, model: tuple[ForgeryDetector, ForgeryPolicy]
) -> None:
    detector, policy = model
    means: dict[tuple[int, bool], list[float]] = defaultdict(list)
    for path, is_fake, _ in labelled(shared_data):
        logits = logits_by_size(path, stream_vision, detector)
        for size_px, values in logits.items():
            means[size_px, is_fake].append(float(np.mean(values)))
    limit = policy.point.accept_llr
    print()
    for size_px in (*SIZES_PX, 0):
        fake, genuine = means[size_px, True], means[size_px, False]
        alarms = sum(policy.calibration.llr(logit) >= limit for logit in genuine)
        print(
            f"{size_px or 'own':>4} px: area {area(fake, genuine):.2f} of {len(fake)} fake and "
            f"{len(genuine)} genuine, {alarms} genuine FAKE; mean logit of fake "
            f"{np.mean(fake):.2f}, of genuine {np.mean(genuine):.2f}"
        )
    assert len(means[SIZES_PX[0], False]) > 10


def logits_by_size(
    path: Path, vision: StreamVision, detector: ForgeryDetector
) -> dict[int, list[float]]:
    """Return logits by the size that faces were shrunk to; 0 is their own."""
    logits: dict[int, list[float]] = defaultdict(list)
    analyzer = vision.open_analyzer()
    for place, frame in enumerate(read_frames(path, target_fps=2.0)):
        look = analyzer.look(frame)
        if place >= VIEWS or look.face is None:
            continue
        box = look.face.box_xyxy
        own_px = float((box[2:] - box[:2]).min())
        logits[0].append(detector.look(frame.image, box).logit)
        for size_px in SIZES_PX:
            scale = size_px / own_px
            if scale < 1:
                small = cv2.resize(
                    frame.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
                )
                image = np.asarray(small, np.uint8)
                logits[size_px].append(detector.look(image, box * np.float32(scale)).logit)
    return logits
