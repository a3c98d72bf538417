"""Nobody is in the picture any more."""

from typing import ClassVar

from vision.frame_analysis import FrameAnalysis


class FaceLost:
    """Misses a face that was there; before there was one, it is advice and no event."""

    code: ClassVar[str] = "FACE_LOST"
    # Who bends down for a pen is back by then; a head that is turned aside is found all the same.
    after_s: ClassVar[float] = 3.0
    clear_s: ClassVar[float] = 0.3

    def __init__(self) -> None:
        self._was_there = False

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether the face is gone."""
        is_there = look.face is not None
        self._was_there = self._was_there or is_there
        return not is_there if self._was_there else None

    def restart(self) -> None:
        """Wait for a face again."""
        self._was_there = False
