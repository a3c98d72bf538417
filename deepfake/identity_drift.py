"""Whether a face is as like itself as faces are: a swapped one is made anew for every frame.

Pose changes an embedding by itself, so that only looks from nearly the same side are compared.
docs/deepfake.md says what this was seen to do: it has no likelihood ratio.
"""

from dataclasses import dataclass

import numpy as np

from decision.findings import Weight
from decision.signal import Signal
from deepfake.clip_signal import Heard, SightOnly
from deepfake.fitness import is_frontal
from deepfake.outcome import Moment
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats

IDENTITY_DRIFT, DRIFTS = "identity_drift", "IDENTITY_DRIFTS"
LOOK_STEP_S = 0.25
# Beyond this many, every other look is forgotten and looks come half as often.
MAX_KEPT = 48
# Looks from sides that differ by less show the face the same way.
NEAR_DEG = 4.0
MIN_PAIRS = 10
# Of the photographs of one person in LFW, taken on other days and from other sides, six of seven
# pairs are nearer (fnmr at 0.5, models/manifest.toml): looks seconds apart from the same side,
# on their mean, are no one face.
HOLDS_ABOVE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    time_s: float
    vector: Floats
    yaw_deg: float
    pitch_deg: float


class IdentityDrift(SightOnly):
    """Compares looks at one track; the score is their mean distance, 1 - similarity."""

    def __init__(self) -> None:
        self._looks: list[_Look] = []
        self._step_s = LOOK_STEP_S
        self._due_s = 0.0
        self._track_id: int | None = None

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain with it."""
        face, mesh = analysis.face, analysis.mesh
        if time_s < self._due_s or face is None or mesh is None or not is_frontal(mesh):
            return ()
        reading, embedding = analysis.reading, analysis.embedding
        if reading is None or embedding is None or not reading.quality.is_usable:
            return ()
        if face.track_id != self._track_id:
            # Somebody else may have come; who it is, is another rule's business.
            self._track_id = face.track_id
            self._looks.clear()
        self._looks.append(_Look(time_s, embedding.vector, mesh.yaw_deg, mesh.pitch_deg))
        if len(self._looks) > MAX_KEPT:
            self._looks = self._looks[::2]
            self._step_s *= 2
        self._due_s = time_s + self._step_s
        return ()

    def conclude(self) -> Heard:
        """Return the drift; not measured if too few looks came from the same side."""
        distances = self._distances()
        if len(distances) < MIN_PAIRS:
            return Heard((Signal(IDENTITY_DRIFT, None, group="identity"),))
        drift = float(distances.mean())
        moments: tuple[Moment, ...] = ()
        if drift > HOLDS_ABOVE:
            first_s, last_s = self._looks[0].time_s, self._looks[-1].time_s
            moments = (Moment(DRIFTS, Weight.HOLDS, IDENTITY_DRIFT, first_s, last_s),)
        return Heard((Signal(IDENTITY_DRIFT, drift, group="identity"),), moments)

    def _distances(self) -> Floats:
        """Return the distance of every pair of looks from nearly the same side."""
        if not self._looks:
            return np.empty(0, np.float32)
        vectors = np.stack([look.vector for look in self._looks])
        poses = np.array([(look.yaw_deg, look.pitch_deg) for look in self._looks])
        apart = np.abs(poses[:, None] - poses[None]).max(axis=2)
        is_pair = np.triu(apart <= NEAR_DEG, k=1)
        return np.asarray(1 - (vectors @ vectors.T)[is_pair], np.float32)
