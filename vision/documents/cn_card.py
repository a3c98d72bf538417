"""Where the fields of a Chinese resident identity card stand, by its labels."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vision.documents.cn_names import ETHNICITIES, SEXES, SIMPLIFIED
from vision.documents.cn_number import parse_number, read_date
from vision.documents.rows import Run
from vision.documents.types import DocumentSide

FRONT_FIELDS = ("name", "sex", "ethnicity", "birth_date", "address", "number")
BACK_FIELDS = ("authority", "valid_from", "valid_until")
LONG_TERM = "long-term"

# Letters that are taken for digits; where only digits stand, they can mean nothing else.
DIGIT_LIKE = str.maketrans("OoDQIl|ZSBx", "0000111258X")
_DATE = r"(\d{4})年(\d{1,2})月(\d{1,2})日?"
_SPAN = (
    r"(\d{4})[.,:·]?(\d{2})[.,:·]?(\d{2})[-—一~至]+(?:(\d{4})[.,:·]?(\d{2})[.,:·]?(\d{2})|(长期))"
)
_MAX_ADDRESS_ROWS = 4
# GA 448 has 1.8; with the first label unread it counts from the second, 2.1. A card may be tilted.
_SHAPE = (1.3, 2.9)


@dataclass(frozen=True, slots=True, repr=False)
class CardText:
    """What stands on one side, field by field.

    values: of the fields whose text is one that the field may have. places: of those that were
    located, legible or not.
    """

    side: DocumentSide
    values: Mapping[str, str]
    places: Mapping[str, Run]


def read_side(rows: Sequence[Run], width_px: int) -> CardText | None:
    """Return what a side says, None if these rows are of no such card; width_px: of the card."""
    labels = {name: found for name in _LABELS if (found := _find_label(rows, name)) is not None}
    if _is_front(rows, labels, width_px):
        places = _front_places(rows, labels)
        return CardText(DocumentSide.FRONT, _values(places), places)
    if _is_back(rows, labels):
        places = _back_places(rows, labels)
        return CardText(DocumentSide.BACK, _values(places), places)
    return None


@dataclass(frozen=True, slots=True)
class _Label:
    row: int
    start: int
    stop: int
    x: float
    y: float


# Blue letters of a label are smaller and paler than its value, and one of them may be misread. A
# label ends with a letter that is its own, or before what can be no label, so that it never takes
# a letter of the value with it.
_LABELS = {
    "name": r"^.{0,1}?(姓?名)",
    "sex": r"^.{0,1}?(性?别|性.?(?=[男女]))",
    "ethnicity": r"(民?族|民.?(?=汉))",
    "birth_date": r"^.{0,1}?(出?生|出.?(?=\d{4}))",
    "address": r"^.{0,1}?(住?址)",
    "number": r"(公民身份\D{0,3}|公?民?身份证?号码?|\D{0,4}份证?号码)",
    "authority": r"(签?发机关|签.机关|签发.关)",
    "validity": r"(有?效期限|有.期限|有效.限|有效期\D?)",
}


def _find_label(rows: Sequence[Run], name: str) -> _Label | None:
    for index, row in enumerate(rows):
        found = re.search(_LABELS[name], row.text)
        if found is None:
            continue
        letter = row.letters[found.start(1)]
        return _Label(index, found.start(1), found.end(1), letter.x, row.y)
    return None


def _is_front(rows: Sequence[Run], labels: Mapping[str, _Label], width_px: int) -> bool:
    """Tell whether labels stand below each other as on the card, the number's at the foot."""
    column = [labels[name] for name in ("name", "sex", "birth_date", "address") if name in labels]
    if "number" not in labels or len(column) < 3:
        return False
    number = labels["number"]
    column.append(number)
    descends = all(upper.y < lower.y for upper, lower in itertools.pairwise(column))
    is_flush = max(item.x for item in column) - min(item.x for item in column) < 0.08 * width_px
    # From the first label to the number's last digit, over the rows' distance: as on the card.
    across = rows[number.row].letters[-1].x - number.x
    has_shape = _SHAPE[0] < across / max(number.y - column[0].y, 1.0) < _SHAPE[1]
    return descends and is_flush and has_shape


