"""`smartbranch bench liveness`: what a frame costs, and how many sessions a core carries."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bench.moving import FPS, moving_face
from bench.timing import Spread, seconds
from evaluation.pad.pipeline import OpenJudge, open_judge
from evaluation.pipeline import core_count
from liveness.evidence import PassiveModel, PassiveView
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import decode_picture
from vision.alignment import align_face
from vision.detection import Profile
from vision.geometry import Floats

Report = dict[str, object]
Say = Callable[[str], None]
BUDGET_MS = 35.0  # Of passive model and landmarks together, on two cores.
IN_TIME = 0.95  # Of the frames; a session takes a gap of two in a row for none.
_PEOPLE = 6
_LATE_S = 1 / FPS


@dataclass(frozen=True, slots=True)
class LivenessBenchPlan:
    """How long to measure.

    frames: of the clip that every session is shown again and again, with new times.
    rounds: frames that the steps are timed on. span_s: length of each run of sessions.
    """

    frames: int = 150
    rounds: int = 100
    span_s: float = 10.0


QUICK = LivenessBenchPlan(frames=30, rounds=10, span_s=1.5)


def bench_liveness(plan: LivenessBenchPlan, say: Say) -> Report:
    """Time the steps of a frame, then whole sessions side by side, and return the report."""
    cores = core_count()
    with open_judge() as opened:
        say("drawing the moving faces")
        clips = [moving_face(plan.frames, person) for person in range(min(_PEOPLE, 2 * cores))]
        say("timing the steps of a frame, one caller")
        steps = time_steps(opened, clips[0], plan.rounds)
        say("sessions side by side, as fast as they can")
        speeds = {
            count: frames_per_s(opened, clips, count, plan.span_s)
            for count in sorted({1, cores, 2 * cores})
        }
        carried = max(speeds.values()) / FPS
        say("sessions side by side, at the speed of a camera")
        paced = most_in_time(opened, clips, max(1, int(carried)), plan.span_s)
    medians = {name: Spread.of(values).median for name, values in steps.items()}
    judged_ms = 1000 * (medians["passive"] + medians["landmarks"])
    return {
        "passive_and_landmarks_ms": round(judged_ms, 2),
        "budget_ms": BUDGET_MS,
        "is_within_budget": judged_ms <= BUDGET_MS,
        "steps_ms": {name: _spread_ms(values) for name, values in steps.items()},
        "every_step_ms": round(1000 * sum(medians.values()), 2),
        "frames_per_s": {str(count): round(speed, 1) for count, speed in speeds.items()},
        "fps": FPS,
        "sessions": round(carried, 2),
        "sessions_per_core": round(carried / cores, 2),
        "sessions_in_time": paced[-1]["sessions"] if _is_in_time(paced[-1]) else 0,
        "paced": paced,
        "cores": cores,
        "picture": "640x480 JPEG",
    }


def time_steps(
    opened: OpenJudge, frames: Sequence[bytes], rounds: int
) -> Mapping[str, tuple[float, ...]]:
    """Return how long each step takes alone, (rounds,) seconds, on frames in turn."""
    pipeline = opened.judge.vision.pipeline
    landmarker = opened.judge.vision.landmarker
    passive = opened.judge.liveness.passive
    values: dict[str, list[float]] = {}
    for number in range(-2, rounds):  # Two rounds to warm up are not kept.
        if number == 0:
            values.clear()
        data = frames[number % len(frames)]
        image = decode_picture(data)
        faces = pipeline.detector.detect(image, Profile.STREAM)
        box, landmarks = faces.boxes_xyxy[0], faces.landmarks[0]
        aligned = align_face(image, landmarks)
        actions: dict[str, Callable[[], object]] = {
            "decode": partial(decode_picture, data),
            "detect": partial(pipeline.detector.detect, image, Profile.STREAM),
            "landmarks": partial(landmarker.find, image, box),
            "passive": partial(_judge, passive, image, box),
            "embed": partial(pipeline.embedder.embed, aligned),
        }
        for name, action in actions.items():
            values.setdefault(name, []).append(seconds(action))
    return {name: tuple(column) for name, column in values.items()}


def _judge(passive: PassiveModel, image: ImageRGB, box: Floats) -> PassiveView:
    return passive.submit(image, box).result()


class Participant:
    """One person before a camera: sessions one after another, on frames that never stop."""

    def __init__(self, opened: OpenJudge, frames: Sequence[bytes]) -> None:
        self._opened = opened
        self._frames = frames
        self._analyzer = opened.judge.vision.open_analyzer()
        self._session = self._open(0.0)
        self._index = 0

    def look(self, time_s: float) -> None:
        """Decode the next frame as one that arrives at `time_s` and push it."""
        image: ImageRGB = decode_picture(self._frames[self._index % len(self._frames)])
        frame = Frame(image, self._index, time_s, None, time_s)
        self._session.push(self._analyzer.look(frame), time_s)
        self._index += 1
        if self._session.verdict is not None:
            self._analyzer.close()
            self._analyzer = self._opened.judge.vision.open_analyzer()
            self._session = self._open(time_s)

    def _open(self, time_s: float) -> LivenessSession:
        session = self._opened.judge.liveness.open_session(SessionPlan())
        session.start(time_s)
        return session


def frames_per_s(
    opened: OpenJudge, clips: Sequence[Sequence[bytes]], count: int, span_s: float
) -> float:
    """Let `count` participants push as fast as they can; return frames a second together.

    Each frame says that it arrived a fifteenth of a second after the one before.
    """
    people = [Participant(opened, clips[number % len(clips)]) for number in range(count)]
    started = time.perf_counter()

    def run(person: Participant) -> int:
        done = 0
        while time.perf_counter() - started < span_s:
            person.look(done / FPS)
            done += 1
        return done

    with ThreadPoolExecutor(count) as pool:
        done = sum(pool.map(run, people))
    return done / (time.perf_counter() - started)


def most_in_time(
    opened: OpenJudge, clips: Sequence[Sequence[bytes]], count: int, span_s: float
) -> list[Report]:
    """Try `count` participants at a camera's speed, then fewer, until nearly all is looked at."""
    tried: list[Report] = []
    for fewer in range(count, 0, -1):
        tried.append(paced_sessions(opened, clips, fewer, span_s))
        if _is_in_time(tried[-1]):
            break
    return tried


