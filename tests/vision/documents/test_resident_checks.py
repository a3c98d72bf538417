from datetime import date

import pytest

from tour.cards.holder import make_number
from vision.documents.cn_checks import check_resident
from vision.documents.cn_names import ETHNICITIES
from vision.documents.cn_number import check_letter, parse_number

TODAY = date(2026, 6, 1)
# The example of GB 11643-1999.
NUMBER = "11010519491231002X"
GOOD = {
    "name": "某某",
    "sex": "女",
    "ethnicity": "汉",
    "birth_date": "1949-12-31",
    "address": "北京市朝阳区中山路1号",
    "number": NUMBER,
    "valid_from": "2016-03-08",
    "valid_until": "long-term",
}


def verdicts(**changed: str | None) -> dict[str, bool | None]:
    values = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return {check.name: check.passed for check in check_resident(values, TODAY)}


def test_the_standards_example_has_its_check_letter() -> None:
    assert check_letter(NUMBER[:17]) == "X"
    assert make_number("110105", date(1949, 12, 31), 2) == NUMBER


def test_a_card_that_agrees_with_itself_passes_every_check() -> None:
    assert set(verdicts().values()) == {True}


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        pytest.param({"number": NUMBER[:-1] + "1"}, "number_check_digit", id="check letter"),
        pytest.param(
            {"number": make_number("990105", date(1949, 12, 31), 2)}, "region_code", id="region"
        ),
        pytest.param({"birth_date": "1950-12-31"}, "birth_date_agrees", id="birth date"),
        pytest.param(
            {"number": "110105194913310028"[:17] + check_letter("11010519491331002")},
            "birth_date_agrees",
            id="no such day",
        ),
        pytest.param({"sex": "男"}, "sex_agrees", id="sex"),
        pytest.param({"valid_until": "2026-03-08"}, "validity", id="ran out"),
        pytest.param({"valid_from": "2026-07-01"}, "validity", id="not yet"),
        pytest.param({"valid_until": "2031-03-08"}, "validity_span", id="span"),
    ],
)
def test_each_contradiction_has_a_name(changed: dict[str, str], failed: str) -> None:
    assert verdicts(**changed)[failed] is False


@pytest.mark.parametrize(
    ("lacking", "unknown"),
    [
        pytest.param(
            "number",
            {"number_check_digit", "region_code", "birth_date_agrees", "sex_agrees"},
            id="number",
        ),
        pytest.param("birth_date", {"birth_date_agrees", "validity_span"}, id="birth date"),
        pytest.param("valid_until", {"validity", "validity_span"}, id="validity"),
    ],
)
def test_what_was_not_read_is_not_checked(lacking: str, unknown: set[str]) -> None:
    found = verdicts(**{lacking: None})
    assert {name for name, passed in found.items() if passed is None} == unknown


@pytest.mark.parametrize(
    ("born", "start", "end", "passes"),
    [
        pytest.param("2015-05-05", "2024-01-01", "2029-01-01", True, id="a child's five years"),
        pytest.param("2015-05-05", "2024-01-01", "2044-01-01", False, id="a child's twenty"),
        pytest.param("2004-05-05", "2024-01-01", "2034-01-01", True, id="ten at twenty"),
        pytest.param("1990-05-05", "2024-01-01", "2044-01-01", True, id="twenty at thirty"),
        pytest.param("1990-05-05", "2024-01-01", "long-term", False, id="long-term at thirty"),
        pytest.param("1978-03-05", "2024-01-01", "2044-01-01", True, id="a little before 46"),
        pytest.param("1978-03-05", "2024-01-01", "long-term", True, id="long-term near 46"),
        pytest.param("1990-05-05", "2024-02-29", "2044-02-28", True, id="leap day"),
        pytest.param("1990-05-05", "2024-01-01", "2043-11-01", False, id="no whole years"),
    ],
)
def test_a_card_holds_as_long_as_the_law_says_at_that_age(
    born: str, start: str, end: str, passes: bool
) -> None:
    found = verdicts(birth_date=born, valid_from=start, valid_until=end)
    assert found["validity_span"] is passes


@pytest.mark.parametrize("text", ["", "1234", NUMBER[:-1], NUMBER.lower(), "x" * 18, NUMBER + "1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_sentences_tell_no_values() -> None:
    words = " ".join(check.text for check in check_resident(GOOD, TODAY))
    assert not any(value in words for value in GOOD.values())


def test_there_are_56_ethnicities() -> None:
    assert len(ETHNICITIES) == 56
