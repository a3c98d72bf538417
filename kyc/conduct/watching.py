"""What every watch over scene and conduct is."""

from typing import Protocol

from vision.frame_analysis import FrameAnalysis


class SceneWatch(Protocol):
    """Judges frames for one thing. after_s, clear_s: as an episode has them."""

    @property
    def code(self) -> str:
        """What it notices, UPPER_SNAKE."""
        ...

    @property
    def after_s(self) -> float:
        """How long it has to hold."""
        ...

    @property
    def clear_s(self) -> float:
        """How long it has to be gone."""
        ...

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether it holds in this frame; None where that cannot be told."""
        ...

    def restart(self) -> None:
        """Go on after an interruption."""
        ...
