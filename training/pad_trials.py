"""What else was tried for the passive model, measured again.

    python -m training.pad_trials --manifest CSV --root DATA --lfw DATA/lfw --cache FOLDER

Prints one line a trial: areas under the curve leaving one source out, and the rates that a point
chosen on other sources gives (nested once more, as in `training.pad`), all as means over sources.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from training.pad_fit import Column, Table
from training.pad_loso import Fit, Labelled, Limits, Unseen, leave_out, llrs_of, nested_rule
from training.pad_material import Bench, Material, open_bench
from training.pad_photographs import Change
from training.pad_rows import Box, PadRow
from training.pad_teaching import head_of
from training.pad_views import View, judged, judged_wide, teaching

OTHER_LIMITS = (Limits(0.15, 0.10), Limits(0.10, 0.07), Limits(0.05, 0.05), Limits(0.12, 0.03))


def lines(material: Material, bench: Bench) -> Iterator[str]:
    """Yield a line for each trial; the shipped recipe comes first."""
    labelled = material.labelled
    shipped = leave_out(labelled, partial(head_of, material))
    for limits in (LIMITS, *OTHER_LIMITS):
        name = f"attacks passed <= {limits.max_apcer:g}, live refused <= {limits.max_bpcer:g}"
        yield line(name, labelled, shipped.score(labelled, material.judged), limits)
    for name, judged_table in _other_looks(material, bench):
        yield line(name, labelled, shipped.score(labelled, judged_table))
    for name, fit in _other_recipes(material, bench):
        heads = leave_out(labelled, fit)
        yield line(name, labelled, heads.score(labelled, material.judged))


def framing(rows: Sequence[PadRow]) -> str:
    """Return where the detector's box lies in pictures that are tight crops, as medians."""
    shares = [_shares(row, row.box_xyxy) for row in rows if row.box_xyxy is not None]
    tight = [each for each in shares if np.ptp(each[[0, 2]]) > 0.7 and np.ptp(each[[1, 3]]) > 0.7]
    left, top, right, bottom = np.median(tight, axis=0)
    return (
        f"box in {len(tight)} tight crops: {left:.2f} from the left, {top:.2f} from the top, "
        f"to {right:.2f} across and {bottom:.2f} down"
    )


def _shares(row: PadRow, box: Box) -> Column:
    height, width = row.read().shape[:2]
    return np.array(box, np.float64) / (width, height, width, height)


def _other_looks(material: Material, bench: Bench) -> Iterator[tuple[str, Table]]:
    yield "the near look alone", bench.table("judged", judged)
    yield "the picture whole, no detector", material.whole
    for name, change in SPOILT.items():
        near = bench.table(f"near {name}", _changed(judged, change))
        wide = bench.table(f"wide {name}", _changed(judged_wide, change))
        yield f"after {name}", (near + wide) / 2


def _other_recipes(material: Material, bench: Bench) -> Iterator[tuple[str, Fit]]:
    yield "no photographs, no synthetic screens", partial(head_of, material, share=0.0)
    yield "photographs count as much as a source", partial(head_of, material, share=1.0)
    one = replace(material, teaching=material.teaching[:1])
    yield "one teaching view of four", partial(head_of, one)
    for name, change in CHANGES.items():
        views = [bench.table(f"{name} {n}", _changed(teaching(n), change)) for n in (0, 1)]
        yield f"taught with {name}", partial(head_of, replace(material, teaching=tuple(views)))


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


def line(name: str, labelled: Labelled, unseen: Unseen, limits: Limits = LIMITS) -> str:
    """Return what a trial gave, in words."""
    aucs = [_area(labelled, unseen.single, source) for source in labelled.names]
    rates = np.array([_rates(labelled, unseen, source, limits) for source in labelled.names])
    refused, unsure, passed, caught = rates.mean(axis=0)
    return (
        f"{name:48s} auc {np.mean(aucs):.3f} worst {min(aucs):.3f} | live refused "
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
        print(framing(bench.rows), flush=True)
        for said in lines(bench.material(), bench):
            print(said, flush=True)


if __name__ == "__main__":
    main()
