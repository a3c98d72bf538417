"""`smartbranch bench deepfake`: how fast a clip is checked, and what memory that takes."""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import resident_bytes
from bench.timing import Spread, seconds
from deepfake.files import FileJudge
from deepfake.frames import VIEW_STEP_S
from evaluation.deepfake.pipeline import open_forgery_judge
from evaluation.pipeline import core_count
from media.clips import read_frames
from tour import photographs
from tour.filming import film

Report = dict[str, object]
Say = Callable[[str], None]
FPS = 25
WANTED = 1.0  # Seconds of clip a second: no slower than it plays.
_PERSON, _MIB, _SAMPLE_S = 5, 2**20, 0.05


@dataclass(frozen=True, slots=True)
class DeepfakeBenchPlan:
    """How long to measure. clip_s: length of the clip that is made. rounds: how often."""

    clip_s: float = 10.0
    rounds: int = 5


QUICK = DeepfakeBenchPlan(clip_s=2.0, rounds=2)


def bench_deepfake(plan: DeepfakeBenchPlan, say: Say, clip: Path | None = None) -> Report:
    """Check a clip alone, then one a core side by side, and return the report.

    clip: your own; None makes one of a face that moves, 640 x 480 at 25 frames a second.
    """
    cores = core_count()
    with tempfile.TemporaryDirectory(prefix="smartbranch-bench-") as folder:
        path = clip or _made(Path(folder), plan.clip_s, say)
        frames, length_s = _frames_and_length(path)
        with open_forgery_judge() as opened:
            say("checking the clip, one alone")
            opened.judge.check(path)  # The first one warms up.
            before = resident_bytes(os.getpid())
            with watched_memory() as sizes:
                alone = [seconds(lambda: opened.judge.check(path)) for _ in range(plan.rounds)]
            say(f"{cores} side by side")
            together_s = [_together(opened.judge, path, cores) for _ in range(plan.rounds)]
            judged = opened.judge.check_clip(path)
        factors = Spread.of([length_s / span_s for span_s in alone])
        return {
            "realtime_factor": round(factors.median, 2),
            "realtime_factor_quartiles": [round(factors.low, 2), round(factors.high, 2)],
            "wanted": WANTED,
            "is_in_time": factors.median >= WANTED,
            "side_by_side": cores,
            "realtime_factor_together": round(cores * length_s / Spread.of(together_s).median, 2),
            "ms_a_frame": round(1000 * Spread.of(alone).median / judged.frame_count, 2),
            "clip_s": round(length_s, 2),
            "clip_frames": frames,
            "looked_at": judged.frame_count,
            "judged_by_frame_model": judged.judged_count,
            "look_fps": opened.judge.look_fps,
            "frame_model_fps": 1 / VIEW_STEP_S,
            "resident_mib": round(before / _MIB, 1),
            "peak_mib": round(max(sizes) / _MIB, 1),
            "cores": cores,
            "clip": "your own" if clip else "640x480 H.264, a print in a hand, silent",
        }


def _made(folder: Path, clip_s: float, say: Say) -> Path:
    say("drawing the moving face")
    image = photographs.place(photographs.people()[_PERSON].portrait)
    pictures = [
        photographs.held_up(image, number / FPS, _PERSON) for number in range(round(clip_s * FPS))
    ]
    path = folder / "clip.mp4"
    path.write_bytes(film(pictures, FPS))
    return path


def _frames_and_length(path: Path) -> tuple[int, float]:
    times = [frame.received_monotonic_s for frame in read_frames(path)]
    span_s = times[-1] - times[0]
    # The last frame is shown for as long as the others are.
    return len(times), span_s * len(times) / max(len(times) - 1, 1)


def _together(judge: FileJudge, path: Path, count: int) -> float:
    with ThreadPoolExecutor(count) as pool:
        started = time.perf_counter()
        list(pool.map(judge.check, [path] * count))
        return time.perf_counter() - started


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """Yield a list that grows by this process's resident bytes, many times a second."""
    sizes = [resident_bytes(os.getpid())]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_S):
            sizes.append(resident_bytes(os.getpid()))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield sizes
    finally:
        is_over.set()
        thread.join()
