"""Scripted people who move as people do: never twice in the same way, and never quite still."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from decision.rates import ErrorRateTable
from deepfake.injection.watch import InjectionWatch
from deepfake.outcome import Moment
from media.encoding import Encoding
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook
from vision.frame_analysis import FrameAnalysis

FPS = 25.0


def poses(seconds: float, seed: int = 1, fps: float = FPS) -> list[Pose]:
    """Return a head that wanders, and a mouth that speaks."""
    count, dice = round(seconds * fps), np.random.default_rng(seed)
    yaw, pitch, x, y = (_wander(count, dice, reach) for reach in (14.0, 9.0, 5.0, 4.0))
    mouth = np.abs(_wander(count, dice, 0.4, smooth=3))
    return [
        Pose(float(a), float(b), mouth=float(m), x=float(c), y=float(d))
        for a, b, c, d, m in zip(yaw, pitch, x, y, mouth, strict=True)
    ]


def _wander(count: int, dice: np.random.Generator, reach: float, smooth: int = 12) -> np.ndarray:
    steps = np.convolve(dice.normal(size=count + 8 * smooth), np.hanning(4 * smooth), "same")
    path = steps[:count] / max(np.abs(steps).max(), 1e-9)
    return np.asarray(reach * path)


def shoot(shown: Iterable[Pose | None], camera: ScriptedCamera | None = None) -> list[ScriptedLook]:
    """Return looks at poses, one frame after the other."""
    camera = camera or ScriptedCamera(fps=FPS)
    return [camera.shoot(pose) for pose in shown]


def encoded(looks: Sequence[ScriptedLook], encoding: Encoding) -> list[ScriptedLook]:
    """Return the same looks, encoded in one way."""
    return [replace(look, frame=replace(look.frame, encoding=encoding)) for look in looks]


@dataclass
class Watched:
    """What a watch made of a stream."""

    moments: list[Moment]
    watch: InjectionWatch

    @property
    def codes(self) -> dict[str, str]:
        """Each code with its weightiest weight."""
        order = {"NOTE": 0, "HOLDS": 1, "BREAKS": 2}
        found: dict[str, str] = {}
        for moment in sorted(self.moments, key=lambda one: order[one.weight.name]):
            found[moment.code] = moment.weight.name
        return found


def watch(
    looks: Sequence[ScriptedLook], is_live: bool = False, table: ErrorRateTable | None = None
) -> Watched:
    """Follow looks from their first one. table: by which people are told apart."""
    injection, moments = InjectionWatch(is_live, table), list[Moment]()
    for look in looks:
        time_s = look.frame.received_monotonic_s - looks[0].frame.received_monotonic_s
        moments += injection.look(cast("FrameAnalysis", look), time_s)
    return Watched(moments, injection)
