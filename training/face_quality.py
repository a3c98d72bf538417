"""Learn the judges of damage from LFW: what spoiled copies have that photographs lack.

    python -m training.face_quality --lfw FOLDER [--people 90] [--out models/face_quality.toml]

Only people of one half of LFW, by a hash of the name, are looked at; the other half is for
judging the result (tests/vision/test_quality_shared.py). A judge learns from the spoiled copies
that are no longer recognised, against photographs as they are, sharpened, softened, with a little
noise and compressed: the look of one camera must not pass for the absence of damage.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from base.errors import NoFaceError
from inference.local import LocalEngine
from inference.manifest import SHARE, load_manifest
from inference.store import ModelStore, default_cache_dir
from media.image import ImageRGB
from training.damages import damages
from training.lfw import LfwHalf, seed_of
from vision.analysis import FaceAnalyzer, FaceReading, Select
from vision.assembly import build_face_pipeline
from vision.damage import MEAN_FACE_PX, Plane, split_bands
from vision.judges import FILE, MEAN_FACE_STEP, FaceJudges, Judge, measure_damage

Matrix = npt.NDArray[np.float64]
Variant = Callable[[ImageRGB], ImageRGB]

DETECTOR_ID, EMBEDDER_ID = "retinaface-mnet025", "mobilefacenet-fr"
LEARNING_HALF = 0

TEXTURE = (
    *("fall_1", "fall_2", "fall_3", "evenness_1", "evenness_2", "contrast_2"),
    *("contrast_4", "colour_grain", "colour_share", "upright", "diagonal", "weakest_direction"),
)
NOT_RECOGNISED_BELOW = 0.413  # The similarity that a false match rate of 1e-4 asks for.
RIDGE = 1.0


@dataclass(frozen=True)
class Sample:
    """One aligned face.

    kind: how it was damaged. similarity: with another picture of the person; None: no damage.
    """

    kind: str
    aligned: ImageRGB
    similarity: float | None = None


@dataclass(frozen=True)
class Recipe:
    """How one judge is learned.

    kinds: beginnings of the names of its damages. measures: what it looks at, None for all but
    texture. without: changes of a photograph that are this very damage. sharpened: whether it
    sees sharpened copies of damaged faces too. max_natural, max_missed: the limit lies where at
    most this share of photographs is refused, and higher if no more damage is missed for it.
    """

    kinds: tuple[str, ...]
    measures: tuple[str, ...] | None
    without: tuple[str, ...] = ()
    sharpened: bool = False
    max_natural: float = 0.001
    max_missed: float = 0.05


RECIPES = {
    "blur": Recipe(
        ("blur", "motion", "resampled"),
        tuple(name for name in TEXTURE if name != "colour_grain"),
        without=("softened",),
        max_natural=0.0008,
    ),
    "noise": Recipe(
        ("noise",),
        tuple(name for name in TEXTURE if name not in (*TEXTURE[9:], "contrast_4")),
        max_natural=0.0003,
    ),
    "cover": Recipe(("lower", "left", "eyes"), None, sharpened=True, max_natural=0.0015),
}


def variants(seed: int = 3) -> dict[str, Variant]:
    """Return harmless changes of a photograph, which no judge may take for damage."""
    chance = np.random.default_rng(seed)
    return {
        "plain": lambda face: face,
        "sharpened": lambda face: _sharpen(face, 1.2),
        "sharpened more": lambda face: _sharpen(face, 3.0),
        "softened": lambda face: np.asarray(cv2.GaussianBlur(face, (0, 0), 0.9), np.uint8),
        "grainy": lambda face: _bytes(face + chance.normal(0, 5, face.shape)),
        "compressed": _compress,
    }


def _sharpen(face: ImageRGB, amount: float) -> ImageRGB:
    pixels = face.astype(np.float64)
    return _bytes(pixels + amount * (pixels - cv2.GaussianBlur(pixels, (0, 0), 1.0)))


def _compress(face: ImageRGB) -> ImageRGB:
    _ok, data = cv2.imencode(".jpg", face[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 45])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def _bytes(values: npt.NDArray[np.float64]) -> ImageRGB:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def learn(photographs: Sequence[ImageRGB], spoiled: Sequence[Sample], data: str) -> FaceJudges:
    """Learn every judge. photographs, spoiled: aligned faces, (112, 112, 3)."""
    half = _mean_half(photographs)
    left = half.astype(np.float32) * np.float32(MEAN_FACE_STEP)
    mean_face = np.hstack([left, left[:, ::-1]])
    lost = [s for s in spoiled if s.similarity is not None and s.similarity < NOT_RECOGNISED_BELOW]
    natural = {
        name: _measure((v(face) for face in photographs[:: 1 if name == "plain" else 2]), mean_face)
        for name, v in variants().items()
    }
    return FaceJudges(
        data=data,
        mean_face=tuple(tuple(int(value) for value in row) for row in half),
        **{name: _judge(recipe, natural, lost, mean_face) for name, recipe in RECIPES.items()},
    )


def _mean_half(photographs: Sequence[ImageRGB]) -> npt.NDArray[np.int64]:
    mean = np.mean([split_bands(face).structure for face in photographs], axis=0)
    left = (mean + mean[:, ::-1])[:, : MEAN_FACE_PX // 2] / 2
    return np.asarray(np.rint(left / MEAN_FACE_STEP), np.int64)


def _measure(faces: Iterable[ImageRGB], mean_face: Plane) -> list[dict[str, float]]:
    return [measure_damage(face, mean_face) for face in faces]


def _judge(
    recipe: Recipe,
    natural: dict[str, list[dict[str, float]]],
    lost: Sequence[Sample],
    mean_face: Plane,
) -> Judge:
    own = [sample.aligned for sample in lost if sample.kind.startswith(recipe.kinds)]
    damaged = _measure(own, mean_face)
    names = recipe.measures or tuple(name for name in damaged[0] if name not in TEXTURE)
    seen = list(damaged)
    if recipe.sharpened:
        for name in ("sharpened", "sharpened more"):
            seen += _measure((variants()[name](face) for face in own), mean_face)
    harmless = [row for name, rows in natural.items() if name not in recipe.without for row in rows]
    weights, offset = fit_logistic(_table(seen, names), _table(harmless, names))
    at_damage = _table(damaged, names) @ weights + offset
    at_natural = _table(natural["plain"], names) @ weights + offset
    limit = max(
        np.quantile(at_natural, 1 - recipe.max_natural), np.quantile(at_damage, recipe.max_missed)
    )
    return Judge(
        weights={name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
        offset=round(float(offset), 4),
        worst=round(float(max(np.median(at_damage), limit + 1)), 2),
        limit=round(float(limit), 2),
        good=round(float(min(np.median(at_natural), limit - 1)), 2),
    )


def _table(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Matrix:
    return np.array([[row[name] for name in names] for row in rows])


def fit_logistic(damaged: Matrix, harmless: Matrix, steps: int = 40) -> tuple[Matrix, float]:
    """Return weights and offset of a logistic regression in which both classes count the same.

    damaged, harmless: (N, M). Newton's method on standardised columns with a ridge.
    """
    table = np.vstack([damaged, harmless])
    truth = np.r_[np.ones(len(damaged)), np.zeros(len(harmless))]
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    design = np.c_[(table - mean) / spread, np.ones(len(table))]
    importance = np.where(truth > 0, 0.5 / truth.mean(), 0.5 / (1 - truth).mean())
    ridge = RIDGE * np.r_[np.ones(table.shape[1]), 1e-9]
    weights = np.zeros(design.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (importance * (chance - truth)) + ridge * weights
        curve = (design * (importance * chance * (1 - chance) + 1e-9)[:, None]).T @ design
        weights = weights - np.linalg.solve(curve + np.diag(ridge), slope)
    own = weights[:-1] / spread
    return own, float(weights[-1] - own @ mean)


def to_toml(judges: FaceJudges) -> str:
    """Write the judges as the catalogue keeps them."""
    lines = [
        "# Judges of damage to a face; generated by `python -m training.face_quality`.",
        f'data = "{judges.data}"',
        "# Left half of the mean face between two scales, tenths of a grey step.",
        "mean_face = [",
        *(f"  [{', '.join(str(value) for value in row)}]," for row in judges.mean_face),
        "]",
    ]
    for name in RECIPES:
        judge: Judge = getattr(judges, name)
        lines += ["", f"[{name}]"]
        lines += [f"{key} = {getattr(judge, key)}" for key in ("offset", "worst", "limit", "good")]
        lines += [f"weights.{key} = {value}" for key, value in judge.weights.items()]
    return "\n".join(lines) + "\n"


def gather(half: LfwHalf, analyzer: FaceAnalyzer, people: int) -> list[Sample]:
    """Read every photograph of a half, and every damage of one picture of so many people."""
    samples = [Sample("natural", half.read(photo).aligned) for photo in half.photographs()]
    for pair in half.one_pair_a_person()[:people]:
        reference, clean = half.read(pair.first), half.read(pair.second)
        picture = half.picture(pair.second)
        for kind, spoil in damages().items():
            chance = np.random.default_rng(seed_of(pair.first.person, kind))
            try:
                found = analyzer.read(spoil(picture, clean.landmarks, chance), Select.CENTRAL)
            except NoFaceError:
                continue  # Nothing to judge, and no decision either.
            samples.append(Sample(kind, found.aligned, _similarity(reference, found)))
    return samples


def _similarity(reference: FaceReading, found: FaceReading) -> float:
    assert reference.embedding is not None
    assert found.embedding is not None
    return float(reference.embedding.vector @ found.embedding.vector)


def main() -> None:
    """Learn the judges and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lfw", type=Path, required=True, help="Folder with pairs.txt.")
    parser.add_argument("--people", type=int, default=90, help="People whose pictures are spoiled.")
    parser.add_argument("--out", type=Path, default=SHARE / FILE, help="What to write.")
    given = parser.parse_args()
    manifest = load_manifest()
    specs = manifest.model(DETECTOR_ID), manifest.model(EMBEDDER_ID)
    with LocalEngine(specs, ModelStore(manifest, default_cache_dir())) as engine:
        analyzer = build_face_pipeline(engine, *specs).analyzer
        samples = gather(LfwHalf(analyzer, given.lfw, LEARNING_HALF), analyzer, given.people)
    photographs = [sample.aligned for sample in samples if sample.similarity is None]
    spoiled = [sample for sample in samples if sample.similarity is not None]
    data = (
        f"LFW: {len(photographs)} photographs of one half of its people; damages of {given.people}"
    )
    given.out.write_text(to_toml(learn(photographs, spoiled, data)), encoding="utf-8")


if __name__ == "__main__":
    main()
