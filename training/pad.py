"""Train the passive model on pictures of live people and of attacks, source by source.

    python -m training.pad --manifest pad/images.csv --root DATA --lfw DATA/lfw --cache FOLDER
        [--out models] [--id pad-texture]

Writes `weights/ID.onnx`, `liveness/ID.toml` (calibration and operating point) and
`liveness/ID.loso.toml` (every source judged by models that never saw it). Features
are kept in the cache, so that a run that was cut off goes on. docs/liveness-passive.md tells why
each step is there.
"""

import argparse
import hashlib
from functools import partial
from pathlib import Path

import numpy as np

from evaluation.pad.manifest import load_manifest_rows
from inference.manifest import SHARE
from training.pad_backbone import attach_head
from training.pad_loso import (
    Limits,
    calibrate,
    check_sources,
    choose_point,
    leave_out,
    llrs_of,
    nested_rule,
)
from training.pad_material import Material, labelled_as, open_bench
from training.pad_report import rule_toml, source_row, table_toml
from training.pad_teaching import head_of, joined_unseen, probe_unseen

MODEL_ID = "pad-texture"
LIMITS = Limits(max_apcer=0.12, max_bpcer=0.07)
"""So that few live people are left unsure and most screens are called so; the document named above
says what other limits cost."""


def main() -> None:
    """Read the arguments, train, and write what the catalogue ships."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--lfw", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHARE)
    parser.add_argument("--id", default=MODEL_ID, help="of the model, in the manifest")
    args = parser.parse_args()
    presentations = load_manifest_rows(args.manifest, args.root)
    check_sources(labelled_as(presentations))
    with open_bench(presentations, args.lfw, args.cache) as bench:
        material = bench.material()
    head = head_of(material, np.ones(len(presentations), np.bool_))
    weights = attach_head(material.trunk, head.weights, head.offset)
    _write(args.out / "weights" / f"{args.id}.onnx", weights)
    table, rule = judge(material, args.id)
    folder = args.out / "liveness"
    digest = hashlib.sha256(weights).hexdigest()
    _write(folder / f"{args.id}.loso.toml", table.encode())
    _write(folder / f"{args.id}.toml", f'weights_sha256 = "{digest}"\n{rule}'.encode())
    print(f"{args.id}: {len(weights)} bytes, sha256 {digest}")


def judge(material: Material, model_id: str = MODEL_ID) -> tuple[str, str]:
    """Return the leave-one-source-out table, and calibration and operating point, as TOML."""
    labelled = material.labelled
    heads = leave_out(labelled, partial(head_of, material))
    unseen = heads.score(labelled, material.judged)
    logits = {
        "auc": unseen.single,
        "whole_auc": heads.score(labelled, material.whole).single,
        "probe_auc": probe_unseen(material),
        "fr_liveness_auc": material.baseline,
        "combined_auc": joined_unseen(material, unseen),
    }
    rows = [
        source_row(labelled, name, logits, nested_rule(labelled, unseen, name, LIMITS))
        for name in labelled.names
    ]
    calibration = calibrate(labelled, unseen.single, f"{model_id}, leave-one-source-out")
    point = choose_point(labelled, llrs_of(calibration, unseen.single), LIMITS)
    data = f"{len(labelled.is_live)} pictures of {len(labelled.names)} sources"
    return table_toml(rows, labelled.names, data), rule_toml(calibration, point, LIMITS)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
