from datetime import date

import pytest

from vision.documents.mrz import Zone, check_digit, find_zone
from vision.documents.mrz_parts import parts_of, values_of
from vision.documents.types import DocumentKind

TODAY = date(2012, 1, 1)
# The examples of ICAO 9303, parts 4 to 6.
PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
CARD = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
SMALL = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")


def zone_of(*texts: str) -> Zone:
    zone = find_zone(texts)
    assert zone is not None
    return zone


def proven(zone: Zone) -> dict[str, bool | None]:
    return {part.name: part.holds for part in parts_of(zone)}


@pytest.mark.parametrize(
    ("lines", "kind", "number"),
    [
        pytest.param(PASSPORT, DocumentKind.MRZ_TD3, "L898902C3", id="passport"),
        pytest.param(CARD, DocumentKind.MRZ_TD1, "D23145890", id="card"),
        pytest.param(SMALL, DocumentKind.MRZ_TD2, "D23145890", id="two lines of 36"),
    ],
)
def test_the_standards_examples_are_read_and_hold(
    lines: tuple[str, ...], kind: DocumentKind, number: str
) -> None:
    zone = zone_of("UTOPIA", "Surname", *lines)
    assert zone.kind is kind
    assert set(proven(zone).values()) == {True}
    expected = {
        "document_number": number,
        "surname": "ERIKSSON",
        "given_names": "ANNA MARIA",
        "nationality": "UTO",
        "birth_date": "1974-08-12",
        "sex": "F",
        "valid_until": "2012-04-15",
        "issuing_state": "UTO",
    }
    assert expected.items() <= values_of(zone, TODAY).items()


def test_the_personal_number_is_proven_by_its_own_digit() -> None:
    assert values_of(zone_of(*PASSPORT), TODAY)["personal_number"] == "ZE184226B"
    empty = PASSPORT[1][:28] + "<" * 15
    whole = check_digit(empty[0:10] + empty[13:20] + empty[21:43])
    zone = zone_of(PASSPORT[0], empty + whole)
    assert proven(zone)["personal_number"] is None
    assert "personal_number" not in values_of(zone, TODAY)


@pytest.mark.parametrize("place", [0, 9, 13, 19, 22, 27, 28, 42, 43])
def test_one_wrong_digit_is_noticed(place: int) -> None:
    second = PASSPORT[1]
    wrong = {"L": "K", "C": "E"}.get(second[place], "4" if second[place] != "4" else "7")
    zone = zone_of(PASSPORT[0], second[:place] + wrong + second[place + 1 :])
    assert False in proven(zone).values()


def test_miscounted_fillers_are_counted_right() -> None:
    short = PASSPORT[0].rstrip("<") + "<" * 7
    zone = zone_of(short, PASSPORT[1].replace("<<<<<", "<<<<"))
    assert zone.lines == PASSPORT
    assert zone.sources[1][37] is None
    assert [zone.sources[1][place] for place in (36, 42)] == [36, 41]


def test_a_line_that_lacks_a_letter_is_no_zone() -> None:
    assert find_zone((PASSPORT[0], PASSPORT[1].replace("L8", "L").replace("B<<<<<", "B<<"))) is None
    assert find_zone(("P<UTOERIKSSON", "L898902C36UTO")) is None


def test_what_can_only_be_a_digit_or_a_letter_is_taken_for_it() -> None:
    second = PASSPORT[1].replace("UTO7408122", "UT074O8I22")
    zone = zone_of(PASSPORT[0].replace("UTOERIKSSON", "UT0ER1K550N"), second)
    assert zone.lines == PASSPORT


def test_a_number_is_mended_where_its_digit_leaves_one_reading() -> None:
    number = "AK0X3479M"
    second = number + check_digit(number) + PASSPORT[1][10:]
    misread = second.replace("AK0", "AKO", 1)
    zone = zone_of(PASSPORT[0], misread)
    assert zone.number_is_doubtful is False
    assert zone.text("document_number") == number


def test_a_number_that_several_readings_would_prove_is_left_out() -> None:
    """O for 0 at three places gave a number that nobody had printed, proven by its digit."""
    number = "OLZOOW3A4"
    second = number + check_digit(number) + PASSPORT[1][10:]
    zone = zone_of(PASSPORT[0], second.replace(number, number.replace("O", "0")))
    assert zone.number_is_doubtful
    assert proven(zone)["document_number"] is None
    assert "document_number" not in values_of(zone, TODAY)


def test_a_long_number_goes_on_behind_its_filler() -> None:
    number = "D23145890734"
    first = f"I<UTO{number[:9]}<{number[9:]}{check_digit(number)}".ljust(30, "<")
    zone = zone_of(first, *CARD[1:])
    assert values_of(zone, TODAY)["document_number"] == number
    assert proven(zone)["document_number"] is True


def test_births_lie_behind_and_expiries_ahead() -> None:
    values = values_of(zone_of(*PASSPORT), date(2080, 1, 1))
    assert values["birth_date"] == "2074-08-12"
    assert values["valid_until"] == "2012-04-15"


def test_a_zone_hides_itself() -> None:
    assert "L898902C3" not in repr(zone_of(*PASSPORT))
    assert "L898902C3" not in repr(parts_of(zone_of(*PASSPORT)))
