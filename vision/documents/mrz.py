"""The machine-readable zone of ICAO 9303: found among rows of text, mended where it is proven."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vision.documents.types import DocumentKind

FILLER = "<"
_VALUES = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_WEIGHTS = (7, 3, 1)
_SHAPES = {
    DocumentKind.MRZ_TD3: (44, 44),
    DocumentKind.MRZ_TD1: (30, 30, 30),
    DocumentKind.MRZ_TD2: (36, 36),
}
# Each part by its line, its first letter and the one behind its last.
Place = tuple[int, int, int]
_PAGE_PLACES: Mapping[str, Place] = {
    "issuing_state": (0, 2, 5),
    "names": (0, 5, 44),
    "document_number": (1, 0, 9),
    "nationality": (1, 10, 13),
    "birth_date": (1, 13, 19),
    "sex": (1, 20, 21),
    "valid_until": (1, 21, 27),
}
PLACES: Mapping[DocumentKind, Mapping[str, Place]] = {
    DocumentKind.MRZ_TD3: {**_PAGE_PLACES, "personal_number": (1, 28, 42)},
    DocumentKind.MRZ_TD2: {**_PAGE_PLACES, "names": (0, 5, 36)},
    DocumentKind.MRZ_TD1: {
        "issuing_state": (0, 2, 5),
        "document_number": (0, 5, 14),
        "birth_date": (1, 0, 6),
        "sex": (1, 7, 8),
        "valid_until": (1, 8, 14),
        "nationality": (1, 15, 18),
        "names": (2, 0, 30),
    },
}
_STARTS = {DocumentKind.MRZ_TD3: "P", DocumentKind.MRZ_TD1: "ACI", DocumentKind.MRZ_TD2: "ACIPV"}
_ONLY_LETTERS = ("issuing_state", "names", "nationality", "sex")
_ONLY_DIGITS = ("birth_date", "valid_until")
# What one is taken for where only digits, or only letters, may stand.
_TO_DIGIT = str.maketrans("OQDILZSGBT", "0001125687")
_TO_LETTER = str.maketrans("0125678", "OIZSGTB")
_TWINS = {"0": "O", "O": "0", "1": "I", "I": "1", "8": "B", "B": "8", "5": "S", "S": "5"} | {
    "2": "Z", "Z": "2", "6": "G", "G": "6", "Q": "0", "D": "0",
}  # fmt: skip
_MOST_TWINS = 6
# Quotation marks that point, and a letter of hiragana, look like fillers. Of double ones one is
# lost, as of other fillers that were miscounted.
_FILLER_LIKE = str.maketrans("\u00ab\u300a\u226a\u2039\u3008\uff1c\u304f", "<<<<<<<")
# Fillers in a row are miscounted; of other letters nothing is added or taken away.
_MOST_MISCOUNTED = 8
_MANY_FILLERS = 3


@dataclass(frozen=True, slots=True, repr=False)
class Zone:
    """A zone whose lines have their right lengths.

    rows: which of the rows given its lines were. sources: for each letter of each line, which
    letter of its row it was; None for a filler that was put in.
    number_is_doubtful: letters and digits that look alike could not be told apart in the number.
    """

    kind: DocumentKind
    lines: tuple[str, ...]
    rows: tuple[int, ...] = ()
    sources: tuple[tuple[int | None, ...], ...] = ()
    number_is_doubtful: bool = False

    def text(self, name: str) -> str:
        """Return what stands in a part's place, empty where this kind has none."""
        place = PLACES[self.kind].get(name)
        return self.lines[place[0]][place[1] : place[2]] if place else ""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    sources: tuple[int | None, ...]


def check_digit(text: str) -> str:
    """Return the digit that goes with a part of the zone."""
    total = sum(
        _VALUES.get(letter, 0) * weight
        for letter, weight in zip(text, itertools.cycle(_WEIGHTS), strict=False)
    )
    return str(total % 10)


