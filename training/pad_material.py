"""Everything that the passive model learns from and is judged on, as tables of features."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.pad.manifest import Presentation
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from training.pad_backbone import PROBE_PX, export_probe, export_trunk, trunk_spec
from training.pad_features import FeatureCache
from training.pad_fit import Column, Table
from training.pad_loso import Labelled
from training.pad_photographs import Change, photographs, synthetic
from training.pad_rows import PadRow, find_faces
from training.pad_synthetic import as_live, as_screen
from training.pad_views import (
    View,
    judged,
    judged_context,
    judged_small,
    judged_whole,
    judged_wide,
    teaching,
)
from vision.detection import FaceDetector

TRUNK_ID, PROBE_ID = "pad-trunk", "pad-probe"
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


def labelled_as(rows: Sequence[PadRow] | Sequence[Presentation]) -> Labelled:
    """Return what is known of pictures, whether their faces were found or not."""
    return Labelled(
        np.array([row.is_live for row in rows], np.bool_), np.array([row.source for row in rows])
    )


class Bench:
    """Pictures with their faces, and the networks that look at them. rows: the pictures."""

    def __init__(
        self,
        rows: Sequence[PadRow],
        people: Sequence[PadRow],
        caches: Mapping[str, FeatureCache],
        trunk: bytes,
    ) -> None:
        self.rows = rows
        self._people = people
        self._caches = caches
        self._trunk = trunk

    def table(self, name: str, view: View) -> Table:
        """Return the trunk's features of every picture under a view, (N, D)."""
        return self._caches[TRUNK_ID].table(self.rows, name, view, _tell)

    def material(self) -> Material:
        """Compute what is not in the cache yet, and return all of it."""
        scores = self._caches[BASELINE_ID].table(self.rows, "context", judged_context, _tell)
        return Material(
            labelled=labelled_as(self.rows),
            # The mean of logits is the logit of the mean, since the head is linear.
            judged=(self.table("judged", judged) + self.table("wide", judged_wide)) / 2,
            whole=self.table("whole", judged_whole),
            teaching=tuple(self.table(f"teaching {n}", teaching(n)) for n in range(TEACHING_VIEWS)),
            live=self._made("live", as_live),
            screens=self._made("screen", as_screen),
            probe=self._caches[PROBE_ID].table(self.rows, "small", judged_small, _tell),
            baseline=_live_log_odds(scores),
            trunk=self._trunk,
        )

    def _made(self, name: str, change: Change) -> tuple[Table, ...]:
        return tuple(
            self._caches[TRUNK_ID].table(
                self._people, f"{name} {number}", synthetic(number, change), _tell
            )
            for number in range(SYNTHETIC_VIEWS)
        )


@contextmanager
def open_bench(presentations: Sequence[Presentation], lfw: Path, cache: Path) -> Iterator[Bench]:
    """Fetch the networks, find the faces, and close the networks in the end.

    cache: a folder for networks, boxes and features; made if it is not there.
    """
    cache.mkdir(parents=True, exist_ok=True)
    trunk, probe = cache / f"{TRUNK_ID}.onnx", cache / f"{PROBE_ID}.onnx"
    export_trunk(trunk)
    export_probe(probe)
    manifest = load_manifest().with_models([trunk_spec(trunk), trunk_spec(probe, PROBE_PX)])
    store = ModelStore(manifest, cache / "models")
    specs = [manifest.model(name) for name in (TRUNK_ID, PROBE_ID, BASELINE_ID, DETECTOR_ID)]
    for spec in specs:
        store.pull(spec.id)
    with LocalEngine(specs, store) as engine:
        detector = FaceDetector(engine, manifest.model(DETECTOR_ID))
        rows = find_faces(presentations, detector, cache / "faces.json")
        people = find_faces(photographs(lfw), detector, cache / "photographs.json")
        caches = {
            spec.id: FeatureCache(engine, spec, next(iter(spec.outputs.values())), cache)
            for spec in specs[:3]
        }
        yield Bench(rows, people, caches, trunk.read_bytes())


def _live_log_odds(class_logits: Table) -> Column:
    """Return log-odds of the first class of the baseline's three, which is live."""
    live, attacks = class_logits[:, 0], class_logits[:, 1:]
    return np.asarray(live - np.logaddexp.reduce(attacks, axis=1), np.float64)


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
