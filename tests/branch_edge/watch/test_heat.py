"""The heat map holds where people stood, in whole tenths, and loses no time."""

import numpy as np

from branch_edge.watch.heat import HEAT_COLUMNS, HEAT_ROWS, HeatMap

SIZE_WH = (320, 180)


def feet(*places: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[x - 5, y - 40, x + 5, y] for x, y in places], np.float32)


def test_a_cell_counts_the_time_of_everybody_in_it() -> None:
    heat = HeatMap()
    for _ in range(10):
        heat.add(feet((5, 5), (5, 9), (315, 179)), SIZE_WH, 0.2)
    tenths = np.array(heat.take_tenths()).reshape(HEAT_ROWS, HEAT_COLUMNS)
    assert tenths[0, 0] == 40
    assert tenths[-1, -1] == 20
    assert tenths.sum() == 60


def test_what_is_less_than_a_tenth_is_kept_for_the_next_span() -> None:
    heat, told = HeatMap(), 0
    for _ in range(25):
        heat.add(feet((100, 100)), SIZE_WH, 0.04)
        told += sum(heat.take_tenths())
    assert told == 10


def test_feet_on_the_edge_are_within_the_map() -> None:
    heat = HeatMap()
    heat.add(feet((320, 180), (0, 0)), SIZE_WH, 1.0)
    assert sum(heat.take_tenths()) == 20
