"""What a Chinese resident identity card must agree with itself in."""

from collections.abc import Mapping
from datetime import date

from vision.documents.cn_card import LONG_TERM
from vision.documents.cn_number import ResidentNumber, parse_number
from vision.documents.types import DocumentCheck

# Years that a card holds, by the age at issue: the law on resident identity cards, article 5.
_SPANS = ((16, 5), (26, 10), (46, 20))
# A card is applied for some weeks before it is issued, so near a limit either span is right.
_NEAR_LIMIT_YEARS = 0.5


def check_resident(values: Mapping[str, str], today: date) -> tuple[DocumentCheck, ...]:
    """Check the fields of one card against each other; values: by name, as they were read."""
    number = parse_number(values.get("number", ""))
    return (
        _check_digit(number),
        _region(number),
        _birth_date(number, values.get("birth_date")),
        _sex(number, values.get("sex")),
        check_validity(values.get("valid_from"), values.get("valid_until"), today),
        _span(values),
    )


def _check_digit(number: ResidentNumber | None) -> DocumentCheck:
    name = "number_check_digit"
    if number is None:
        return DocumentCheck(
            name, None, "The number was not read, so its check digit is not known."
        )
    if number.has_right_check_letter:
        return DocumentCheck(name, True, "The number's check digit follows from its other digits.")
    return DocumentCheck(name, False, "The number's check digit does not follow from its others.")


def _region(number: ResidentNumber | None) -> DocumentCheck:
    name = "region_code"
    if number is None:
        return DocumentCheck(name, None, "The number was not read, so its region is not known.")
    if number.has_known_province:
        return DocumentCheck(name, True, "The number begins with the code of a province.")
    return DocumentCheck(name, False, "The number begins with no province's code.")


def _birth_date(number: ResidentNumber | None, printed: str | None) -> DocumentCheck:
    name = "birth_date_agrees"
    if number is None or printed is None:
        return DocumentCheck(name, None, "Number and birth date were not both read.")
    if number.birth_date is None:
        return DocumentCheck(name, False, "The birth date in the number is no day there is.")
    if number.birth_date.isoformat() == printed:
        return DocumentCheck(name, True, "The number holds the birth date that is printed.")
    return DocumentCheck(
        name, False, "The birth date in the number is another than the one that is printed."
    )


def _sex(number: ResidentNumber | None, printed: str | None) -> DocumentCheck:
    name = "sex_agrees"
    if number is None or printed is None:
        return DocumentCheck(name, None, "Number and sex were not both read.")
    if number.sex == printed:
        return DocumentCheck(name, True, "The number's 17th digit fits the sex that is printed.")
    return DocumentCheck(name, False, "The number's 17th digit says another sex than the print.")


def check_validity(start: str | None, end: str | None, today: date) -> DocumentCheck:
    """Check that a document holds today; start: None where there is none to be read."""
    name = "validity"
    if end is None:
        return DocumentCheck(name, None, "Until when the document holds was not read.")
    if start is not None and date.fromisoformat(start) > today:
        return DocumentCheck(name, False, "The document does not hold yet.")
    if end != LONG_TERM and date.fromisoformat(end) < today:
        return DocumentCheck(name, False, "The document ran out.")
    return DocumentCheck(name, True, "The document holds today.")


def _span(values: Mapping[str, str]) -> DocumentCheck:
    name = "validity_span"
    start, end, birth = (values.get(key) for key in ("valid_from", "valid_until", "birth_date"))
    if start is None or end is None or birth is None:
        return DocumentCheck(name, None, "Birth date and validity were not both read.")
    issued, born = date.fromisoformat(start), date.fromisoformat(birth)
    years = _years_between(issued, end)
    if years in _allowed_years((issued - born).days / 365.25):
        return DocumentCheck(name, True, "The card holds for as long as the law says at that age.")
    return DocumentCheck(name, False, "No card is issued for such a time at that age.")


def _years_between(start: date, end: str) -> int | None:
    """Return whole years, 0 for long-term, None for what is not whole years."""
    if end == LONG_TERM:
        return 0
    until = date.fromisoformat(end)
    # A card of 29 February ends on 28 February or 1 March.
    is_whole = abs((until.month - start.month) * 31 + until.day - start.day) <= 3
    return until.year - start.year if is_whole else None


def _allowed_years(age: float) -> set[int]:
    ages = (age - _NEAR_LIMIT_YEARS, age, age + _NEAR_LIMIT_YEARS)
    return {next((years for limit, years in _SPANS if at < limit), 0) for at in ages}
