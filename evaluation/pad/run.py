"""One attack-detection run, from files to a result."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluation.judging import Progress
from evaluation.pad.judging import judge_all
from evaluation.pad.loso import LosoTable, load_loso
from evaluation.pad.manifest import load_manifest_rows
from evaluation.pad.pipeline import OpenJudge, open_judge
from evaluation.pad.result import PadResult, evaluate_pad
from evaluation.pipeline import core_count
from evaluation.shares import REPLICATES, SEED


@dataclass(frozen=True, slots=True)
class PadRun:
    """What to measure on.

    data_name: what the data is called in the report; the manifest's name by default.
    passive_id: None for the passive model that ships.
    """

    manifest: Path
    root: Path
    data_name: str = ""
    passive_id: str | None = None
    replicates: int = REPLICATES
    seed: int = SEED


def run_pad(
    run: PadRun, start_progress: Callable[[int], Progress] = lambda _: lambda _: None
) -> tuple[PadResult, LosoTable | None]:
    """Judge every file of the manifest; return what to report and what training wrote down.

    start_progress: called with the number of files; what it returns, with 1 for each.
    Raises InvalidArgumentError and whatever opening the models raises.
    """
    rows = load_manifest_rows(run.manifest, run.root)
    with open_judge(run.passive_id) as opened:
        started = time.monotonic()
        # One more than there are cores, so that decoding fills what waiting leaves.
        workers = core_count() + 1
        answers = judge_all(rows, opened.judge, workers=workers, progress=start_progress(len(rows)))
        reading_s = time.monotonic() - started
        loso = load_loso(opened.manifest.root, opened.passive.id)
        facts = _facts(opened, run, len(rows), reading_s)
    result = evaluate_pad(
        rows,
        answers,
        trained_on=loso.trained_on if loso else (),
        replicates=run.replicates,
        seed=run.seed,
        facts=facts,
    )
    return result, loso


def _facts(opened: OpenJudge, run: PadRun, count: int, reading_s: float) -> dict[str, object]:
    policy = opened.judge.liveness.policy
    return {
        "model": opened.passive.id,
        "model_sha256": opened.passive.sha256,
        "model_terms": opened.passive.terms,
        "detector": opened.detector.id,
        "landmarker": opened.landmarker.id,
        "data": run.data_name or run.manifest.stem,
        "presentations": count,
        "operating_point": {
            "max_apcer": policy.target.max_apcer,
            "max_bpcer": policy.target.max_bpcer,
            "data": policy.target.data,
        },
        "judging_s": round(reading_s, 1),
    }
