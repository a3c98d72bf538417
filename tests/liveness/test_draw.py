"""Draws that nobody can foretell and everybody can check who holds the secret."""

import itertools
import math
from collections import Counter

import pytest

from liveness.draw import MAX_PAUSE_S, MIN_PAUSE_S, SecretDraw, new_nonce
from liveness.events import Challenge
from liveness.plan import SessionPlan

SECRET = b"0123456789abcdef"


def draw_session(draw: SecretDraw, plan: SessionPlan) -> list[Challenge]:
    asked: list[Challenge] = []
    for _ in range(plan.challenge_count):
        asked.append(draw.challenge(plan.choices, asked[-1] if asked else None))
        draw.pause_s()
    return asked


def test_the_same_nonce_and_secret_give_the_same_draw() -> None:
    plan = SessionPlan(6)
    first, second = SecretDraw("ab" * 16, SECRET), SecretDraw("ab" * 16, SECRET)
    assert draw_session(first, plan) == draw_session(second, plan)
    assert first.pause_s() == second.pause_s()


def test_another_nonce_or_another_secret_gives_another_draw() -> None:
    plan = SessionPlan(6)
    draws = {
        tuple(draw_session(SecretDraw(nonce, secret), plan))
        for nonce in ("00" * 16, "01" * 16)
        for secret in (SECRET, SECRET[::-1])
    }
    assert len(draws) == 4


def test_nonces_do_not_come_again() -> None:
    assert len({new_nonce() for _ in range(1000)}) == 1000


def test_no_challenge_follows_itself() -> None:
    for number in range(300):
        asked = draw_session(SecretDraw(f"{number:032x}", SECRET), SessionPlan(6))
        assert all(one is not other for one, other in itertools.pairwise(asked))


def test_every_sequence_is_as_likely_as_the_others() -> None:
    plan = SessionPlan(2)
    count = 56 * 60
    seen = Counter(
        tuple(draw_session(SecretDraw(f"{number:032x}", SECRET), plan)) for number in range(count)
    )
    assert len(seen) == 8 * 7
    # Pearson's statistic for 55 degrees of freedom lies below 99 in all but 1 of 4,000 fair draws.
    assert sum((observed - 60) ** 2 / 60 for observed in seen.values()) < 99


@pytest.mark.parametrize(
    ("plan", "bits"),
    [
        (SessionPlan(1), 3.0),
        (SessionPlan(3), 8.6),
        (SessionPlan(6), 17.0),
        (SessionPlan(3, accessible=True), 3.6),
    ],
)
def test_a_draw_has_as_many_bits_as_the_documents_say(plan: SessionPlan, bits: float) -> None:
    kinds = len(plan.choices)
    count = kinds * (kinds - 1) ** (plan.challenge_count - 1)
    assert math.log2(count) == pytest.approx(bits, abs=0.06)


def test_pauses_fill_their_range() -> None:
    draw = SecretDraw(new_nonce(), SECRET)
    pauses = [draw.pause_s() for _ in range(2000)]
    assert MIN_PAUSE_S <= min(pauses) < MIN_PAUSE_S + 0.05
    assert MAX_PAUSE_S - 0.05 < max(pauses) <= MAX_PAUSE_S
    tenths = Counter(
        int((pause - MIN_PAUSE_S) / (MAX_PAUSE_S - MIN_PAUSE_S) * 9.999) for pause in pauses
    )
    assert min(tenths.values()) > 140


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SecretDraw("00", b"short")
