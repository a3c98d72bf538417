"""The machine-readable zone of ICAO 9303: found among lines, mended where it is proven, read."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from vision.documents.cn_number import read_date
from vision.documents.types import DocumentKind

_FILLER = "<"
_VALUES = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_WEIGHTS = (7, 3, 1)
_SHAPES = {
    DocumentKind.MRZ_TD3: (44, 44),
    DocumentKind.MRZ_TD1: (30, 30, 30),
    DocumentKind.MRZ_TD2: (36, 36),
}
# What one is taken for where only digits, or only letters, may stand.
_TO_DIGIT = str.maketrans("OQDILZSGBT", "0001125687")
_TO_LETTER = str.maketrans("0125678", "OIZSGTB")
_TWINS = {"0": "OQD", "O": "0", "1": "I", "I": "1", "8": "B", "B": "8", "5": "S", "S": "5"} | {
    "2": "Z", "Z": "2", "6": "G", "G": "6", "Q": "0", "D": "0",
}  # fmt: skip
# Quotation marks that point, and a letter of hiragana, are taken for fillers' like.
_FILLER_LIKE = str.maketrans(
    {"\u00ab": "<<", "\u300a": "<<", "\u226a": "<<", "\u2039": "<", "\u3008": "<", "\uff1c": "<"}
    | {"\u304f": "<"}
)
# Fillers in a row are miscounted, and of other letters nothing is added or taken away.
_MOST_MISCOUNTED = 8
_MANY_FILLERS = 3


@dataclass(frozen=True, slots=True, repr=False)
class Zone:
    """A zone whose lines have their right lengths. rows: which of the lines given it was."""

    kind: DocumentKind
    lines: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A part of the zone with a digit that proves it; proof: None where the digit is a filler."""

    name: str
    text: str
    digit: str

    @property
    def holds(self) -> bool | None:
        """Whether the digit fits; None where nothing is there to be proven."""
        if self.digit == _FILLER:
            return None if not self.text.strip(_FILLER) else False
        return check_digit(self.text) == self.digit


def check_digit(text: str) -> str:
    """Return the digit that goes with a part of the zone; an unknown letter counts nothing."""
    total = sum(
        _VALUES.get(letter, 0) * weight
        for letter, weight in zip(text, itertools.cycle(_WEIGHTS), strict=False)
    )
    return str(total % 10)


def find_zone(texts: Sequence[str]) -> Zone | None:
    """Return the zone among rows of text, from above to below; None if there is none."""
    cleaned = [_clean(text) for text in texts]
    for kind, lengths in _SHAPES.items():
        for start in range(len(cleaned) - len(lengths) + 1):
            rows = range(start, start + len(lengths))
            fitted = [_fit(cleaned[row], lengths[0], kind, row - start) for row in rows]
            lines = tuple(line for line in fitted if line is not None)
            if len(lines) == len(lengths) and _looks_like(kind, lines):
                return Zone(kind, _mend(kind, lines), tuple(rows))
    return None


def _clean(text: str) -> str:
    return text.translate(_FILLER_LIKE)


def _fit(text: str, length: int, kind: DocumentKind, index: int) -> str | None:
    """Bring a line to its length by its longest row of fillers, None if it is no such line."""
    if not re.fullmatch(r"[A-Z0-9<]+", text) or _FILLER not in text:
        return None
    wrong = length - len(text)
    if wrong == 0:
        return text
    runs = list(re.finditer(r"<+", text))
    is_name = index == (2 if kind is DocumentKind.MRZ_TD1 else 0)
    at_end = runs[-1].end() == len(text)
    longest = runs[-1] if is_name and at_end else max(runs, key=lambda run: len(run[0]))
    count = len(longest[0])
    if abs(wrong) > _MOST_MISCOUNTED or count < _MANY_FILLERS or count + wrong < 1:
        return None
    return text[: longest.start()] + _FILLER * (count + wrong) + text[longest.end() :]


def _looks_like(kind: DocumentKind, lines: Sequence[str]) -> bool:
    """Tell whether at least the numbers of the dates are where this shape has them."""
    dates = lines[1][13:19] + lines[1][21:27]
    if kind is DocumentKind.MRZ_TD1:
        dates = lines[1][0:6] + lines[1][8:14]
    starts = {DocumentKind.MRZ_TD3: "P", DocumentKind.MRZ_TD1: "ACI", DocumentKind.MRZ_TD2: "ACIPV"}
    digits = sum(letter.isdecimal() for letter in dates.translate(_TO_DIGIT))
    return lines[0][0] in starts[kind] and digits >= 10


# Where only letters and where only digits stand, by line.
_LETTERS: dict[DocumentKind, tuple[Sequence[tuple[int, int]], ...]] = {
    DocumentKind.MRZ_TD3: (((2, 44),), ((10, 13), (20, 21))),
    DocumentKind.MRZ_TD2: (((2, 36),), ((10, 13), (20, 21))),
    DocumentKind.MRZ_TD1: (((2, 5),), ((7, 8), (15, 18)), ((0, 30),)),
}
_DIGITS: dict[DocumentKind, tuple[Sequence[tuple[int, int]], ...]] = {
    DocumentKind.MRZ_TD3: ((), ((9, 10), (13, 20), (21, 28), (42, 44))),
    DocumentKind.MRZ_TD2: ((), ((9, 10), (13, 20), (21, 28), (35, 36))),
    DocumentKind.MRZ_TD1: (((14, 15),), ((0, 7), (8, 15), (29, 30)), ()),
}


