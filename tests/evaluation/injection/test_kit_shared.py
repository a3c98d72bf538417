"""The kit on real clips with the real models; `smartbranch evaluate injection` counts them all."""

from pathlib import Path

import pytest

from evaluation.injection.judges import WatchJudge
from evaluation.injection.methods import ATTACKS, CONTROLS
from evaluation.injection.result import Answer
from evaluation.injection.run import run_kit
from evaluation.pipeline import open_eyes
from inference.manifest import load_manifest

pytestmark = [pytest.mark.shared, pytest.mark.slow]
CLIPS = ("talking/head_motion/d18.mp4", "deepfake/videos/camera_519.mp4")
NAMED = ("loop", "loop_disguised", "ping_pong", "freeze", "splice", "reorder")
LINES = ("lossy", "jittery", "poor")


def test_named_attacks_are_refused_and_bad_lines_are_let_be(shared_data: Path) -> None:
    with open_eyes(load_manifest(), []) as eyes:
        report = run_kit(
            [shared_data / name for name in CLIPS],
            lambda: WatchJudge(eyes.vision),
            attacks={name: ATTACKS[name] for name in NAMED},
            controls={name: CONTROLS[name] for name in LINES},
        )
    refused = {one.name: one.shares[Answer.REFUSED].count for one in report.attacks}
    passed = {one.name: one.shares[Answer.PASSED].count for one in report.controls}
    assert refused == dict.fromkeys(NAMED, 2)
    assert passed == dict.fromkeys(LINES, 2)
