"""Where people stand, for how long: a coarse map of the floor."""

import numpy as np

from vision.geometry import Floats

HEAT_COLUMNS, HEAT_ROWS = 32, 18
_TENTHS = 10


class HeatMap:
    """Person-seconds by cell of the picture. Not safe to share."""

    def __init__(self) -> None:
        self._tenths = np.zeros((HEAT_ROWS, HEAT_COLUMNS))

    def add(self, boxes_xyxy: Floats, size_wh: tuple[int, int], step_s: float) -> None:
        """Note where people, (N, 4), stood for the time of one step."""
        feet = np.stack([(boxes_xyxy[:, 0] + boxes_xyxy[:, 2]) / 2, boxes_xyxy[:, 3]], axis=1)
        cells = (feet / np.array(size_wh) * (HEAT_COLUMNS, HEAT_ROWS)).astype(np.intp)
        columns, rows = np.clip(cells, 0, (HEAT_COLUMNS - 1, HEAT_ROWS - 1)).T
        np.add.at(self._tenths, (rows, columns), step_s * _TENTHS)

    def take_tenths(self) -> tuple[int, ...]:
        """Return whole tenths of person-seconds, row by row; what is less stays for the next."""
        whole = np.floor(self._tenths + 1e-6)
        self._tenths = np.maximum(self._tenths - whole, 0)
        return tuple(int(value) for value in whole.ravel())
