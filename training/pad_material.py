"""Everything that the passive model learns from and is judged on, as tables of features."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.pad.manifest import Presentation
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.image import ImageRGB
from training.pad_backbone import (
    FEATURES,
    PROBE_PX,
    export_probe,
    export_trunk,
    trunk_spec,
)
from training.pad_features import FeatureCache
from training.pad_fit import Column, Table
from training.pad_loso import Labelled
from training.pad_photographs import photographs, synthetic
from training.pad_rows import PadRow, find_faces
from training.pad_synthetic import as_live, as_screen
from training.pad_views import (
    judged,
    judged_context,
    judged_small,
    judged_whole,
    judged_wide,
    teaching,
)
from vision.detection import FaceDetector

DETECTOR_ID, BASELINE_ID = "retinaface-mnet025", "fr-liveness"
TEACHING_VIEWS = 4
SYNTHETIC_VIEWS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Features of N pictures, and of M photographs that attacks were made from.

    judged: (N, D) as the product looks. whole: (N, D) without a detector. teaching: of each view,
    (N, D). live, screens: (M, D) each view. probe: (N, P). baseline: (N,) log-odds. trunk: ONNX.
    """

    labelled: Labelled
    judged: Table
    whole: Table
    teaching: tuple[Table, ...]
    live: tuple[Table, ...]
    screens: tuple[Table, ...]
    probe: Table
    baseline: Column
    trunk: bytes


def gather(presentations: Sequence[Presentation], lfw: Path, cache: Path) -> Material:
    """Compute what is not in the cache yet, and return all of it."""
    trunk, probe = cache / "pad-trunk.onnx", cache / "pad-probe.onnx"
    export_trunk(trunk)
    export_probe(probe)
    manifest = load_manifest().with_models([trunk_spec(trunk), trunk_spec(probe, PROBE_PX)])
    store = ModelStore(manifest, cache / "models")
    names = ("pad-trunk", "pad-probe", BASELINE_ID, DETECTOR_ID)
    for name in names:
        store.pull(name)
    with ExitStack() as stack:
        specs = [manifest.model(name) for name in names]
        engine = stack.enter_context(LocalEngine(specs, store))
        detector = FaceDetector(engine, manifest.model(DETECTOR_ID))
        rows = find_faces(presentations, detector, cache / "faces.json")
        people = find_faces(photographs(lfw), detector, cache / "photographs.json")
        outputs = {name: FEATURES for name in names} | {
            BASELINE_ID: manifest.model(BASELINE_ID).outputs["class_logits"]
        }
        caches = {
            spec.id: FeatureCache(engine, spec, outputs[spec.id], cache) for spec in specs[:3]
        }
        return _tables(rows, people, caches, trunk.read_bytes())


def _tables(
    rows: Sequence[PadRow],
    people: Sequence[PadRow],
    caches: dict[str, FeatureCache],
    trunk: bytes,
) -> Material:
    own = caches["pad-trunk"]

    def table(name: str, view: Callable[[PadRow], ImageRGB], of: Sequence[PadRow] = rows) -> Table:
        return own.table(of, name, view, _tell)

    labelled = Labelled(
        np.array([row.is_live for row in rows], np.bool_), np.array([row.source for row in rows])
    )
    scores = caches[BASELINE_ID].table(rows, "context", judged_context, _tell)
    return Material(
        labelled=labelled,
        # The mean of logits is the logit of the mean, since the head is linear.
        judged=(table("judged", judged) + table("wide", judged_wide)) / 2,
        whole=table("whole", judged_whole),
        teaching=tuple(
            table(f"teaching {number}", teaching(number)) for number in range(TEACHING_VIEWS)
        ),
        live=tuple(
            table(f"live {number}", synthetic(number, as_live), people)
            for number in range(SYNTHETIC_VIEWS)
        ),
        screens=tuple(
            table(f"screen {number}", synthetic(number, as_screen), people)
            for number in range(SYNTHETIC_VIEWS)
        ),
        probe=caches["pad-probe"].table(rows, "small", judged_small, _tell),
        baseline=_live_log_odds(scores),
        trunk=trunk,
    )


def _live_log_odds(class_logits: Table) -> Column:
    """Return log-odds of the first class of the baseline's three, which is live."""
    live, attacks = class_logits[:, 0], class_logits[:, 1:]
    return np.asarray(live - np.logaddexp.reduce(attacks, axis=1), np.float64)


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