def _is_in_time(paced: Report) -> bool:
    share = paced["looked_at"]
    return isinstance(share, float) and share >= IN_TIME


def paced_sessions(
    opened: OpenJudge, clips: Sequence[Sequence[bytes]], count: int, span_s: float
) -> Report:
    """Let `count` participants send as a camera does; return how far looking kept up.

    A frame that is due while the one before is still looked at is left out, as the server's
    mailbox does.
    """
    people = [Participant(opened, clips[number % len(clips)]) for number in range(count)]
    delays: list[float] = []
    lock = threading.Lock()
    started = time.perf_counter()
    total = int(span_s * FPS)

    def run(person: Participant) -> int:
        left_out = 0
        for number in range(total):
            due_s = number / FPS
            wait_s = started + due_s - time.perf_counter()
            if wait_s < -_LATE_S:
                left_out += 1
                continue
            time.sleep(max(wait_s, 0.0))
            person.look(due_s)
            with lock:
                delays.append(time.perf_counter() - started - due_s)
        return left_out

    with ThreadPoolExecutor(count) as pool:
        left_out = sum(pool.map(run, people))
    delays.sort()
    return {
        "sessions": count,
        "frames": total * count,
        "looked_at": round(1 - left_out / (total * count), 4),
        "p50_ms": round(1000 * delays[len(delays) // 2], 1),
        "p95_ms": round(1000 * delays[int(0.95 * len(delays))], 1),
    }


def _spread_ms(values: Sequence[float]) -> list[float]:
    spread = Spread.of(values)
    return [round(1000 * value, 2) for value in (spread.median, spread.low, spread.high)]
