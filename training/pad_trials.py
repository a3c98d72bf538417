"""What else was tried for the passive model, measured again.

    python -m training.pad_trials --manifest CSV --root DATA --lfw DATA/lfw --cache FOLDER

Prints one line a trial: areas under the curve leaving one source out, and the rates that a point
chosen on other sources gives (nested once more, as in `training.pad`), all as means over sources.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from evaluation.pad.manifest import load_manifest_rows
from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from training.pad import LIMITS
from training.pad_fit import Column, Flags, LinearHead, Table
from training.pad_loso import Labelled, Limits, Unseen, llrs_of, nested_rule, score_unseen
from training.pad_material import Bench, Material, open_bench
from training.pad_photographs import Change
from training.pad_teaching import head_of
from training.pad_views import View, judged, judged_wide, teaching

OTHER_LIMITS = (Limits(0.15, 0.10), Limits(0.10, 0.07), Limits(0.05, 0.05), Limits(0.12, 0.03))


@dataclass(frozen=True, slots=True)
class Trial:
    """One line: a name, what is judged, and how it is taught and decided."""

    name: str
    judged: Table
    fit: Callable[[Flags], LinearHead]
    limits: Limits = LIMITS


def trials(material: Material, bench: Bench) -> Iterator[Trial]:
    """Yield every trial; the shipped recipe comes first."""
    fit = partial(head_of, material)
    yield Trial("as shipped", material.judged, fit)
    for limits in OTHER_LIMITS:
        name = f"attacks passed <= {limits.max_apcer:g}, live refused <= {limits.max_bpcer:g}"
        yield Trial(name, material.judged, fit, limits)
    yield Trial("the near look alone", bench.table("judged", judged), fit)
    yield Trial("the picture whole, no detector", material.whole, fit)
    yield Trial("no photographs, no synthetic screens", material.judged, partial(fit, share=0.0))
    yield Trial("photographs count 1, not 0.1", material.judged, partial(fit, share=1.0))
    yield Trial("one teaching view of four", material.judged, _taught(material, 1))
    for name, change in CHANGES.items():
        views = [bench.table(f"{name} {n}", _changed(teaching(n), change)) for n in (0, 1)]
        changed = replace(material, teaching=tuple(views))
        yield Trial(f"taught with {name}", material.judged, partial(head_of, changed))
    for name, change in SPOILT.items():
        near = bench.table(f"near {name}", _changed(judged, change))
        wide = bench.table(f"wide {name}", _changed(judged_wide, change))
        yield Trial(f"judged after {name}", (near + wide) / 2, fit)


def _taught(material: Material, views: int) -> Callable[[Flags], LinearHead]:
    return partial(head_of, replace(material, teaching=material.teaching[:views]))


def _changed(view: View, change: Change) -> View:
    return lambda row: change(view(row), np.random.default_rng((row.number, 2)))


def _white_balance(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    return _bytes(face * np.exp(chance.normal(0, 0.08, 3)))


def _tone(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    light = np.asarray(face / 255, np.float64)
    return _bytes(255 * light ** float(np.exp(chance.normal(0, 0.25))))


def _noise(face: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    return _bytes(face + chance.normal(0, 4, face.shape))


def _compress(face: ImageRGB, _: np.random.Generator) -> ImageRGB:
    return decode_picture(encode_jpeg(face, 50))


def _blur(face: ImageRGB, _: np.random.Generator) -> ImageRGB:
    return np.asarray(cv2.GaussianBlur(face, (0, 0), 2.0), np.uint8)


def _shrink(face: ImageRGB, _: np.random.Generator) -> ImageRGB:
    small = cv2.resize(face, (80, 80), interpolation=cv2.INTER_AREA)
    size_wh = (face.shape[1], face.shape[0])
    return np.asarray(cv2.resize(small, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)


def _bytes(values: npt.NDArray[Any]) -> ImageRGB:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


CHANGES: dict[str, Change] = {
    "changes of white balance": _white_balance,
    "changes of tone": _tone,
    "noise": _noise,
}
SPOILT: dict[str, Change] = {
    "JPEG of quality 50": _compress,
    "noise of 4 steps": _noise,
    "a blur of 2 pixels of 320": _blur,
    "shrinking to 80 pixels": _shrink,
}


def measure(trial: Trial, labelled: Labelled) -> str:
    """Return the line of one trial."""
    unseen = score_unseen(labelled, trial.judged, trial.fit)
    aucs = [_area(labelled, unseen.single, name) for name in labelled.names]
    rates = np.array([_rates(labelled, unseen, name, trial.limits) for name in labelled.names])
    refused, unsure, passed, caught = rates.mean(axis=0)
    return (
        f"{trial.name:48s} auc {np.mean(aucs):.3f} worst {min(aucs):.3f} | live refused "
        f"{refused:.3f} unsure {unsure:.3f} | attacks passed {passed:.3f} caught {caught:.3f}"
    )


def _area(labelled: Labelled, logits: Column, source: str) -> float:
    own = labelled.of(source)
    live, spoof = logits[own & labelled.is_live], logits[own & ~labelled.is_live]
    below = np.searchsorted(np.sort(spoof), live, side="left")
    return float(below.mean() / len(spoof))


def _rates(
    labelled: Labelled, unseen: Unseen, source: str, limits: Limits
) -> tuple[float, float, float, float]:
    rule = nested_rule(labelled, unseen, source, limits)
    own = labelled.of(source)
    llrs, live = llrs_of(rule.calibration, unseen.single[own]), labelled.is_live[own]
    refused, accepted = llrs <= rule.point.reject_llr, llrs >= rule.point.accept_llr
    return (
        float(refused[live].mean()),
        float((~refused & ~accepted)[live].mean()),
        float(accepted[~live].mean()),
        float(refused[~live].mean()),
    )


def main() -> None:
    """Read the arguments and print every trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--manifest", "--root", "--lfw", "--cache"):
        parser.add_argument(name, type=Path, required=True)
    args = parser.parse_args()
    presentations = load_manifest_rows(args.manifest, args.root)
    with open_bench(presentations, args.lfw, args.cache) as bench:
        material = bench.material()
        for trial in trials(material, bench):
            print(measure(trial, material.labelled), flush=True)


if __name__ == "__main__":
    main()