def _is_back(rows: Sequence[Run], labels: Mapping[str, _Label]) -> bool:
    has_title = any("居民身份证" in row.text or "居民身份" in row.text for row in rows)
    return has_title and "authority" in labels and "validity" in labels


def _front_places(rows: Sequence[Run], labels: Mapping[str, _Label]) -> dict[str, Run]:
    places: dict[str, Run] = {}
    for name in ("name", "birth_date"):
        if name in labels:
            places[name] = _after(rows, labels[name]).without_strays(4.0)
    if "sex" in labels:
        row = rows[labels["sex"].row]
        other = labels.get("ethnicity")
        same_row = other is not None and other.row == labels["sex"].row
        places["sex"] = row.part(labels["sex"].stop, other.start if other and same_row else None)
        if other and same_row:
            places["ethnicity"] = row.part(other.stop).without_strays(2.5)
    if "address" in labels:
        places["address"] = _address(rows, labels["address"], labels["number"])
    places["number"] = _after(rows, labels["number"])
    return {name: place for name, place in places.items() if place.letters}


def _address(rows: Sequence[Run], label: _Label, number: _Label) -> Run:
    first = _after(rows, label).without_strays(3.0)
    letters = list(first.letters)
    if not letters:
        return first
    left, height = letters[0].x, letters[0].height_px
    for row in rows[label.row + 1 : label.row + _MAX_ADDRESS_ROWS]:
        if row.y > number.y - height:
            break
        own = [letter for letter in row.letters if letter.x > left - height]
        if not own or own[0].x > left + height:
            continue
        letters.extend(Run(tuple(own)).without_strays(3.0).letters)
    return Run(tuple(letters))


def _back_places(rows: Sequence[Run], labels: Mapping[str, _Label]) -> dict[str, Run]:
    authority = _after(rows, labels["authority"]).without_strays(3.0)
    places = {"authority": authority, "valid_until": _after(rows, labels["validity"])}
    return {name: place for name, place in places.items() if place.letters}


def _after(rows: Sequence[Run], label: _Label) -> Run:
    return rows[label.row].part(label.stop)


def _values(places: Mapping[str, Run]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, place in places.items():
        values.update(value_of(name, place.text))
    return values


def value_of(name: str, text: str) -> dict[str, str]:
    """Return what a located field says, empty if its text is none that the field may have.

    The validity gives two fields.
    """
    read = _READERS.get(name)
    value = read(text) if read is not None else None
    if isinstance(value, dict):
        return value
    return {} if value is None else {name: value}


def _name(text: str) -> str | None:
    return (
        text
        if re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff\u00b7\u3007]{2,20}", text)
        else None
    )


def _sex(text: str) -> str | None:
    return text if text in SEXES else None


def _ethnicity(text: str) -> str | None:
    name = text.translate(SIMPLIFIED)
    return name if name in ETHNICITIES else None


def _birth_date(text: str) -> str | None:
    found = re.match(_DATE, text)
    day = read_date(*found.groups()) if found else None
    return day.isoformat() if day else None


def _address_text(text: str) -> str | None:
    return text if len(text) >= 6 and re.match(r"[\u3400-\u9fff]{2}", text) else None


def _number(text: str) -> str | None:
    number = parse_number(text)
    if number is None:
        # What was taken for a letter is only put right where the check letter bears it out.
        number = parse_number(text.translate(DIGIT_LIKE))
        if number is not None and not number.has_right_check_letter:
            return None
    return number.value if number else None


def _authority(text: str) -> str | None:
    return text if re.fullmatch(r"[\u3400-\u9fff]{4,30}", text) else None


def _validity(text: str) -> dict[str, str]:
    found = re.match(_SPAN, text)
    if found is None:
        return {}
    start = read_date(found[1], found[2], found[3])
    end = None if found[7] else read_date(found[4], found[5], found[6])
    if start is None or (end is None and not found[7]):
        return {}
    return {"valid_from": start.isoformat(), "valid_until": end.isoformat() if end else LONG_TERM}


_READERS = {
    "name": _name,
    "sex": _sex,
    "ethnicity": _ethnicity,
    "birth_date": _birth_date,
    "address": _address_text,
    "number": _number,
    "authority": _authority,
    "valid_until": _validity,
}
