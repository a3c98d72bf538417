"""Another person sits where the captured one sat."""

from typing import ClassVar

from decision.rates import ErrorRateTable
from liveness.watch import LOOK_STEP_S, MAX_LOOK_PITCH_DEG, MAX_LOOK_YAW_DEG
from vision.continuity.identity import IdentityWatch, Sameness
from vision.embedding import Embedding
from vision.frame_analysis import FrameAnalysis


class FaceSwapped:
    """Compares looks, twice a second and on every new track, with the captured face.

    confirmed_s: when a look last said that it is the same person.
    """

    code: ClassVar[str] = "FACE_SWAPPED"
    # One look may catch a blurred face; two in a row do not.
    after_s: ClassVar[float] = 0.8 * LOOK_STEP_S
    clear_s: ClassVar[float] = 0.0

    def __init__(self, table: ErrorRateTable | None) -> None:
        self._table = table
        self._identity: IdentityWatch | None = None
        self._looked_s = float("-inf")
        self._track_id: int | None = None
        self.confirmed_s: float | None = None

    def follow(self, face: Embedding) -> None:
        """Take the face that every later one has to be."""
        self._identity = IdentityWatch(self._table)
        self._identity.push(face, 0.0)

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether it is another person; None where this look does not tell."""
        if self._identity is None or not self._is_due(look, time_s):
            return None
        mesh = look.mesh
        if mesh is None or abs(mesh.yaw_deg) > MAX_LOOK_YAW_DEG:
            return None
        if abs(mesh.pitch_deg) > MAX_LOOK_PITCH_DEG:
            return None
        reading, embedding = look.reading, look.embedding
        if reading is None or embedding is None:
            return None
        self._looked_s = time_s
        return self._weigh(
            self._identity.push(embedding, time_s, reading.quality.is_usable), time_s
        )

    def restart(self) -> None:
        """Look at once."""
        self._looked_s = float("-inf")

    def _is_due(self, look: FrameAnalysis, time_s: float) -> bool:
        face = look.face
        if face is None:
            return False
        is_new, self._track_id = face.track_id != self._track_id, face.track_id
        return is_new or time_s - self._looked_s >= LOOK_STEP_S

    def _weigh(self, sameness: Sameness, time_s: float) -> bool | None:
        if sameness is Sameness.SAME:
            self.confirmed_s = time_s
        return None if sameness is Sameness.UNSURE else sameness is Sameness.OTHER
