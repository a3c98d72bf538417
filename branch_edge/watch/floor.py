"""Zones and lines on the floor, by `supervision`: who stands where, who crosses what.

The library stays behind this module, and is imported when a floor is built: it takes a second.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats
from vision.scene import CameraScene

if TYPE_CHECKING:
    from supervision import Detections

# The picture's width and height in steps, whatever its pixels are: fine enough for a foot, and a
# zone's map stays below a megabyte.
STEPS = 1000
# A foot that trembles on a line crosses it when it was seen beyond it twice.
CONFIRMING_FRAMES = 2

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where N people stand. inside: (zones, N). came_in, went_out: (lines, N), in this frame."""

    inside: Flags
    came_in: Flags
    went_out: Flags


class Floor:
    """The zones and lines of one scene. Not safe to share: lines remember who stood where."""

    def __init__(self, scene: CameraScene) -> None:
        from supervision import LineZone, Point, PolygonZone, Position

        self._zones = [
            PolygonZone(np.round(np.array(zone.polygon) * STEPS).astype(np.int64))
            for zone in scene.zones
        ]
        # The library counts who crosses from right to left as coming in; ours is the other way.
        self._lines = [
            LineZone(
                start=Point(line.end[0] * STEPS, line.end[1] * STEPS),
                end=Point(line.start[0] * STEPS, line.start[1] * STEPS),
                triggering_anchors=(Position.BOTTOM_CENTER,),
                minimum_crossing_threshold=CONFIRMING_FRAMES,
            )
            for line in scene.lines
        ]

    def look(
        self, boxes_xyxy: Floats, numbers: npt.NDArray[np.int64], size_wh: tuple[int, int]
    ) -> Standing:
        """Tell where people stand. boxes_xyxy: (N, 4). numbers: (N,), who is who, from 0 on."""
        people = _in_steps(boxes_xyxy, numbers, size_wh)
        inside = [zone.trigger(people) for zone in self._zones]
        crossed = [line.trigger(people) for line in self._lines]
        count = len(boxes_xyxy)
        return Standing(
            np.array(inside, bool).reshape(len(inside), count),
            np.array([came for came, _ in crossed], bool).reshape(len(crossed), count),
            np.array([went for _, went in crossed], bool).reshape(len(crossed), count),
        )


def _in_steps(
    boxes_xyxy: Floats, numbers: npt.NDArray[np.int64], size_wh: tuple[int, int]
) -> "Detections":
    from supervision import Detections

    shares = boxes_xyxy / np.array(size_wh * 2, np.float32)
    return Detections(xyxy=np.clip(shares, 0, 1) * STEPS, tracker_id=numbers)