def _mend(kind: DocumentKind, lines: Sequence[str]) -> tuple[str, ...]:
    """Put right what cannot be meant where it stands, and a number that its digit bears out."""
    mended = [
        _translate(_translate(line, letters, _TO_LETTER), digits, _TO_DIGIT)
        for line, letters, digits in zip(lines, _LETTERS[kind], _DIGITS[kind], strict=True)
    ]
    row, start = (0, 5) if kind is DocumentKind.MRZ_TD1 else (1, 0)
    number = _mend_number(mended[row][start : start + 9], mended[row][start + 9])
    mended[row] = mended[row][:start] + number + mended[row][start + 9 :]
    return tuple(mended)


def _translate(line: str, spans: Iterable[tuple[int, int]], table: dict[int, int]) -> str:
    for start, stop in spans:
        line = line[:start] + line[start:stop].translate(table) + line[stop:]
    return line


def _mend_number(number: str, digit: str) -> str:
    """Change one letter for its twin if that, and no other change, makes the digit fit."""
    if digit == _FILLER or check_digit(number) == digit:
        return number
    changed = [
        number[:place] + twin + number[place + 1 :]
        for place, letter in enumerate(number)
        for twin in _TWINS.get(letter, "")
    ]
    fitting = [candidate for candidate in changed if check_digit(candidate) == digit]
    return fitting[0] if len(fitting) == 1 else number


def parts_of(zone: Zone) -> tuple[Part, ...]:
    """Return what is proven by digits, the whole last."""
    if zone.kind is DocumentKind.MRZ_TD1:
        first, second, _ = zone.lines
        whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
        number, digit = _long_number(first)
        return (
            Part("document_number", number, digit),
            Part("birth_date", second[0:6], second[6]),
            Part("expiry_date", second[8:14], second[14]),
            Part("composite", whole, second[29]),
        )
    second = zone.lines[1]
    end = 43 if zone.kind is DocumentKind.MRZ_TD3 else 35
    personal = (Part("personal_number", second[28:42], second[42]),) if end == 43 else ()
    return (
        Part("document_number", second[0:9], second[9]),
        Part("birth_date", second[13:19], second[19]),
        Part("expiry_date", second[21:27], second[27]),
        *personal,
        Part("composite", second[0:10] + second[13:20] + second[21:end], second[end]),
    )


def _long_number(first: str) -> tuple[str, str]:
    """Return number and digit of a first TD1 line; a number of over nine goes on behind."""
    rest = first[15:30].split(_FILLER)[0]
    if first[14] == _FILLER and len(rest) > 1:
        return first[5:14] + rest[:-1], rest[-1]
    return first[5:14], first[14]


def values_of(zone: Zone, today: date) -> dict[str, str]:
    """Return the fields by name; one that is empty or says nothing sensible is left out."""
    is_card = zone.kind is DocumentKind.MRZ_TD1
    first, second, names = zone.lines[0], zone.lines[1], zone.lines[2 if is_card else 0]
    parts = {part.name: part for part in parts_of(zone)}
    surname, given = _names(names if is_card else names[5:])
    birth = _past_date(second[0:6] if is_card else second[13:19], today)
    expiry = _coming_date(second[8:14] if is_card else second[21:27], today)
    personal = parts["personal_number"].text if "personal_number" in parts else ""
    found = {
        "document_number": parts["document_number"].text.strip(_FILLER),
        "surname": surname,
        "given_names": given,
        "nationality": (second[15:18] if is_card else second[10:13]).strip(_FILLER),
        "birth_date": birth.isoformat() if birth else "",
        "sex": {"M": "M", "F": "F"}.get(second[7] if is_card else second[20], ""),
        "valid_until": expiry.isoformat() if expiry else "",
        "issuing_state": first[2:5].strip(_FILLER),
        "personal_number": personal.strip(_FILLER),
    }
    return {name: value for name, value in found.items() if value}


def _names(text: str) -> tuple[str, str]:
    surname, _, given = text.partition(_FILLER * 2)
    return _spaced(surname), _spaced(given)


def _spaced(text: str) -> str:
    return " ".join(word for word in text.split(_FILLER) if word)


def _past_date(text: str, today: date) -> date | None:
    day = _date(text, today.year // 100)
    return _date(text, today.year // 100 - 1) if day is None or day > today else day


def _coming_date(text: str, today: date) -> date | None:
    # Documents run for ten years or a little more: what lies far ahead was in the last century.
    day = _date(text, today.year // 100)
    is_far = day is not None and day.year > today.year + 50
    return _date(text, today.year // 100 - 1) if is_far else day


def _date(text: str, century: int) -> date | None:
    return read_date(f"{century}{text[0:2]}", text[2:4], text[4:6]) if text.isdecimal() else None
