"""How often a recorded session answers another one. More of them with REPLAYS=200, and -s."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from liveness.draw import SecretDraw
from liveness.events import (
    Challenge,
    ChallengeState,
    NoticeEvent,
    PromptEvent,
    SessionEvent,
    VerdictEvent,
)
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from tests.liveness.test_attacks import replay
from tests.support.scripted_faces import ScriptedLook
from tests.support.scripted_sessions import Actor, Run, scripted_session

COUNT = int(os.environ.get("REPLAYS", "8"))
SECRET = b"k" * 16
STRAIGHT = Challenge.LOOK_STRAIGHT
# How many moves somebody has clips of, and the share of sessions that these may answer.
STOCKS = ((1, 0.05), (2, 0.1), (3, 0.3), (4, 0.6))[0 if COUNT >= 100 else 3 :]


class SameMoves(SecretDraw):
    """Asks for the moves of another draw at times of its own."""

    def __init__(self, nonce: str, moves: Sequence[Challenge]) -> None:
        super().__init__(nonce, SECRET)
        self._moves: Iterator[Challenge] = iter(moves)

    def challenge(self, choices: Sequence[Challenge], but: Challenge | None) -> Challenge:
        """Return the other draw's move; once they are used up, one of its own."""
        return next(self._moves, None) or super().challenge(choices, but)


def nonce_from(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"


def record(dice: random.Random) -> tuple[list[ScriptedLook], VerdictEvent]:
    """Return the looks and the verdict of a session that a person answered."""
    looks: list[ScriptedLook] = []

    def shoot(run: Run) -> ScriptedLook:
        looks.append(run.camera.shoot(run.actor.pose(run.camera.time_s)))
        return looks[-1]

    actor = Actor(
        delay_s=dice.uniform(0.4, 1.0), ramp_s=dice.uniform(0.2, 0.4), stay_s=dice.uniform(0.5, 1)
    )
    run = Run(scripted_session(SecretDraw(nonce_from(dice), SECRET)), actor=actor, shoot=shoot)
    return looks, run.play()


def outcome_of(draw: SecretDraw, looks: Sequence[ScriptedLook]) -> tuple[str, str]:
    verdict = replay(scripted_session(draw), looks).session.verdict
    assert verdict is not None
    return verdict.result.outcome.value, verdict.result.decision.reasons[0].code


def test_recordings_of_other_draws_do_not_pass() -> None:
    dice = random.Random(7)
    persons, others, same = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for _ in range(COUNT):
        looks, verdict = record(dice)
        persons[verdict.result.outcome.value] += 1
        others[outcome_of(SecretDraw(nonce_from(dice), SECRET), looks)] += 1
        states = [(entry.challenge, entry.state) for entry in verdict.challenges]
        moves = [move for move, state in states if state is ChallengeState.PASSED]
        same[outcome_of(SameMoves(nonce_from(dice), moves), looks)] += 1
    print(f"\nof {COUNT} recordings: persons {dict(persons)}")
    print(f"another draw: {dict(others)}\nsame moves at other times: {dict(same)}")
    assert persons[LivenessOutcome.LIVE.value] == COUNT
    assert live(others) <= 1 + COUNT // 50
    assert live(same) < COUNT


def stock_of(dice: random.Random, count: int) -> tuple[str, str]:
    """Return how a session ends for somebody who has clips of a few moves and no others.

    What they have no clip of is broken off by looking away, as often as that may be, and then
    let go by.
    """
    moves = set(dice.sample([move for move in Challenge if move is not STRAIGHT], count))

    def shoot(run: Run) -> ScriptedLook:
        asked = [event.challenge for event in run.events if isinstance(event, PromptEvent)][-1]
        broken_off = sum(is_lost(event) for event in run.events)
        is_away = asked not in (STRAIGHT, *moves) and broken_off < SessionPlan().redraw_count
        return run.camera.shoot(None if is_away else run.actor.pose(run.camera.time_s))

    actor = Actor(answer=lambda asked: asked if asked in moves else None)
    session = scripted_session(SecretDraw(nonce_from(dice), SECRET))
    verdict = Run(session, actor=actor, shoot=shoot).play()
    return verdict.result.outcome.value, verdict.result.decision.reasons[0].code


def is_lost(event: SessionEvent) -> bool:
    return isinstance(event, NoticeEvent) and event.code == "FACE_LOST"


@pytest.mark.parametrize(("count", "most"), STOCKS)
def test_clips_of_a_few_moves_are_not_enough(count: int, most: float) -> None:
    """With clips of four of the eight moves, nine sessions in ten were LIVE.

    Every other move was let go by until one of the four was drawn.
    """
    dice = random.Random(count)
    ends = Counter(stock_of(dice, count) for _ in range(COUNT))
    print(f"\nclips of {count} moves: {dict(ends)}")
    assert live(ends) <= most * COUNT


def live(outcomes: Counter[tuple[str, str]]) -> int:
    return sum(count for (outcome, _), count in outcomes.items() if outcome == "LIVE")
