"""The chapter about forged and injected media: faces swapped, clips replayed, chains broken."""

from collections.abc import Sequence

from client.deepfake_types import ClipForgery, ForgeryDecision, ForgeryOutcome, Weight
from media.image import ImageRGB
from media.pictures import decode_picture
from tour import photographs
from tour.door import Door, reason_of
from tour.drawing import swap_face
from tour.exhibits import jpeg, say_reasons
from tour.filming import film
from tour.findings import Chapter
from tour.photographs import Person

NOTES = (
    "The clips are of a print in a hand, for nobody living is here to film; whether somebody "
    "living is there is another question, and liveness answers it. Faces are swapped hastily, on "
    "the spot, so how many of them are caught says little: docs/evaluation.md measures forgeries.",
    "An injected clip never met a camera: it is a file that a virtual camera plays.",
)
_FPS = 12
_FRAMES = 42
_SIGNED_FRAMES, _EDITED = 26, 8
_SEAM = 22
# Enough of them to see that answers differ.
_SWAPS = 3


def show_deepfakes(door: Door, people: Sequence[Person]) -> Chapter:
    """Check a photograph and swapped faces, then clips replayed, joined, signed and edited."""
    chapter = Chapter("Is the picture itself genuine?", NOTES)
    _check_photograph(door, chapter)
    _check_swaps(door, people, chapter)
    _check_refusals(door, people, chapter)
    _check_clips(door, people, chapter)
    _check_chains(door, people, chapter)
    return chapter


def say_forgery(decision: ForgeryDecision) -> str:
    """Return a decision as one line: outcome, score, reasons."""
    score = "" if decision.fake_score is None else f", fake score {decision.fake_score:.2f}"
    return f"{decision.outcome.value}{score}. {say_reasons(decision.reasons)}"


def _check_photograph(door: Door, chapter: Chapter) -> None:
    decision = door.check_forgery(jpeg(photographs.astronaut())).decision
    point = decision.operating_point
    chapter.check(
        "a photograph",
        say_forgery(decision),
        "not FAKE, with reasons and rates",
        decision.outcome is not ForgeryOutcome.FAKE
        and bool(decision.reasons)
        and 0 < point.max_false_alarm_rate < 1,
    )


def _check_swaps(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    """Give each person the next one's face."""
    people = people[:_SWAPS]
    found = [door.detect(jpeg(person.portrait)).faces[0].landmarks for person in people]
    counts = dict.fromkeys(ForgeryOutcome, 0)
    is_reasoned = True
    for place, person in enumerate(people):
        after = (place + 1) % len(people)
        swapped = swap_face(person.portrait, found[place], people[after].portrait, found[after])
        decision = door.check_forgery(jpeg(swapped)).decision
        counts[decision.outcome] += 1
        is_reasoned &= bool(decision.reasons)
    chapter.check(
        f"{len(people)} faces swapped in haste",
        ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count),
        "an answer with reasons",
        is_reasoned,
    )


def _check_refusals(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    two = jpeg(photographs.side_by_side(people[0].portrait, people[1].portrait))
    clip = film([photographs.empty_room()] * _FPS, _FPS)
    attempts = (
        ("two people", "SEVERAL_FACES", lambda: door.check_forgery(two)),
        ("a clip that was cut off", "CLIP_BROKEN", lambda: door.check_clip(clip[:-200])),
        ("a text as a clip", "CLIP_UNSUPPORTED", lambda: door.check_clip(b"no clip at all")),
    )
    for what, promised, attempt in attempts:
        seen = reason_of(attempt)
        chapter.check(what, seen, promised, seen == promised)


def _check_clips(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    own, other = (_hand_held(person, seed) for seed, person in enumerate((people[5], people[3])))
    joined = own[:_SEAM] + other[_SEAM:]
    for what, frames, codes in (
        ("a clip that plays twice", own[:_SEAM] * 2, {"CLIP_LOOPED", "VIDEO_SPLICED"}),
        ("two people's clips joined", joined, {"VIDEO_CUT", "VIDEO_SPLICED", "FACE_CHANGED"}),
    ):
        answer = door.check_clip(film(frames, _FPS))
        chapter.check(what, _say(answer), "FAKE, with the place", _is_refused(answer, codes))
    answer = door.check_clip(film([*own[:_SEAM], *[own[_SEAM]] * (_FRAMES - _SEAM)], _FPS))
    chapter.check(
        "a clip that stands still",
        _say(answer),
        "not GENUINE, with the place",
        answer.decision.outcome is not ForgeryOutcome.GENUINE
        and "FRAMES_REPEATED" in {one.code for one in answer.decision.moments},
    )


def _check_chains(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    frames = [jpeg(image) for image in _hand_held(people[5], 2)[:_SIGNED_FRAMES]]
    answer = door.film_signed(frames, _FPS)
    broken = _broken_codes(answer)
    chapter.check("a clip signed by the client", _say(answer), "the chain holds", not broken)
    edited = {_EDITED: jpeg(_brightened(frames[_EDITED]))}
    answer = door.film_edited(frames, _FPS, edited)
    chapter.check(
        "one picture edited on its way",
        _say(answer),
        "FAKE, for the chain is broken",
        _is_refused(answer, {"CHAIN_BROKEN"}),
    )


def _hand_held(person: Person, seed: int) -> list[ImageRGB]:
    image = photographs.place(person.portrait)
    return [photographs.held_up(image, number / _FPS, seed) for number in range(_FRAMES)]


def _brightened(picture: bytes) -> ImageRGB:
    image = decode_picture(picture).astype(int) + 3
    return image.clip(0, 255).astype("uint8")


def _broken_codes(answer: ClipForgery) -> set[str]:
    return {one.code for one in answer.decision.moments if one.weight is Weight.BREAKS}


def _is_refused(answer: ClipForgery, codes: set[str]) -> bool:
    return answer.decision.outcome is ForgeryOutcome.FAKE and bool(_broken_codes(answer) & codes)


def _say(answer: ClipForgery) -> str:
    early = " Answered before the end." if answer.is_early else ""
    return f"{say_forgery(answer.decision)}{early}"
