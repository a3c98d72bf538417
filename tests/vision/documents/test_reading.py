"""Whole readings, with the real models, of specimens drawn and photographed by the tests."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from media.image import ImageRGB
from media.pictures import decode_picture
from tests.support.cards.people import random_holder
from tests.support.cards.sets import CardCase, expected_fields, make_case
from tour.cards.fonts import chinese_font, font
from tour.cards.resident import draw_front
from tour.cards.travel import Traveller, draw_card_back, draw_passport
from vision.documents.assembly import DocumentReader
from vision.documents.types import DocumentKind, DocumentOutcome, DocumentReading, DocumentSide

TRAVELLER = Traveller(
    "ERIKSSON", "ANNA MARIA", "L898902C3", date(1974, 8, 12), "F", date(2031, 4, 15)
)


def codes(reading: DocumentReading) -> list[str]:
    return [reason.code for reason in reading.decision.reasons]


def checks(reading: DocumentReading) -> dict[str, bool | None]:
    return {check.name: check.passed for check in reading.checks}


def wrong_fields(reading: DocumentReading, case: CardCase) -> set[str]:
    expected = expected_fields(case.holder)
    return {name for name, value in expected.items() if reading.value(name) != value}


@pytest.fixture(scope="module")
def case(document_reader: DocumentReader) -> CardCase:
    return make_case(np.random.default_rng(7))


@pytest.fixture(scope="module")
def reading(document_reader: DocumentReader, case: CardCase) -> DocumentReading:
    return document_reader.read(case.front, case.back)


def test_both_sides_are_read_whole_and_agree(reading: DocumentReading, case: CardCase) -> None:
    assert reading.kind is DocumentKind.CN_RESIDENT_ID
    assert wrong_fields(reading, case) == set()
    own = checks(reading)
    assert own.pop("is_no_screen") is None  # No trace is no proof.
    assert set(own.values()) == {True}
    assert reading.decision.outcome is DocumentOutcome.VALID


def test_each_field_says_how_sure_it_is_and_where_it_stood(reading: DocumentReading) -> None:
    for field in reading.fields:
        assert 0.5 <= field.confidence <= 1.0
        assert field.box_xyxy is not None
        left, top, right, foot = field.box_xyxy
        assert 0 <= left < right <= 1000
        assert 0 <= top < foot <= 640
    sides = {field.name: field.side for field in reading.fields}
    assert sides["number"] is DocumentSide.FRONT
    assert sides["authority"] is DocumentSide.BACK


def test_a_reading_hides_what_it_says(reading: DocumentReading, case: CardCase) -> None:
    words = repr(reading) + repr(reading.fields) + repr(reading.card) + repr(reading.checks)
    assert not any(value in words for value in expected_fields(case.holder).values() if value[1:])


@pytest.mark.parametrize("quarter_turns", [1, 2])
def test_a_turned_card_is_read_upright(document_reader: DocumentReader, quarter_turns: int) -> None:
    case = make_case(np.random.default_rng(8), quarter_turns=quarter_turns)
    reading = document_reader.read(case.front)
    assert wrong_fields(reading, case) == {"authority", "valid_from", "valid_until"}
    assert checks(reading)["all_fields_read"] is None
    assert reading.decision.outcome is DocumentOutcome.INCONCLUSIVE


def test_the_sides_may_come_in_either_order(
    document_reader: DocumentReader, case: CardCase
) -> None:
    assert wrong_fields(document_reader.read(case.back, case.front), case) == set()


def test_a_contradiction_is_named_and_refused(document_reader: DocumentReader) -> None:
    holder = random_holder(np.random.default_rng(9))
    forged = replace(holder, birth_date=holder.birth_date.replace(year=holder.birth_date.year - 9))
    reading = document_reader.read(draw_front(forged))
    assert reading.decision.outcome is DocumentOutcome.INVALID
    assert codes(reading) == ["BIRTH_DATE_AGREES"]
    assert reading.value("number") == holder.number


def test_a_passport_is_read_by_its_zone(document_reader: DocumentReader) -> None:
    reading = document_reader.read(draw_passport(TRAVELLER))
    assert reading.kind is DocumentKind.MRZ_TD3
    assert reading.value("document_number") == "L898902C3"
    assert reading.value("surname") == "ERIKSSON"
    assert reading.value("given_names") == "ANNA MARIA"
    assert reading.value("valid_until") == "2031-04-15"
    assert checks(reading)["mrz_composite"] is True


def test_a_card_that_ran_out_is_refused(document_reader: DocumentReader) -> None:
    old = replace(TRAVELLER, valid_until=date(2025, 4, 15))
    reading = document_reader.read(draw_card_back(old))
    assert reading.kind is DocumentKind.MRZ_TD1
    assert codes(reading) == ["VALIDITY"]
    assert reading.decision.outcome is DocumentOutcome.INVALID


def page(lines: list[str]) -> ImageRGB:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1000, 631), "white")
    draw = ImageDraw.Draw(picture)
    for index, words in enumerate(lines):
        draw.text((80, 60 + index * 95), words, font=font(chinese_font(), 36), fill="black")
    return np.asarray(picture, np.uint8)


def test_nothing_is_read_from_what_is_no_document(
    document_reader: DocumentReader, astronaut: ImageRGB
) -> None:
    form = page(
        [
            "姓名  王芳",
            "性别  女  民族  汉",
            "出生  1949年12月31日",
            "住址  北京市朝阳区中山路一号",
            "公民身份号码  11010519491231002X",
        ]
    )
    for picture in (astronaut, page([]), page(["居民身份证", "办理须知"] * 3), form):
        reading = document_reader.read(picture)
        assert reading.kind is DocumentKind.UNKNOWN_DOCUMENT
        assert reading.fields == ()
        assert reading.decision.outcome is DocumentOutcome.INCONCLUSIVE


@pytest.mark.shared
def test_the_specimen_that_contradicts_itself_is_told_so_by_name(
    document_reader: DocumentReader, shared_data: Path
) -> None:
    picture = decode_picture((shared_data / "id" / "idcard-demo.jpeg").read_bytes())
    reading = document_reader.read(picture)
    assert reading.decision.outcome is DocumentOutcome.INVALID
    assert "BIRTH_DATE_AGREES" in codes(reading)
    assert reading.value("birth_date") == "2013-05-06"
    assert (reading.value("number") or "")[6:10] == "1989"


@pytest.mark.shared
def test_the_licence_is_none_of_ours_and_the_passport_ran_out(
    document_reader: DocumentReader, shared_data: Path
) -> None:
    folder = shared_data / "id"
    licence = decode_picture(next(folder.glob("*Driving License*")).read_bytes())
    assert document_reader.read(licence).kind is DocumentKind.UNKNOWN_DOCUMENT
    passport = decode_picture(next(folder.glob("*ePassport*")).read_bytes())
    reading = document_reader.read(passport)
    assert reading.kind is DocumentKind.MRZ_TD3
    assert codes(reading) == ["VALIDITY"]
