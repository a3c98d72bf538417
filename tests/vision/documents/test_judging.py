"""What is decided from sides that were read; the sides are made by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from decision.outcome import Reason
from vision.documents.cn_card import CardText
from vision.documents.judging import judge
from vision.documents.mrz import find_zone
from vision.documents.rows import Placed, Run
from vision.documents.sides import Side
from vision.documents.types import (
    CardPicture,
    DocumentKind,
    DocumentOutcome,
    DocumentReading,
    DocumentSide,
    Field,
    Medium,
)

TODAY = date(2026, 6, 1)
ITSELF = Medium(is_colour=True, is_screen=False)
FRONT = {
    "name": "某某",
    "sex": "女",
    "ethnicity": "汉",
    "birth_date": "1949-12-31",
    "address": "北京市朝阳区中山路1号",
    "number": "11010519491231002X",
}
BACK = {
    "authority": "北京市公安局朝阳分局",
    "valid_from": "2016-03-08",
    "valid_until": "long-term",
}
BLURRED = Reason("BLURRED", "The print is not sharp.")
ZONE = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F3004157ZE184226B<<<<<16",
)


def card(side: DocumentSide | None, medium: Medium = ITSELF) -> CardPicture:
    return CardPicture(
        np.zeros((8, 8, 3), np.uint8), np.zeros((4, 2), np.float32), side, (), medium
    )


def resident(side: DocumentSide, medium: Medium = ITSELF) -> Side:
    return Side(card(side, medium), (), CardText(side, {}, {}), None)


def fields(values: dict[str, str], side: DocumentSide) -> tuple[Field, ...]:
    return tuple(Field(name, value, 0.9, None, side) for name, value in values.items())


def judged(
    front: dict[str, str] | None = None,
    back: dict[str, str] | None = None,
    medium: Medium = ITSELF,
) -> DocumentReading:
    front, back = FRONT if front is None else front, BACK if back is None else back
    sides = [resident(DocumentSide.FRONT, medium), resident(DocumentSide.BACK)]
    read = [fields(front, DocumentSide.FRONT), fields(back, DocumentSide.BACK)]
    return judge(sides, read, 2, TODAY)


def codes(reading: DocumentReading) -> list[str]:
    return [reason.code for reason in reading.decision.reasons]


def test_a_whole_card_that_agrees_is_valid() -> None:
    reading = judged()
    assert reading.decision.outcome is DocumentOutcome.VALID
    assert codes(reading) == ["DOCUMENT_HOLDS"]
    assert [field.name for field in reading.fields] == [*FRONT, *BACK]


@pytest.mark.parametrize("name", [*FRONT, *BACK])
def test_a_card_of_which_a_field_was_not_read_is_left_undecided(name: str) -> None:
    lack = {key: value for key, value in (FRONT | BACK).items() if key != name}
    reading = judged(
        {key: value for key, value in lack.items() if key in FRONT},
        {key: value for key, value in lack.items() if key in BACK},
    )
    assert reading.decision.outcome is DocumentOutcome.INCONCLUSIVE
    assert "ALL_FIELDS_READ" in codes(reading)
    assert reading.value(name) is None


@pytest.mark.parametrize(
    ("medium", "outcome", "code"),
    [
        pytest.param(Medium(False, False), DocumentOutcome.INVALID, "IS_COLOUR", id="grey copy"),
        pytest.param(Medium(True, True), DocumentOutcome.INVALID, "IS_NO_SCREEN", id="screen"),
        pytest.param(Medium(None, False), DocumentOutcome.INCONCLUSIVE, "IS_COLOUR", id="unsure"),
    ],
)
def test_a_copy_is_refused_and_a_missing_signal_is_no_pass(
    medium: Medium, outcome: DocumentOutcome, code: str
) -> None:
    reading = judged(medium=medium)
    assert reading.decision.outcome is outcome
    assert codes(reading) == [code]


def test_no_trace_of_a_screen_is_said_and_holds_nothing_up() -> None:
    reading = judged(medium=Medium(True, None))
    assert reading.decision.outcome is DocumentOutcome.VALID
    assert codes(reading) == ["DOCUMENT_HOLDS", "IS_NO_SCREEN"]
    assert {one.name: one.passed for one in reading.checks}["is_no_screen"] is None


def test_contradictions_come_before_what_was_not_read() -> None:
    front = {key: value for key, value in FRONT.items() if key != "name"} | {"sex": "男"}
    reading = judged(front)
    assert reading.decision.outcome is DocumentOutcome.INVALID
    assert codes(reading) == ["SEX_AGREES"]


def test_one_side_alone_is_not_the_document() -> None:
    one = fields(FRONT, DocumentSide.FRONT)
    reading = judge([resident(DocumentSide.FRONT)], [one], 1, TODAY)
    assert reading.decision.outcome is DocumentOutcome.INCONCLUSIVE
    assert "the back" in " ".join(reason.text for reason in reading.decision.reasons)


def test_the_same_side_twice_and_two_kinds_are_refused() -> None:
    front = resident(DocumentSide.FRONT)
    values = fields(FRONT, DocumentSide.FRONT)
    assert codes(judge([front, front], [values, values], 2, TODAY)) == ["SIDES_AGREE"]
    reading = judge([front, passport()], [values, ()], 2, TODAY)
    assert codes(reading) == ["SIDES_AGREE"]


def passport(medium: Medium = ITSELF) -> Side:
    rows = tuple(
        Run(tuple(Placed(letter, 0.9, at, (0, 0, 440, 10)) for at, letter in enumerate(text)))
        for text in ZONE
    )
    return Side(card(None, medium), rows, None, find_zone(ZONE))


def test_a_passport_is_valid_by_its_zone_and_its_kind_need_not_be_in_colour() -> None:
    reading = judge([passport()], [()], 1, TODAY)
    assert reading.kind is DocumentKind.MRZ_TD3
    assert reading.decision.outcome is DocumentOutcome.VALID
    grey = judge([passport(Medium(False, False))], [()], 1, TODAY)
    assert grey.decision.outcome is DocumentOutcome.INCONCLUSIVE
    assert codes(grey) == ["IS_COLOUR"]


def test_an_unsure_letter_leaves_out_what_no_digit_proves() -> None:
    side = passport()
    unsure = tuple(
        Run(tuple(replace(at, confidence=0.4) for at in row.letters)) for row in side.rows
    )
    reading = judge([replace(side, rows=unsure)], [()], 1, TODAY)
    assert reading.value("document_number") == "L898902C3"
    assert reading.value("surname") is None
    assert "ALL_FIELDS_READ" in codes(reading)


def test_no_document_and_an_unknown_one_are_told_apart() -> None:
    nothing = judge([], [], 1, TODAY)
    assert (nothing.kind, codes(nothing)) == (DocumentKind.UNKNOWN_DOCUMENT, ["NO_DOCUMENT"])
    unknown = replace(card(None), issues=(BLURRED,))
    other = judge([Side(unknown, (), None, None)], [()], 1, TODAY)
    assert codes(other) == ["UNKNOWN_DOCUMENT", "BLURRED"]
    assert (other.fields, other.checks) == ((), ())
