"""Injection attack instruments: what is shown in the camera's place, made of genuine clips."""

import math
import random
from dataclasses import replace

from evaluation.injection.film import Film, Look, Shot, faded, made_over

LOOP_S, FREEZE_S, FADE_S = 2.5, 4.0, 0.4
_ROUNDS = 4
_SPEEDS = (1.0, 0.9, 1.1, 0.95)


def timed(shots: list[Shot], step_s: float, speed: float = 1.0) -> Film:
    """Return shots shown one after the other from now on."""
    return tuple(replace(shot, time_s=place * step_s / speed) for place, shot in enumerate(shots))


def step_of(film: Film) -> float:
    """Return the usual time from one shot to the next."""
    return (film[-1].time_s - film[0].time_s) / max(len(film) - 1, 1)


def again(film: Film, other: Film, dice: random.Random) -> Film:
    """Show an earlier capture once more."""
    return timed(list(film), step_of(film))


def looped(film: Film, other: Film, dice: random.Random) -> Film:
    """Show a part of it again and again."""
    return timed(list(_part(film, dice)) * _ROUNDS, step_of(film))


def disguised_loop(film: Film, other: Film, dice: random.Random) -> Film:
    """Loop a part, each round encoded, lit, zoomed, noisy and timed otherwise."""
    part, step_s, shots, at_s = _part(film, dice), step_of(film), list[Shot](), 0.0
    for round_number in range(_ROUNDS):
        look = Look(
            quality=dice.randint(60, 90),
            noise=dice.uniform(0, 4),
            gain=dice.uniform(0.92, 1.08),
            zoom=dice.uniform(0, 0.03),
        )
        for shot in part:
            shots.append(replace(made_over(shot, look, dice.randrange(1 << 30)), time_s=at_s))
            at_s += step_s / _SPEEDS[round_number]
    return tuple(shots)


def ping_pong(film: Film, other: Film, dice: random.Random) -> Film:
    """Show a part of it forwards, backwards, and so on."""
    part = list(_part(film, dice))
    return timed((part + part[::-1]) * (_ROUNDS // 2), step_of(film))


def frozen(film: Film, other: Film, dice: random.Random) -> Film:
    """Stand still from the middle on."""
    middle, step_s = len(film) // 2, step_of(film)
    return timed([*film[:middle], *[film[middle]] * round(FREEZE_S / step_s)], step_s)


def disguised_freeze(film: Film, other: Film, dice: random.Random) -> Film:
    """Stand still, with a sensor's noise added and each picture encoded anew."""
    middle, step_s = len(film) // 2, step_of(film)
    still = [
        made_over(film[middle], Look(quality=dice.randint(70, 90), noise=3.0), place)
        for place in range(round(FREEZE_S / step_s))
    ]
    return timed([*film[:middle], *still], step_s)


def spliced(film: Film, other: Film, dice: random.Random) -> Film:
    """Go on with another clip in the middle."""
    return timed([*film[: len(film) // 2], *other[len(other) // 2 :]], step_of(film))


def spliced_within(film: Film, other: Film, dice: random.Random) -> Film:
    """Leave out a part of the clip in the middle, a second or more."""
    step_s = step_of(film)
    left_out = max(round(1.0 / step_s), len(film) // 4)
    start = dice.randint(len(film) // 4, max(len(film) // 4, len(film) - left_out - len(film) // 4))
    return timed([*film[:start], *film[start + left_out :]], step_s)


def cross_faded(film: Film, other: Film, dice: random.Random) -> Film:
    """Go on with another clip in the middle, behind a fade."""
    step_s = step_of(film)
    count, middle = math.ceil(FADE_S / step_s), len(film) // 2
    later = other[len(other) // 2 :]
    count = min(count, len(later), len(film) - middle)
    mixed = [
        faded(film[middle + place], later[place], (place + 1) / (count + 1))
        for place in range(count)
    ]
    return timed([*film[:middle], *mixed, *later[count:]], step_s)


def reordered(film: Film, other: Film, dice: random.Random) -> Film:
    """Show four parts of it in another order."""
    quarter = max(len(film) // 4, 1)
    parts = [list(film[start : start + quarter]) for start in range(0, 4 * quarter, quarter)]
    order = [2, 0, 3, 1]
    return timed([shot for place in order for shot in parts[place]], step_of(film))


def reversed_in_time(film: Film, other: Film, dice: random.Random) -> Film:
    """Run it backwards."""
    return timed(list(film[::-1]), step_of(film))


def hurried(film: Film, other: Film, dice: random.Random) -> Film:
    """Run it half as fast again."""
    return timed(list(film), step_of(film), speed=1.5)


def encoded_by_another(film: Film, other: Film, dice: random.Random) -> Film:
    """Encode the second half in another way."""
    middle = len(film) // 2
    rest = [made_over(shot, Look(is_own_maker=True)) for shot in film[middle:]]
    return timed([*film[:middle], *rest], step_of(film))


def spliced_from_another(film: Film, other: Film, dice: random.Random) -> Film:
    """Go on with another clip, from another encoder and at another size."""
    look = Look(is_own_maker=True, scale=0.75)
    later = [made_over(shot, look) for shot in other[len(other) // 2 :]]
    return timed([*film[: len(film) // 2], *later], step_of(film))


def _part(film: Film, dice: random.Random) -> Film:
    """Return a part as long as a loop, or half of a film that is short."""
    count = min(round(LOOP_S / step_of(film)), max(len(film) // 2, 1))
    start = dice.randint(0, len(film) - count)
    return film[start : start + count]
