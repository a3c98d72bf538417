"""A scripted check for forgery: what it is shown is kept, and the end is as a test says."""

import threading
from collections.abc import Iterable
from typing import cast

import numpy as np

from decision.findings import Weight
from decision.outcome import Decision, Reason
from decision.signal import Signal
from deepfake.assembly import Forgery
from deepfake.clip_plan import ClipPlan
from deepfake.heat_map import HeatMap
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment, TargetRates
from media.frame import Frame, SoundChunk
from media.image import ImageRGB
from vision.analysis import FaceReading, Select
from vision.assembly import StreamVision
from vision.frame_analysis import FrameAnalysis
from vision.quality import FaceQuality, QualityComponent

TARGET = TargetRates(0.05, 0.2, "made-up figures for tests")
MODEL_ID = "toy-passive"
HEAT = HeatMap(np.array([[0.0, 0.5], [1.0, 0.25]], np.float32), (-4.0, 0.0, 60.0, 64.0), 0.5)


def forgery_result(
    outcome: ForgeryOutcome, code: str, moments: Iterable[Moment] = (), wants_heat: bool = False
) -> ForgeryResult:
    signals = (Signal("frame_forgery", 0.3, -1.5), Signal("sound_in_step", None))
    decision = Decision(outcome, (Reason(code, "a sentence."),), signals)
    heat = HEAT if wants_heat else None
    return ForgeryResult(decision, 0.3, TARGET, (MODEL_ID,), tuple(moments), heat)


class ScriptedClip:
    """Says FAKE as soon as something breaks it, and else what the forgery's ending is.

    frames, sound: what it was shown.
    """

    def __init__(self, plan: ClipPlan, forgery: "ScriptedForgery") -> None:
        self.plan = plan
        self.frames: list[Frame] = []
        self.sound: list[SoundChunk] = []
        self.moments: dict[str, Moment] = {}
        self._forgery = forgery

    @property
    def frame_count(self) -> int:
        return len(self.frames)

    @property
    def judged_count(self) -> int:
        return len(self.frames) // 2

    @property
    def is_certain(self) -> bool:
        broken = any(moment.weight is Weight.BREAKS for moment in self.moments.values())
        return broken or len(self.frames) >= self._forgery.certain_after

    @property
    def early(self) -> ForgeryResult | None:
        return self.conclude() if self.is_certain else None

    def look(self, analysis: FrameAnalysis) -> None:
        self._forgery.waiting += 1
        assert self._forgery.gate.wait(30)
        if self._forgery.broken is not None:
            raise self._forgery.broken
        self.frames.append(analysis.frame)

    def hear(self, chunk: SoundChunk) -> None:
        self.sound.append(chunk)

    def note(self, moments: Iterable[Moment]) -> None:
        self.moments |= {moment.code: moment for moment in moments}

    def conclude(self) -> ForgeryResult:
        outcome = ForgeryOutcome.FAKE if self.is_certain else self._forgery.ending
        code = next(iter(self.moments), "LOOKS_GENUINE")
        return forgery_result(outcome, code, self.moments.values(), self.plan.wants_heat)


class ScriptedForgery:
    """Stands in for `deepfake.assembly.Forgery` and, as its own analyzer, for the vision.

    gate: each look at a frame waits for it. waiting: looks that were begun. certain_after: frames
    after which a clip is certainly forged.
    """

    def __init__(self) -> None:
        self.ending = ForgeryOutcome.GENUINE
        self.certain_after = 10**9
        self.clips: list[ScriptedClip] = []
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = 0
        self.broken: Exception | None = None
        self.open_analyzers = 0

    def as_forgery(self) -> Forgery:
        return cast(Forgery, self)

    def as_vision(self) -> StreamVision:
        return cast(StreamVision, self)

    def check_image(
        self, image: ImageRGB, select: Select, wants_heat: bool
    ) -> tuple[ForgeryResult, FaceReading]:
        box = np.array([1, 2, 30, 40], np.float32)
        face = FaceReading(
            box_xyxy=box,
            score=0.9,
            landmarks=np.zeros((5, 2), np.float32),
            quality=FaceQuality((QualityComponent("sharpness", 80.0, 1.0),)),
            aligned=np.zeros((112, 112, 3), np.uint8),
        )
        return forgery_result(self.ending, "LOOKS_GENUINE", (), wants_heat), face

    def open_clip(self, plan: ClipPlan) -> ScriptedClip:
        self.clips.append(ScriptedClip(plan, self))
        return self.clips[-1]

    def open_analyzer(self) -> "ScriptedForgery":
        self.open_analyzers += 1
        return self

    def look(self, frame: Frame) -> "ScriptedLook":
        return ScriptedLook(frame)

    def close(self) -> None:
        self.open_analyzers -= 1


class ScriptedLook:
    """A look at a frame that sees nothing but the frame."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
