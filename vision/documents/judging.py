"""From what stands on a document's sides to fields, checks and a decision."""

from collections.abc import Sequence
from datetime import date

from decision.outcome import Decision, Reason
from vision.documents.cn_card import BACK_FIELDS, FRONT_FIELDS
from vision.documents.cn_checks import check_resident
from vision.documents.medium_checks import check_medium
from vision.documents.mrz_checks import REQUIRED, check_zone, zone_fields
from vision.documents.sides import Side
from vision.documents.types import (
    CardPicture,
    DocumentCheck,
    DocumentKind,
    DocumentOutcome,
    DocumentReading,
    DocumentSide,
    Field,
)

_NO_DOCUMENT = Reason("NO_DOCUMENT", "No document was found in the picture.")
_UNKNOWN = Reason("UNKNOWN_DOCUMENT", "The picture shows no document of a kind that is read here.")
_HOLDS = Reason("DOCUMENT_HOLDS", "Everything was read, and every check that was made passed.")


_RESIDENT = {DocumentSide.FRONT: FRONT_FIELDS, DocumentSide.BACK: BACK_FIELDS}


def judge(
    sides: Sequence[Side], resident: Sequence[tuple[Field, ...]], picture_count: int, today: date
) -> DocumentReading:
    """Put the sides of one document together.

    resident: the fields of each side as a resident card. picture_count: that were given.
    """
    kind = _kind(sides)
    issues = _issues([side.card for side in sides])
    if kind is DocumentKind.UNKNOWN_DOCUMENT:
        reasons = (_UNKNOWN if sides else _NO_DOCUMENT, *issues)
        decision = Decision(DocumentOutcome.INCONCLUSIVE, reasons)
        card = sides[0].card if sides else None
        return DocumentReading(kind, (), (), decision, issues, card=card)
    fields = _fields(kind, sides, resident, today)
    checks = (
        *_checks(kind, sides, fields, today),
        *_check_sides(kind, sides, picture_count),
        *check_medium([side.card.medium for side in sides], kind is DocumentKind.CN_RESIDENT_ID),
        _check_whole(kind, sides, fields),
    )
    decision = _decide(checks, issues)
    return DocumentReading(kind, fields, checks, decision, issues, card=_front(sides))


def _kind(sides: Sequence[Side]) -> DocumentKind:
    kinds = [_kind_of(side) for side in sides]
    return next(
        (kind for kind in kinds if kind is not DocumentKind.UNKNOWN_DOCUMENT),
        DocumentKind.UNKNOWN_DOCUMENT,
    )


def _kind_of(side: Side) -> DocumentKind:
    if side.zone is not None:
        return side.zone.kind
    return DocumentKind.CN_RESIDENT_ID if side.resident else DocumentKind.UNKNOWN_DOCUMENT


def _issues(cards: Sequence[CardPicture]) -> tuple[Reason, ...]:
    found = {issue.code: issue for card in cards for issue in card.issues}
    return tuple(found.values())


def _front(sides: Sequence[Side]) -> CardPicture:
    fronts = [side.card for side in sides if side.side is not DocumentSide.BACK]
    return fronts[0] if fronts else sides[0].card


def _fields(
    kind: DocumentKind, sides: Sequence[Side], resident: Sequence[tuple[Field, ...]], today: date
) -> tuple[Field, ...]:
    if kind is not DocumentKind.CN_RESIDENT_ID:
        side = next(side for side in sides if side.zone is not None)
        return zone_fields(side.zone, side.rows, side.side, today) if side.zone else ()
    by_name = {field.name: field for fields in reversed(resident) for field in fields}
    ordered = (by_name.get(name) for name in (*FRONT_FIELDS, *BACK_FIELDS))
    return tuple(field for field in ordered if field is not None)


def _checks(
    kind: DocumentKind, sides: Sequence[Side], fields: Sequence[Field], today: date
) -> tuple[DocumentCheck, ...]:
    if kind is DocumentKind.CN_RESIDENT_ID:
        return check_resident({field.name: field.value for field in fields}, today)
    zone = next(side.zone for side in sides if side.zone is not None)
    return check_zone(zone, fields, today)


def _check_sides(
    kind: DocumentKind, sides: Sequence[Side], picture_count: int
) -> tuple[DocumentCheck, ...]:
    """Check that two pictures show two sides of one document."""
    if picture_count < 2:
        return (DocumentCheck("sides_agree", None, "One side was shown."),)
    if kind is not DocumentKind.CN_RESIDENT_ID:
        return (DocumentCheck("sides_agree", None, "Its two sides say nothing to compare."),)
    kinds = [_kind_of(side) for side in sides]
    if len(sides) < picture_count or DocumentKind.UNKNOWN_DOCUMENT in kinds:
        return (DocumentCheck("sides_agree", None, "One of the two pictures was not read."),)
    if any(other is not kind for other in kinds):
        text = "The pictures show documents of two kinds."
        return (DocumentCheck("sides_agree", False, text),)
    if sides[0].side is sides[1].side:
        return (DocumentCheck("sides_agree", False, "Both pictures show the same side."),)
    return (DocumentCheck("sides_agree", True, "The pictures show the two sides of such a card."),)


def _check_whole(
    kind: DocumentKind, sides: Sequence[Side], fields: Sequence[Field]
) -> DocumentCheck:
    have = {field.name for field in fields}
    if kind is DocumentKind.CN_RESIDENT_ID:
        shown = {side.side for side in sides}
        lacking = [f"the {side.value.lower()}" for side in DocumentSide if side not in shown]
        needed = [name for side in DocumentSide if side in shown for name in _RESIDENT[side]]
    else:
        lacking, needed = [], list(REQUIRED)
    lacking += [name.replace("_", " ") for name in needed if name not in have]
    if not lacking:
        return DocumentCheck("all_fields_read", True, "Every field was read.")
    text = f"Not read for certain: {', '.join(lacking)}."
    return DocumentCheck("all_fields_read", None, text)


def _decide(checks: Sequence[DocumentCheck], issues: Sequence[Reason]) -> Decision[DocumentOutcome]:
    """INVALID on a contradiction; VALID only if all was read and nothing stands against it."""
    failed = tuple(_reason(check) for check in checks if check.passed is False)
    if failed:
        return Decision(DocumentOutcome.INVALID, failed)
    open_ones = tuple(_reason(check) for check in checks if _must_pass(check))
    if open_ones:
        return Decision(DocumentOutcome.INCONCLUSIVE, (*open_ones, *issues))
    # No trace of a screen is no proof of paper, and a picture alone has no better one to give.
    untold = tuple(_reason(one) for one in checks if one.name == _SCREEN and one.passed is None)
    return Decision(DocumentOutcome.VALID, (_HOLDS, *untold, *issues))


def _must_pass(check: DocumentCheck) -> bool:
    """Tell whether a check that could not be made leaves the document undecided."""
    return check.passed is None and check.name in _ALWAYS_NEEDED


_SCREEN = "is_no_screen"
_ALWAYS_NEEDED = frozenset({"all_fields_read", "validity", "is_colour"})


def _reason(check: DocumentCheck) -> Reason:
    return Reason(check.name.upper(), check.text)
