"""Chapters about galleries: enrol, search, name, erase."""

from collections.abc import Sequence

from client import ApiError
from client.types import Face, Outcome
from media.image import ImageRGB
from media.pictures import decode_picture
from tour import photographs
from tour.door import Door, reason_of
from tour.drawing import Mark, draw_marks
from tour.exhibits import (
    COPIES,
    GALLERY,
    GALLERY_ID,
    TENANT,
    copies_of,
    is_unsure,
    jpeg,
    say_search,
    seat_of,
    short,
    subject_of,
)
from tour.findings import Chapter
from tour.photographs import Person

# Fewer would leave little to compare; some of the six turn their heads away.
MIN_ENROLLED = 4
# How much of the neighbourhood is cut out with a face, in shares of its size.
_MARGIN = 0.35


def enrol_people(door: Door, people: Sequence[Person]) -> tuple[Chapter, tuple[Person, ...]]:
    """Enrol everybody; a portrait that is not good enough is refused with its reasons."""
    chapter = Chapter("Who can be enrolled?")
    door.create_gallery(TENANT, GALLERY_ID, "to show what the product does")
    enrolled = []
    for person in people:
        try:
            made = door.enrol(GALLERY, person.id, jpeg(person.portrait))
        except ApiError as refusal:
            is_kept = refusal.reason == "QUALITY_TOO_LOW"
            chapter.check(person.id, str(refusal), "enrolled, or refused with a reason", is_kept)
            continue
        enrolled.append(person)
        seen = f"enrolled with quality {made.accepted[0].quality:.0f}"
        chapter.check(person.id, seen, "enrolled, or refused with a reason", not made.rejected)
    count = len(enrolled)
    chapter.check("together", f"{count} people", f"at least {MIN_ENROLLED}", count >= MIN_ENROLLED)
    return chapter, tuple(enrolled)


def search_people(door: Door, people: Sequence[Person]) -> Chapter:
    """Search one to many: everybody enrolled, and two strangers who are nobody."""
    chapter = Chapter("Who is it?", (COPIES,))
    matches = 0
    for person in people:
        found = door.search(GALLERY, copies_of(person)[0].picture)
        is_first = [hit.subject for hit in found.hits[:1]] == [subject_of(person)]
        is_match = found.outcome is Outcome.MATCH and is_first
        matches += is_match
        chapter.check(
            f"{person.id}, re-shot",
            say_search(found),
            f"{person.id}, or unsure with reasons",
            is_match or is_unsure(found),
        )
    chapter.check("together", f"{matches} found", "most found", 2 * matches > len(people))
    for who, picture in (
        ("a stranger (astronaut)", jpeg(photographs.astronaut())),
        ("a stranger (man)", jpeg(photographs.small_portrait())),
    ):
        found = door.search(GALLERY, picture)
        is_kept = found.outcome is Outcome.NO_MATCH and not found.hits
        chapter.check(who, say_search(found), "NO_MATCH: nobody", is_kept)
    return chapter


def name_faces(
    door: Door, faces: Sequence[Face], enrolled: Sequence[Person]
) -> tuple[Chapter, bytes]:
    """Search each face of the photograph; draw names and quality into it, as JPEG."""
    chapter = Chapter("Names in the photograph")
    image = decode_picture(photographs.table_photograph())
    known = {person.id for person in enrolled}
    marks = []
    for face in faces:
        seat, name = seat_of(face), _name_face(door, image, face)
        text = f"{name or 'unknown'}, quality {face.quality.score:.0f}"
        marks.append(Mark(face.box_xyxy, text, bool(name)))
        allowed = {seat, ""} if seat in known else {""}
        promised = f"{seat}, or unknown" if seat in known else "unknown"
        where = f"the face at {seat}" if seat else "a face elsewhere"
        chapter.check(where, name or "unknown", promised, name in allowed)
    named = sum(mark.is_known for mark in marks)
    chapter.check("together", f"{named} named", "most of those enrolled", 2 * named > len(known))
    return chapter, jpeg(draw_marks(image, marks))


def _name_face(door: Door, image: ImageRGB, face: Face) -> str:
    """Return the id of the subject that the face is, or an empty string."""
    x1, y1, x2, y2 = face.box_xyxy
    dx, dy = (x2 - x1) * _MARGIN, (y2 - y1) * _MARGIN
    rows = slice(max(0, round(y1 - dy)), round(y2 + dy))
    columns = slice(max(0, round(x1 - dx)), round(x2 + dx))
    try:
        found = door.search(GALLERY, jpeg(image[rows, columns]))
    except ApiError:
        return ""
    return short(found.hits[0].subject) if found.outcome is Outcome.MATCH else ""


def erase_person(door: Door, person: Person) -> Chapter:
    """Erase a subject, read the receipt, and look for the person again."""
    chapter = Chapter("What must be forgotten is gone")
    probe = copies_of(person)[0].picture
    receipt = door.delete_subject(subject_of(person))
    stores = ", ".join(f"{name} {count}" for name, count in receipt.stores.items())
    chapter.check(
        f"the receipt for {person.id}",
        f"{receipt.receipt_id}; erased: {stores}",
        "every store, complete",
        receipt.is_complete and sum(receipt.stores.values()) > 0,
    )
    found = door.search(GALLERY, probe)
    is_nobody = found.outcome is not Outcome.MATCH and not found.hits
    chapter.check(f"a search for {person.id}", say_search(found), "nobody", is_nobody)
    reason = reason_of(lambda: door.verify(subject_of(person), probe))
    promised = "SUBJECT_NOT_FOUND"
    chapter.check(f"{person.id} by name", reason, promised, reason == promised)
    return chapter
