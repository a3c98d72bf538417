"""Many cards, each with what it says, as the proof and the tests read them; seeded."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media.image import ImageRGB
from tests.support.cards.disturbing import MILD, Disturbance, photograph
from tests.support.cards.people import random_holder
from tour.cards.fonts import chinese_fonts
from tour.cards.holder import Holder
from tour.cards.resident import draw_back, draw_front


@dataclass(frozen=True, slots=True, eq=False)
class CardCase:
    """Pictures of both sides of one card, RGB, and what stands on it."""

    holder: Holder
    front: ImageRGB
    back: ImageRGB


def make_cases(
    seed: int, count: int, limits: Disturbance = MILD, portraits: tuple[ImageRGB, ...] = ()
) -> Iterator[CardCase]:
    """Draw and photograph cards; case `n` of a seed is the same however many are asked for."""
    for number in range(count):
        yield make_case(np.random.default_rng((seed, number)), limits, portraits)


def make_case(
    random: np.random.Generator,
    limits: Disturbance = MILD,
    portraits: tuple[ImageRGB, ...] = (),
    quarter_turns: int = 0,
) -> CardCase:
    """Draw one card and photograph both of its sides."""
    holder = random_holder(random)
    fonts = chinese_fonts()
    letters = fonts[random.integers(len(fonts))] if fonts else None
    portrait = portraits[random.integers(len(portraits))] if portraits else None
    paper = int(random.integers(1000))
    front = draw_front(holder, portrait, letters, paper)
    back = draw_back(holder, letters, paper)
    return CardCase(
        holder=holder,
        front=photograph(front, random, limits, quarter_turns),
        back=photograph(back, random, limits, quarter_turns),
    )


def expected_fields(holder: Holder) -> dict[str, str]:
    """Return what a reading of both sides should hold."""
    until = holder.valid_until
    return {
        "name": holder.name,
        "sex": holder.sex,
        "ethnicity": holder.ethnicity,
        "birth_date": holder.birth_date.isoformat(),
        "address": holder.address,
        "number": holder.number,
        "authority": holder.authority,
        "valid_from": holder.valid_from.isoformat(),
        "valid_until": "long-term" if until is None else until.isoformat(),
    }
