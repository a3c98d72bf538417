"""What a machine-readable zone says, and what its digits prove."""

from dataclasses import dataclass
from datetime import date

from vision.documents.cn_number import read_date
from vision.documents.mrz import FILLER, Zone, check_digit
from vision.documents.types import DocumentKind

# Documents run for ten years or a little more: what lies further ahead was in the last century.
_MOST_YEARS_AHEAD = 50


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A part of the zone with the digit that proves it. is_doubtful: not read for certain."""

    name: str
    text: str
    digit: str
    is_doubtful: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the digit fits; None where nothing is there to be proven, or in doubt."""
        if self.is_doubtful:
            return None
        if self.digit == FILLER:
            return None if not self.text.strip(FILLER) else False
        return check_digit(self.text) == self.digit


def parts_of(zone: Zone) -> tuple[Part, ...]:
    """Return what is proven by digits, the whole last."""
    doubt = zone.number_is_doubtful
    if zone.kind is DocumentKind.MRZ_TD1:
        first, second = zone.lines[0], zone.lines[1]
        whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
        number, digit = long_number(zone)
        return (
            Part("document_number", number, digit, doubt),
            Part("birth_date", second[0:6], second[6]),
            Part("expiry_date", second[8:14], second[14]),
            Part("composite", whole, second[29], doubt),
        )
    second = zone.lines[1]
    end = len(second) - 1
    personal: tuple[Part, ...] = ()
    if zone.kind is DocumentKind.MRZ_TD3:
        personal = (Part("personal_number", second[28:42], second[42]),)
    whole = second[0:10] + second[13:20] + second[21:end]
    return (
        Part("document_number", second[0:9], second[9], doubt),
        Part("birth_date", second[13:19], second[19]),
        Part("expiry_date", second[21:27], second[27]),
        *personal,
        Part("composite", whole, second[end], doubt),
    )


def long_number(zone: Zone) -> tuple[str, str]:
    """Return number and digit of a TD1 card; a number of more than nine letters goes on behind."""
    first = zone.lines[0]
    rest = first[15:30].split(FILLER)[0]
    if first[14] == FILLER and len(rest) > 1:
        return first[5:14] + rest[:-1], rest[-1]
    return first[5:14], first[14]


def values_of(zone: Zone, today: date) -> dict[str, str]:
    """Return the fields by name; one that is empty or says nothing sensible is left out."""
    surname, _, given = zone.text("names").partition(FILLER * 2)
    number = long_number(zone)[0] if zone.kind is DocumentKind.MRZ_TD1 else None
    birth = _past_date(zone.text("birth_date"), today)
    expiry = _coming_date(zone.text("valid_until"), today)
    found = {
        "document_number": (number or zone.text("document_number")).strip(FILLER),
        "surname": _spaced(surname),
        "given_names": _spaced(given),
        "nationality": zone.text("nationality").strip(FILLER),
        "birth_date": birth.isoformat() if birth else "",
        "sex": {"M": "M", "F": "F"}.get(zone.text("sex"), ""),
        "valid_until": expiry.isoformat() if expiry else "",
        "issuing_state": zone.text("issuing_state").strip(FILLER),
        "personal_number": zone.text("personal_number").strip(FILLER),
    }
    if zone.number_is_doubtful:
        found["document_number"] = ""
    return {name: value for name, value in found.items() if value}


def _spaced(text: str) -> str:
    return " ".join(word for word in text.split(FILLER) if word)


def _past_date(text: str, today: date) -> date | None:
    day = _date(text, today.year // 100)
    return _date(text, today.year // 100 - 1) if day is None or day > today else day


def _coming_date(text: str, today: date) -> date | None:
    day = _date(text, today.year // 100)
    is_far = day is not None and day.year > today.year + _MOST_YEARS_AHEAD
    return _date(text, today.year // 100 - 1) if is_far else day


def _date(text: str, century: int) -> date | None:
    return read_date(f"{century}{text[0:2]}", text[2:4], text[4:6]) if text.isdecimal() else None
