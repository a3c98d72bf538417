"""Where in a picture the frame model sees a forgery."""

from dataclasses import dataclass

from vision.geometry import Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HeatMap:
    """How much each part of a face looks forged.

    cells: (H, W) float32 in [0, 1], higher is more. window_xyxy: what they cover, in pixels of
    the picture; may reach outside of it. time_s: of the clip's frame that it is about, from the
    first one; None for a picture.
    """

    cells: Floats
    window_xyxy: tuple[float, float, float, float]
    time_s: float | None = None

    def __repr__(self) -> str:
        height, width = self.cells.shape
        return f"HeatMap({width}x{height} over {self.window_xyxy})"
