"""Chapters about single pictures: finding faces, comparing one to one."""

from collections.abc import Sequence
from itertools import pairwise

from client.types import Face, Outcome, Profile
from tour import photographs
from tour.door import Door
from tour.exhibits import (
    COPIES,
    RATES,
    copies_of,
    is_unsure,
    jpeg,
    say_face,
    say_verification,
    seat_of,
    subject_of,
)
from tour.findings import Chapter
from tour.photographs import SEATS_XYXY, Person

_RATES = (1e-2, 1e-4, 1e-5)
# Below it a face is not compared; what merely looks like a face stays there.
_USABLE_QUALITY = 30


def find_faces(door: Door) -> tuple[Chapter, tuple[Face, ...]]:
    """Find the six people of the photograph, each once."""
    chapter = Chapter("Who is in the photograph?")
    faces = door.detect(photographs.table_photograph(), Profile.CROWD).faces
    for seat in SEATS_XYXY:
        here = [face for face in faces if seat_of(face) == seat]
        seen = "; ".join(say_face(face) for face in here) or "nobody"
        chapter.check(seat, seen, "one face, rated", len(here) == 1)
    elsewhere = [face for face in faces if not seat_of(face)]
    chapter.check(
        "elsewhere",
        "; ".join(say_face(face) for face in elsewhere) or "nobody",
        f"nobody of quality {_USABLE_QUALITY} or more",
        all(face.quality.score < _USABLE_QUALITY for face in elsewhere),
    )
    return chapter, faces


def compare_pairs(door: Door, people: Sequence[Person]) -> Chapter:
    """Compare one to one: copies, different people, several error rates, stored subjects."""
    chapter = Chapter("Is it the same person?", (COPIES, RATES))
    _compare_copies(door, people, chapter)
    _compare_strangers(door, people, chapter)
    _compare_rates(door, people[0], chapter)
    _log_in(door, people, chapter)
    return chapter


def _compare_copies(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    matches = 0
    for person in people:
        answers = [
            (copy.how, door.verify(jpeg(person.portrait), copy.picture))
            for copy in copies_of(person)
        ]
        matches += sum(answer.outcome is Outcome.MATCH for _, answer in answers)
        chapter.check(
            f"{person.id} and {person.id}",
            "\n".join(f"{how}: {say_verification(answer)}" for how, answer in answers),
            "MATCH, or unsure with reasons",
            all(a.outcome is Outcome.MATCH or is_unsure(a) for _, a in answers),
        )
    total = len(people) * len(copies_of(people[0]))
    chapter.check("together", f"{matches} of {total} MATCH", "most MATCH", 2 * matches > total)


def _compare_strangers(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    for left, right in pairwise(people):
        answer = door.verify(jpeg(left.portrait), jpeg(right.portrait))
        chapter.check(
            f"{left.id} and {right.id}",
            say_verification(answer),
            "NO_MATCH, or unsure with reasons",
            answer.outcome is Outcome.NO_MATCH or is_unsure(answer),
        )


def _compare_rates(door: Door, person: Person, chapter: Chapter) -> None:
    picture, probe = jpeg(person.portrait), copies_of(person)[0].picture
    limits = [door.verify(picture, probe, fmr).threshold or 0.0 for fmr in _RATES]
    seen = ", ".join(f"{fmr:g}: {limit:.3f}" for fmr, limit in zip(_RATES, limits, strict=True))
    is_kept = all(0 < low < high for low, high in pairwise(limits))
    chapter.check("similarity asked for, by FMR", seen, "rises as the rate falls", is_kept)


def _log_in(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    own, other = people[-1], people[0]
    probe = copies_of(own)[0].picture
    for subject, promised in ((own, Outcome.MATCH), (other, Outcome.NO_MATCH)):
        answer = door.verify(subject_of(subject), probe)
        chapter.check(
            f"{own.id} logs in as {subject.id}",
            say_verification(answer),
            promised.value,
            answer.outcome is promised,
        )
