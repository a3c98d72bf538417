"""The chapter about liveness: pictures of screens, and guided sessions that nobody performs."""

from collections import Counter
from collections.abc import Sequence

from client.liveness_types import (
    Event,
    LivenessDecision,
    LivenessOutcome,
    Notice,
    Prompt,
    Verdict,
)
from tour import photographs
from tour.door import Door, reason_of
from tour.exhibits import jpeg, say_reasons
from tour.findings import Chapter
from tour.photographs import Person

NOTES = (
    "A screen is made by drawing its stripes and photographing them by computation; nobody living "
    "is here to pass a session, so the tour shows what does not pass. Try it yourself on the page.",
    "How often screens, prints and living people are told apart is measured in "
    "docs/evaluation.md; the rates aimed at stand in each answer.",
)
_FPS = 15.0
_HELD_FRAMES = 150


def show_liveness(door: Door, people: Sequence[Person]) -> Chapter:
    """Check pictures of screens, then hold a print and a frozen picture before a session."""
    chapter = Chapter("Is a living person there?", NOTES)
    _check_photograph(door, chapter)
    _check_screens(door, people, chapter)
    _check_nobody(door, people, chapter)
    _hold_print(door, chapter)
    _freeze(door, chapter)
    return chapter


def say_decision(decision: LivenessDecision) -> str:
    """Return a decision as one line: outcome, score, reasons."""
    score = "" if decision.live_score is None else f", live score {decision.live_score:.2f}"
    return f"{decision.outcome.value}{score}. {say_reasons(decision.reasons)}"


def _check_photograph(door: Door, chapter: Chapter) -> None:
    answer = door.check_liveness(jpeg(photographs.astronaut()))
    point = answer.decision.operating_point
    chapter.check(
        "a photograph of a person",
        say_decision(answer.decision),
        "an answer with reasons and rates",
        bool(answer.decision.reasons) and 0 < point.max_apcer < 1 and 0 < point.max_bpcer < 1,
    )


def _check_screens(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    outcomes: Counter[LivenessOutcome] = Counter()
    for person in people:
        answer = door.check_liveness(jpeg(photographs.rephotographed(person.portrait)))
        outcomes[answer.decision.outcome] += 1
    seen = ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.items())
    chapter.check(
        f"{len(people)} faces on screens", seen, "none LIVE", not outcomes[LivenessOutcome.LIVE]
    )


def _check_nobody(door: Door, people: Sequence[Person], chapter: Chapter) -> None:
    two = jpeg(photographs.side_by_side(people[0].portrait, people[1].portrait))
    for what, promised, picture in (
        ("a wall", "NO_FACE", jpeg(photographs.empty_room())),
        ("two people", "SEVERAL_FACES", two),
    ):
        seen = reason_of(lambda picture=picture: door.check_liveness(picture))  # type: ignore[misc]
        chapter.check(what, seen, promised, seen == promised)


def _hold_print(door: Door, chapter: Chapter) -> None:
    portrait = photographs.place(photographs.astronaut()[0:300, 90:390])
    pictures = [
        jpeg(photographs.held_up(portrait, number / _FPS)) for number in range(_HELD_FRAMES)
    ]
    events, verdict = door.run_session(pictures, _FPS)
    chapter.check(
        "a print in a hand, in a session",
        _say_session(events, verdict),
        "not LIVE, with the reason",
        _is_refused(verdict),
    )


def _freeze(door: Door, chapter: Chapter) -> None:
    picture = jpeg(photographs.place(photographs.astronaut()[0:300, 90:390]))
    events, verdict = door.run_session([picture], _FPS)
    codes = {reason.code for reason in verdict.decision.reasons}
    chapter.check(
        "a frozen picture, in a session",
        _say_session(events, verdict),
        "not LIVE, for it repeats",
        _is_refused(verdict) and "FRAMES_REPEATED" in codes,
    )


def _is_refused(verdict: Verdict) -> bool:
    return verdict.decision.outcome is not LivenessOutcome.LIVE and bool(verdict.decision.reasons)


def _say_session(events: Sequence[Event], verdict: Verdict) -> str:
    asked = [event.text for event in events if isinstance(event, Prompt)]
    noticed = [event.text for event in events if isinstance(event, Notice)]
    lines = [f"asked: {'; '.join(asked)}" if asked else "", *(f"noticed: {one}" for one in noticed)]
    return "\n".join([*filter(None, lines), say_decision(verdict.decision)])
