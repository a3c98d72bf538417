"""Clips of which a part is forged, and what that search costs genuine ones; -s prints."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from decision.findings import Weight
from deepfake.calibrations import load_policy
from deepfake.decision import moment_of_part
from deepfake.fitness import why_unfit
from deepfake.frame_model import ForgeryDetector
from deepfake.frames import VIEW_STEP_S, FrameFindings
from deepfake.policy import ForgeryPolicy
from deepfake.windows import WindowWatch
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from media.clips import read_frames
from tests.deepfake.test_temporal_shared import labelled
from vision.assembly import StreamVision

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(1200)]
# The same seconds of the same film, untouched and forged.
PAIRS = (
    ("camera_519", "deepfakes_519_515"),
    ("camera_634", "faceswap_634_660"),
    ("camera_004", "neuraltextures_004_982"),
)
STARTS_S, FORGED_S = (0.0, 1.0, 2.0, 3.0, 4.0), 2.0
View = tuple[float, float]  # When, and the logit.


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[ForgeryDetector, ForgeryPolicy]]:
    manifest = load_manifest()
    spec = manifest.model("forgery-blend")
    with LocalEngine([spec], ModelStore(manifest, default_cache_dir())) as engine:
        yield ForgeryDetector(engine, spec), load_policy(spec)


def views_of(path: Path, vision: StreamVision, detector: ForgeryDetector) -> list[View]:
    analyzer, views = vision.open_analyzer(), []
    for frame in read_frames(path, target_fps=1 / VIEW_STEP_S):
        look = analyzer.look(frame)
        if look.face is None or look.reading is None:
            continue
        if why_unfit(look.face.box_xyxy, look.reading.quality) is None:
            score = detector.look(frame.image, look.face.box_xyxy)
            views.append((frame.received_monotonic_s, score.logit))
    return views


def judged(views: Sequence[View], policy: ForgeryPolicy) -> str:
    """Return what the search for a forged part comes to."""
    watch = WindowWatch()
    for time_s, logit in views:
        watch.push(logit, 1.0, time_s)
    watch.close()
    mean = sum(logit for _, logit in views) / len(views)
    frames = FrameFindings(mean, True, len(views), watch.worst, watch.count)
    moment = moment_of_part(policy, frames)
    whole = policy.point.verdict(policy.calibration.llr(mean)).value
    return f"{whole} {'-' if moment is None else moment.weight.value}"


def test_parts_of_real_clips(
    shared_data: Path, stream_vision: StreamVision, model: tuple[ForgeryDetector, ForgeryPolicy]
) -> None:
    detector, policy = model
    views: dict[str, list[View]] = {}
    genuine: Counter[str] = Counter()
    for path, is_fake, _ in labelled(shared_data):
        views[path.stem] = views_of(path, stream_vision, detector)
        if views[path.stem] and not is_fake:
            genuine[judged(views[path.stem], policy)] += 1
    print(f"\ngenuine clips, verdict on the whole and what a part does: {dict(genuine)}")
    for real, fake in PAIRS:
        found: Counter[str] = Counter()
        for start_s in STARTS_S:
            part = [view for view in views[fake] if start_s <= view[0] < start_s + FORGED_S]
            rest = [view for view in views[real] if not start_s <= view[0] < start_s + FORGED_S]
            found[judged(sorted(part + rest), policy)] += 1
        print(f"{FORGED_S:.0f} s of {fake} in {real}: {dict(found)}")
    assert not any(kind.endswith(Weight.BREAKS.value) for kind in genuine)
