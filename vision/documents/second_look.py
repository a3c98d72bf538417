"""Fields that were not sure at first sight, cut out and read again."""

from collections.abc import Mapping

import numpy as np

from media.image import ImageRGB
from vision.documents.cn_card import CardText, value_of
from vision.documents.cn_number import parse_number
from vision.documents.rows import Placed, Run, rows_of
from vision.documents.text import TextReader
from vision.documents.types import DocumentSide, Field
from vision.geometry import Floats

# A letter below it is not taken for read. docs/documents.md says what was measured.
MIN_CONFIDENCE = 0.5
# Shares of the line's height that the second cut takes in above, below and beside it.
_CUTS = ((0.04, 0.6), (0.22, 0.9))


def read_fields(reader: TextReader, image: ImageRGB, text: CardText) -> tuple[Field, ...]:
    """Return the fields of one side that were read for certain. Raises InferenceFailedError."""
    found: list[Field] = []
    for name, place in text.places.items():
        values, run = value_of(name, place.text), place
        if not _is_sure(values, run, name):
            values, run = _look_again(reader, image, name, place)
        if values:
            found.extend(_fields(values, run, text.side))
    return tuple(found)


def _fields(values: Mapping[str, str], run: Run, side: DocumentSide) -> list[Field]:
    return [
        Field(name, value, run.confidence, run.box_xyxy, side) for name, value in values.items()
    ]


def _is_sure(values: Mapping[str, str], run: Run, name: str) -> bool:
    if not values or run.confidence < MIN_CONFIDENCE:
        return False
    number = parse_number(values[name]) if name == "number" else None
    return number is None or number.has_right_check_letter


def _look_again(
    reader: TextReader, image: ImageRGB, name: str, place: Run
) -> tuple[dict[str, str], Run]:
    """Read a place in other cuts; what was sure and only contradicts itself stays as it was."""
    first = value_of(name, place.text)
    best: tuple[dict[str, str], Run] = ({}, place)
    if first and place.confidence >= MIN_CONFIDENCE:
        best = first, place
    for above, beside in _CUTS:
        run = _read_cut(reader, image, place, above, beside)
        values = value_of(name, run.text)
        if _is_sure(values, run, name):
            return values, run
    return best


def _read_cut(reader: TextReader, image: ImageRGB, place: Run, above: float, beside: float) -> Run:
    quads = [_quad(line, above, beside, image.shape[1]) for line in _lines(place)]
    letters: list[Placed] = []
    for line in reader.read_at(image, quads):
        letters.extend(letter for row in rows_of([line]) for letter in row.letters)
    return Run(tuple(letters))


def _lines(place: Run) -> list[Run]:
    """Return the letters line by line."""
    by_line: dict[tuple[float, float, float, float], list[Placed]] = {}
    for letter in place.letters:
        by_line.setdefault(letter.box_xyxy, []).append(letter)
    return [Run(tuple(letters)) for letters in by_line.values()]


def _quad(line: Run, above: float, beside: float, width_px: int) -> Floats:
    left, top, right, foot = line.box_xyxy
    height = foot - top
    left, right = (
        max(left - 0.2 * height, 0.0),
        min(right + (beside - 0.5) * height, width_px - 1.0),
    )
    top, foot = top - above * height, foot + above * height
    return np.array([(left, top), (right, top), (right, foot), (left, foot)], np.float32)
