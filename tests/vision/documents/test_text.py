import numpy as np
import pytest

from base.errors import InferenceFailedError
from media.image import ImageRGB
from vision.documents.printing import read_printing, widen
from vision.documents.rapid_text import RapidTextReader, cut_line, prepare_line
from vision.documents.text_decoding import decode_line

LETTERS = ("blank", "A", "B", " ")
QUAD = np.array([(0, 0), (80, 0), (80, 20), (0, 20)], np.float32)


def scores(*best: tuple[int, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.zeros((len(best), len(LETTERS)), np.float32)
    for row, (letter, score) in zip(rows, best, strict=True):
        row[letter] = score
    return rows


def test_repeated_places_are_one_letter_and_a_blank_parts_two() -> None:
    line = decode_line(
        scores((1, 0.6), (1, 0.9), (0, 1), (1, 0.8), (3, 1), (2, 0.7), (0, 1), (0, 1)),
        LETTERS, QUAD, 1.0,
    )  # fmt: skip
    assert line.text == "AAB"
    assert [letter.confidence for letter in line.letters] == pytest.approx([0.9, 0.8, 0.7])
    assert line.confidence == pytest.approx(0.7)
    assert [letter.place for letter in line.letters] == pytest.approx([1 / 8, 3.5 / 8, 5.5 / 8])


def test_places_count_along_the_line_and_not_its_padding() -> None:
    line = decode_line(scores((0, 1), (1, 1), (0, 1), (0, 1)), LETTERS, QUAD, 0.5)
    assert line.letters[0].place == pytest.approx(0.75)


def test_a_line_is_fed_blue_first_at_48_rows() -> None:
    red = np.zeros((24, 40, 3), np.uint8)
    red[:, :, 0] = 255
    tensor, share = prepare_line(red)
    assert tensor.shape == (1, 3, 48, 160)
    assert share == pytest.approx(0.5)
    assert tensor[0, :, 24, 40] == pytest.approx([-1, -1, 1])
    assert tensor[0, :, 24, 120] == pytest.approx([0, 0, 0])


def test_a_slanted_line_is_laid_flat() -> None:
    image = np.zeros((60, 120, 3), np.uint8)
    quad = np.array([(10, 10), (108, 30), (104, 50), (6, 30)], np.float32)
    assert cut_line(image, quad).shape == (20, 100, 3)


def test_lines_are_drawn_out_only_where_nothing_else_stands() -> None:
    beside = QUAD + np.array([(90, 0)], np.float32)
    first, second = widen([QUAD, beside], 400)
    assert first[1, 0] == 80
    assert second[1, 0] > beside[1, 0]
    assert widen([QUAD], 85)[0][1, 0] == 80


def test_models_prove_themselves_and_nothing_is_read_from_an_empty_page(
    text_reader: RapidTextReader,
) -> None:
    text_reader.warm_up()
    blank: ImageRGB = np.full((200, 300, 3), 255, np.uint8)
    printing = read_printing(text_reader, blank, text_reader.find(blank))
    assert printing.lines == ()
    assert printing.quarter_turns == 0


def test_a_model_that_fails_says_which(text_reader: RapidTextReader) -> None:
    with pytest.raises(InferenceFailedError, match="ppocr-text-finder"):
        text_reader.find(np.zeros((10, 10), np.uint8))
