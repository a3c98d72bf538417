"""Whether a face has moved in itself lately, beyond being moved about: a photograph never does."""

from deepfake.injection.stillness import StillnessWatch
from vision.mesh import FaceMesh

# Stretches join if no motion lies between them; how much at either end may go unmeasured.
_SLACK_S = 5.0
# Nobody keeps still for so long who is asked to move.
MIN_S = 10.0


class Motionless:
    """Keeps since when, and until when, the face did not move."""

    def __init__(self) -> None:
        self._watch = StillnessWatch()
        self._still: tuple[float, float] | None = None

    def push(self, mesh: FaceMesh, time_s: float) -> None:
        """Take one frame."""
        found = self._watch.push(mesh, time_s)
        if found is None:
            return
        start_s, end_s = found
        if self._still is not None and start_s <= self._still[1]:
            start_s = self._still[0]
        self._still = start_s, end_s

    def holds(self, since_s: float, now_s: float) -> bool:
        """Return whether nothing moved from one time to another, as far as it was measured."""
        if self._still is None or now_s - since_s < MIN_S:
            return False
        return self._still[0] <= since_s + _SLACK_S and self._still[1] >= now_s - _SLACK_S
