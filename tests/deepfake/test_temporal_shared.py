"""What the signals over time were seen to do on real clips; -s prints the figures.

With so few forged clips none of them is given a likelihood ratio: the table is for people.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from deepfake.blink_rate import BLINK_RATE, BlinkRate
from deepfake.boundary import BOUNDARY_FLICKER, BoundaryFlicker
from deepfake.clip_signal import ClipSignal
from deepfake.identity_drift import IDENTITY_DRIFT, IdentityDrift
from deepfake.jitter import LANDMARK_JITTER, LandmarkJitter
from deepfake.outcome import Moment
from media.clips import read_frames
from vision.assembly import StreamVision

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(1800)]
SIGNALS = (IDENTITY_DRIFT, LANDMARK_JITTER, BOUNDARY_FLICKER, BLINK_RATE)
GENUINE_FOLDERS = ("talking/head_motion", "talking/interview", "talking/blink", "talking/grid")
FFPP = "ffpp_c23"
Scores = Mapping[str, float | None]


def labelled(shared_data: Path) -> list[tuple[Path, bool, str]]:
    """Return clips, whether they are forged, and their sources."""
    rows = [
        (path, False, folder)
        for folder in GENUINE_FOLDERS
        for path in sorted((shared_data / folder).iterdir())
    ]
    with (shared_data / "pad" / "videos.csv").open() as file:
        rows += [
            (shared_data / row["path"], False, "pad")
            for row in csv.DictReader(file)
            if row["label"] == "live"
        ]
    with (shared_data / "deepfake" / "videos.csv").open() as file:
        rows += [
            (shared_data / row["path"], row["label"] == "fake", row["source"])
            for row in csv.DictReader(file)
        ]
    return rows


def measure(path: Path, vision: StreamVision) -> tuple[Scores, list[Moment]]:
    signals: list[ClipSignal] = [IdentityDrift(), LandmarkJitter(), BoundaryFlicker(), BlinkRate()]
    analyzer = vision.open_analyzer()
    for frame in read_frames(path, target_fps=30.0):
        analysis = analyzer.look(frame)
        for signal in signals:
            signal.look(analysis, frame.received_monotonic_s)
    heard = [signal.conclude() for signal in signals]
    scores = {signal.name: signal.score for said in heard for signal in said.signals}
    return scores, [moment for said in heard for moment in said.moments]


def area(fake: list[float], genuine: list[float]) -> float:
    """Return how often a forged clip scores above a genuine one."""
    wins = [(one > other) + 0.5 * (one == other) for one in fake for other in genuine]
    return float(np.mean(wins)) if wins else float("nan")


def test_signals_over_time_on_real_clips(shared_data: Path, stream_vision: StreamVision) -> None:
    rows, noted = [], []
    for path, is_fake, source in labelled(shared_data):
        scores, moments = measure(path, stream_vision)
        rows.append((path.stem, is_fake, source, scores))
        noted += [] if is_fake else moments
        shown = [scores[name] for name in SIGNALS]
        cells = " ".join(f"{'-' if score is None else f'{score:.3f}':>16}" for score in shown)
        print(f"{path.stem:26} {'fake' if is_fake else 'real'} {source:20} {cells}", flush=True)
    print(f"{'':52} {' '.join(f'{name:>16}' for name in SIGNALS)}")
    for name in SIGNALS:
        for among in ("all", FFPP):
            chosen = [row for row in rows if among in ("all", row[2])]
            fake, genuine = (
                [score for row in chosen if row[1] is kind and (score := row[3][name]) is not None]
                for kind in (True, False)
            )
            print(
                f"{name:16} {among:9} area {area(fake, genuine):.2f} of {len(fake)} fake, "
                f"{len(genuine)} genuine; genuine up to {max(genuine, default=0):.3f}"
            )
    # Nobody who is genuine is remarked upon.
    assert noted == []
