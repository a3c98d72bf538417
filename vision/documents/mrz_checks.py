"""What a machine-readable zone must agree with itself in, and the fields it gives."""

from collections.abc import Sequence
from datetime import date

from vision.documents.cn_checks import check_validity
from vision.documents.mrz import FILLER, PLACES, Zone
from vision.documents.mrz_parts import Part, parts_of, values_of
from vision.documents.rows import Run
from vision.documents.second_look import MIN_CONFIDENCE
from vision.documents.types import DocumentCheck, DocumentSide, Field

REQUIRED = ("document_number", "surname", "birth_date", "valid_until", "nationality")
# Which check digit proves a field; what none proves must be as sure as any other print.
_PROOFS = {
    "document_number": "document_number",
    "birth_date": "birth_date",
    "valid_until": "expiry_date",
    "personal_number": "personal_number",
}
_MIN_PROVEN = 0.3
# Where only letters or only digits stand, the two readings of such a letter come to one, so that
# half the confidence for each is all of it.
_TYPED = frozenset(
    "surname given_names nationality sex issuing_state birth_date valid_until".split()
)
_ALIKE = frozenset("0125678OIZSGTB")
# Where a field stands that shares its place.
_HOMES = {"surname": "names", "given_names": "names"}
_WORDS = {
    "document_number": "document number",
    "birth_date": "birth date",
    "expiry_date": "expiry date",
    "personal_number": "personal number",
    "composite": "zone as a whole",
}


def zone_fields(
    zone: Zone, rows: Sequence[Run], side: DocumentSide | None, today: date
) -> tuple[Field, ...]:
    """Return the fields of a zone that were read for certain; rows: those it was found among."""
    proven = {part.name for part in parts_of(zone) if part.holds}
    box = _box_around([rows[row] for row in zone.rows])
    found = []
    for name, value in values_of(zone, today).items():
        confidence = _confidence(zone, rows, name)
        if confidence >= (_MIN_PROVEN if _PROOFS.get(name) in proven else MIN_CONFIDENCE):
            found.append(Field(name, value, confidence, box, side))
    return tuple(found)


def _confidence(zone: Zone, rows: Sequence[Run], name: str) -> float:
    """Return that of the least certain letter in a field's place; fillers between say little."""
    line, start, stop = PLACES[zone.kind][_HOMES.get(name, name)]
    letters = rows[zone.rows[line]].letters
    sources = [at for at in zone.sources[line][start:stop] if at is not None and at < len(letters)]
    own = [letters[at] for at in sources if letters[at].text != FILLER]
    shares = 2.0 if name in _TYPED else 1.0
    return min(
        (
            min(letter.confidence * (shares if letter.text in _ALIKE else 1.0), 1.0)
            for letter in own
        ),
        default=0.0,
    )


def _box_around(rows: Sequence[Run]) -> tuple[float, float, float, float]:
    boxes = [row.box_xyxy for row in rows]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[2] for box in boxes), max(box[3] for box in boxes)


def check_zone(zone: Zone, fields: Sequence[Field], today: date) -> tuple[DocumentCheck, ...]:
    """Check every digit of the zone, and that the document holds."""
    until = next((field.value for field in fields if field.name == "valid_until"), None)
    return (*(_check(part) for part in parts_of(zone)), check_validity(None, until, today))


def _check(part: Part) -> DocumentCheck:
    name, words = f"mrz_{part.name}", _WORDS[part.name]
    if part.holds is None:
        why = "not read for certain" if part.is_doubtful else "empty and has no check digit"
        return DocumentCheck(name, None, f"The {words} is {why}.")
    if part.holds:
        return DocumentCheck(name, True, f"The check digit of the {words} is right.")
    return DocumentCheck(name, False, f"The check digit of the {words} is wrong.")
