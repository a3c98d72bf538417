"""Runs the kit: every clip by every method, each stream judged on its own."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evaluation.injection.chains import prove
from evaluation.injection.film import DEFAULT_FILM, Film, FilmLimits, read_film
from evaluation.injection.judges import OpenJudge
from evaluation.injection.methods import ATTACKS, CONTROLS, Method
from evaluation.injection.result import KitReport, Trial, answer_of, summarise
from evaluation.injection.stream import exactly_timed, frames_of, send

Progress = Callable[[int], None]
SEED = 20_261_124
# Fewer shots make no loop and no halves.
MIN_SHOTS = 40


def run_kit(
    clips: Sequence[Path],
    open_judge: OpenJudge,
    seed: int = SEED,
    *,
    attacks: Mapping[str, Method] = ATTACKS,
    controls: Mapping[str, Method] = CONTROLS,
    limits: FilmLimits = DEFAULT_FILM,
    progress: Progress = lambda _: None,
) -> KitReport:
    """Make streams of genuine clips and count what becomes of them.

    Two films are in memory at a time. progress: called with 1 after each stream.
    Raises what reading a clip raises, and ValueError for fewer than two clips or one that is too
    short to be cut up.
    """
    if len(clips) < 2:
        raise ValueError("the kit needs two clips or more: splices are made of two")
    methods = {**attacks, **controls}
    trials: list[Trial] = []
    first = film = _read(clips[0], limits)
    for place, path in enumerate(clips):
        is_last = place + 1 == len(clips)
        other = first if is_last else _read(clips[place + 1], limits)
        for name, method in methods.items():
            dice = random.Random(f"{seed} {path.name} {name}")
            trials.append(_try(path.name, name, method, (film, other), dice, open_judge))
            progress(1)
        film = other
    report = _report(trials, attacks, controls, seed)
    kept_back = [trial for trial in trials if trial.is_kept_back]
    if not kept_back:
        return report
    held_out = _report(kept_back, attacks, controls, seed)
    return KitReport(report.attacks, report.controls, report.trials, seed, held_out)


def _try(
    clip: str,
    name: str,
    method: Method,
    films: tuple[Film, Film],
    dice: random.Random,
    open_judge: OpenJudge,
) -> Trial:
    sent = send(method.shows(*films, dice), dice, method.line)
    if method.handling is not None:
        return Trial(clip, name, *answer_of(prove(method.handling(sent, dice))))
    if method.exact_fps is not None:
        sent = exactly_timed(sent, method.exact_fps)
    judge = open_judge()
    for frame in frames_of(sent):
        if judge.look(frame):
            break
    return Trial(clip, name, *answer_of(judge.conclude()))


def _read(path: Path, limits: FilmLimits) -> Film:
    film = read_film(path, limits)
    if len(film) < MIN_SHOTS:
        raise ValueError(f"the clip {path.name} has {len(film)} frames; expected {MIN_SHOTS}")
    return film


def _report(
    trials: Sequence[Trial],
    attacks: Mapping[str, Method],
    controls: Mapping[str, Method],
    seed: int,
) -> KitReport:
    made = [
        [
            summarise(name, method.injection.value, [one for one in trials if one.method == name])
            for name, method in methods.items()
        ]
        for methods in (attacks, controls)
    ]
    return KitReport(tuple(made[0]), tuple(made[1]), tuple(trials), seed)