def find_zone(texts: Sequence[str]) -> Zone | None:
    """Return the zone among rows of text, from above to below; None if there is none."""
    cleaned = [text.upper().translate(_FILLER_LIKE) for text in texts]
    for kind, lengths in _SHAPES.items():
        for start in range(len(cleaned) - len(lengths) + 1):
            rows = tuple(range(start, start + len(lengths)))
            fitted = [_fit(cleaned[row], lengths[0], kind, row - start) for row in rows]
            lines = [line for line in fitted if line is not None]
            if len(lines) == len(lengths) and _looks_like(kind, lines):
                return _mend(Zone(kind, (), rows, tuple(line.sources for line in lines)), lines)
    return None


def _fit(text: str, length: int, kind: DocumentKind, index: int) -> _Line | None:
    """Bring a line to its length by its longest row of fillers, None if it is no such line."""
    if not re.fullmatch(r"[A-Z0-9<]+", text):
        return None
    wrong = length - len(text)
    if wrong == 0:
        return _Line(text, tuple(range(length)))
    is_names = index == PLACES[kind]["names"][0]
    runs = list(re.finditer(r"<+", text))
    if not runs:
        return None
    # Behind the names fillers say nothing, however many there are.
    at_end = is_names and runs[-1].end() == len(text)
    run = runs[-1] if at_end else max(runs, key=lambda run: len(run[0]))
    count = len(run[0])
    is_trusted = at_end or abs(wrong) <= _MOST_MISCOUNTED
    if not is_trusted or count < _MANY_FILLERS or count + wrong < 1:
        return None
    before, behind = tuple(range(run.start())), tuple(range(run.end(), len(text)))
    sources = (*before, *(None,) * (count + wrong), *behind)
    return _Line("".join(FILLER if at is None else text[at] for at in sources), sources)


def _looks_like(kind: DocumentKind, lines: Sequence[_Line]) -> bool:
    """Tell whether there are fillers, and digits where this shape has its dates."""
    zone = Zone(kind, tuple(line.text for line in lines))
    dates = (zone.text("birth_date") + zone.text("valid_until")).translate(_TO_DIGIT)
    has_filler = any(FILLER in line for line in zone.lines)
    digits = sum(letter.isdecimal() for letter in dates)
    return has_filler and zone.lines[0][0] in _STARTS[kind] and digits >= len(dates) - 2


def _mend(empty: Zone, lines: Sequence[_Line]) -> Zone:
    """Put right what cannot be meant where it stands, and a number that its digit bears out."""
    mended = [line.text for line in lines]
    digit_places = [PLACES[empty.kind][name] for name in _ONLY_DIGITS]
    # Each date, and a passport's personal number, has its digit behind it; the last letter is one.
    spans = [(line, start, stop + 1) for line, start, stop in digit_places]
    spans.append((1, len(mended[1]) - 1, len(mended[1])))
    number = PLACES[empty.kind]["document_number"]
    spans.append((number[0], number[2], number[2] + 1))
    _translate(mended, (PLACES[empty.kind][name] for name in _ONLY_LETTERS), _TO_LETTER)
    _translate(mended, spans, _TO_DIGIT)
    row, start, stop = number
    fitting = _fitting_numbers(mended[row][start:stop], mended[row][stop])
    if len(fitting) == 1:
        mended[row] = mended[row][:start] + fitting[0] + mended[row][stop:]
    return Zone(empty.kind, tuple(mended), empty.rows, empty.sources, len(fitting) > 1)


def _translate(lines: list[str], places: Iterable[Place], table: dict[int, int]) -> None:
    for row, start, stop in places:
        line = lines[row]
        lines[row] = line[:start] + line[start:stop].translate(table) + line[stop:]


def _fitting_numbers(number: str, digit: str) -> list[str]:
    """Return what the number may be, if letters and digits that look alike were mixed up.

    As it was read if its digit bears it out; else every reading that it bears out.
    """
    if digit == FILLER or check_digit(number) == digit:
        return [number]
    places = [place for place, letter in enumerate(number) if letter in _TWINS][:_MOST_TWINS]
    found = []
    for flips in itertools.product((False, True), repeat=len(places)):
        letters = list(number)
        for place, flip in zip(places, flips, strict=True):
            letters[place] = _TWINS[letters[place]] if flip else letters[place]
        if check_digit("".join(letters)) == digit:
            found.append("".join(letters))
    return found
