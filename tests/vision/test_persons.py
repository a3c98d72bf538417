"""Persons: what a person detector may say, and how a CenterNet's maps are read."""

import numpy as np
import pytest

from vision.geometry import Floats
from vision.person_centernet import MAX_PERSONS, STRIDE_PX, interpret
from vision.persons import Persons, foot_xy


def maps(peaks: dict[tuple[int, int], float], reach: float = 8.0) -> dict[str, Floats]:
    """Maps of 20 x 30 cells with peaks at (row, column), each reaching as far to every side."""
    heat = np.zeros((1, 20, 30), np.float32)
    for (row, column), score in peaks.items():
        heat[0, row, column] = score
    return {"heat": heat, "reach": np.full((4, 20, 30), reach, np.float32)}


def test_arrays_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="boxes_xyxy"):
        Persons(np.zeros((2, 3), np.float32), np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="scores"):
        Persons(np.zeros((2, 4), np.float32), np.zeros(1, np.float32))


def test_nobody_is_an_answer() -> None:
    assert len(Persons.none()) == 0
    assert len(interpret(maps({}), 0.2)) == 0


def test_a_person_stands_in_the_middle_of_the_lower_edge() -> None:
    assert foot_xy(np.array([10, 20, 30, 80], np.float32)) == (20, 80)


def test_a_peak_is_a_person_who_reaches_from_there() -> None:
    outputs = maps({(5, 10): 0.8})
    outputs["reach"][:, 5, 10] = (4, 12, 6, 20)
    persons = interpret(outputs, 0.2)
    x, y = 10 * STRIDE_PX, 5 * STRIDE_PX
    assert persons.boxes_xyxy.tolist() == [[x - 4, y - 12, x + 6, y + 20]]
    assert persons.scores.tolist() == [pytest.approx(0.8)]


def test_a_slope_beside_a_peak_is_nobody_else() -> None:
    persons = interpret(maps({(5, 10): 0.8, (5, 11): 0.6, (6, 10): 0.5}), 0.2)
    assert len(persons) == 1


def test_the_surest_comes_first_and_the_unsure_are_left_out() -> None:
    persons = interpret(maps({(3, 3): 0.4, (12, 20): 0.9, (16, 5): 0.1}), 0.2)
    assert persons.scores.tolist() == [pytest.approx(0.9), pytest.approx(0.4)]


def test_two_peaks_of_one_body_are_one_person() -> None:
    assert len(interpret(maps({(10, 10): 0.9, (10, 12): 0.5}, reach=40), 0.2)) == 1


def test_a_map_full_of_peaks_gives_no_more_than_the_limit() -> None:
    every_other = {(r, c): 0.5 + r / 100 for r in range(0, 20, 2) for c in range(0, 30, 2)}
    assert len(interpret(maps(every_other, reach=1), 0.2)) == MAX_PERSONS
