"""The shipped frame model on real people whom nothing of it has learned from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from decision.fusion import Verdict
from deepfake.calibrations import load_policy
from deepfake.frame_model import ForgeryDetector
from deepfake.policy import ForgeryPolicy
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.clips import read_frames
from media.image import ImageRGB
from media.pictures import decode_picture
from training.lfw import half_of, seed_of
from vision.assembly import FacePipeline

pytestmark = pytest.mark.shared
MODEL_ID = "forgery-blend"
PHOTOGRAPHS = 150


@pytest.fixture(scope="module")
def detector() -> Iterator[ForgeryDetector]:
    manifest = load_manifest()
    spec, store = manifest.model(MODEL_ID), ModelStore(manifest)
    store.pull(spec.id)
    with LocalEngine([spec], store) as engine:
        yield ForgeryDetector(engine, spec)


@pytest.fixture(scope="module")
def policy() -> ForgeryPolicy:
    return load_policy(load_manifest().model(MODEL_ID))


def verdict(
    images: list[ImageRGB], detector: ForgeryDetector, faces: FacePipeline, policy: ForgeryPolicy
) -> Verdict:
    """Return what the mean over the largest face of every picture means at the shipped point."""
    logits = []
    for image in images:
        found = faces.detector.detect(image)
        if len(found):
            box = found.boxes_xyxy[int(np.argmax(found.areas_px()))]
            logits.append(detector.look(image, box).logit)
    assert logits
    return policy.point.verdict(policy.calibration.llr(float(np.mean(logits))))


def test_no_genuine_clip_of_somebody_talking_is_called_fake(
    shared_data: Path, detector: ForgeryDetector, pipeline: FacePipeline, policy: ForgeryPolicy
) -> None:
    clips = [
        path for path in sorted((shared_data / "talking").glob("*/*")) if "wav" not in path.name
    ]
    assert len(clips) >= 13
    said = {}
    for clip in clips:
        images = [frame.image for frame in read_frames(clip, target_fps=2.0)][:8]
        said[f"{clip.parent.name}/{clip.name}"] = verdict(images, detector, pipeline, policy)
    print(said)
    assert Verdict.ACCEPT not in said.values()
    assert list(said.values()).count(Verdict.UNSURE) <= 0.2 * len(said)


def test_few_held_out_photographs_are_called_fake_or_left_open(
    shared_data: Path, detector: ForgeryDetector, pipeline: FacePipeline, policy: ForgeryPolicy
) -> None:
    held = [path for path in (shared_data / "lfw").glob("*/*.jpg") if half_of(path.parent.name)]
    chosen = sorted(held, key=lambda path: seed_of(path.name, "shared"))[:PHOTOGRAPHS]
    said = [
        verdict([decode_picture(path.read_bytes())], detector, pipeline, policy) for path in chosen
    ]
    called, unsure = (said.count(each) / len(said) for each in (Verdict.ACCEPT, Verdict.UNSURE))
    print(f"of {len(said)} photographs: fake {called:.3f}, left open {unsure:.3f}")
    assert called <= 0.05
    assert unsure <= 0.20
