"""One run over labelled pictures and clips, from files to a report."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.deepfake.answers import AnswerBook
from evaluation.deepfake.judging import ListeningJudge, judge_all
from evaluation.deepfake.learned import Learned, load_learned
from evaluation.deepfake.pipeline import OpenForgeryJudge, open_forgery_judge
from evaluation.deepfake.result import ForgeryReport, evaluate_forgery
from evaluation.judging import Progress
from evaluation.manifest import LabelledFile, Labels, load_rows
from evaluation.pipeline import core_count
from evaluation.shares import REPLICATES, SEED

LABELS = Labels(good=("real", "genuine"), bad=("fake",))


@dataclass(frozen=True, slots=True)
class ForgeryRun:
    """What to measure on.

    data_name: what the data is called in the report; the manifest's name by default.
    model_id: None for the frame model that ships. answers: a file that keeps answers on the way.
    """

    manifest: Path
    root: Path
    data_name: str = ""
    model_id: str | None = None
    answers: Path | None = None
    replicates: int = REPLICATES
    seed: int = SEED


def run_forgery(
    run: ForgeryRun, start_progress: Callable[[int], Progress] = lambda _: lambda _: None
) -> ForgeryReport:
    """Judge every file of the manifest that was not learned from; return what to report.

    start_progress: called with the number of files; what it returns, with 1 for each.
    Raises InvalidArgumentError and whatever opening the models raises.
    """
    every = load_rows(run.manifest, run.root, LABELS)
    with open_forgery_judge(run.model_id) as opened:
        learned = load_learned(opened.eyes.manifest.root, opened.frame_model.id)
        rows, left_out = leave_out(every, learned)
        started = time.monotonic()
        with AnswerBook(run.answers, opened.stamp) as book:
            answers = judge_all(
                rows,
                ListeningJudge(opened.judge),
                book,
                # One more than there are cores, so that decoding fills what waiting leaves.
                workers=core_count() + 1,
                progress=start_progress(len(rows)),
            )
        facts = _facts(opened, run, len(rows), time.monotonic() - started)
    return evaluate_forgery(
        rows,
        answers,
        trained_on=learned.sources if learned else (),
        left_out=left_out,
        replicates=run.replicates,
        seed=run.seed,
        facts=facts | {"learned": None if learned is None else len(learned.files)},
    )


def leave_out(
    rows: Sequence[LabelledFile], learned: Learned | None
) -> tuple[tuple[LabelledFile, ...], dict[str, int]]:
    """Return the rows that were not learned from, and how many were, by source."""
    if learned is None:
        return tuple(rows), {}
    is_seen = [row.is_good and learned.has(row.path) for row in rows]
    kept = tuple(row for row, seen in zip(rows, is_seen, strict=True) if not seen)
    seen_of = Counter(row.source for row, seen in zip(rows, is_seen, strict=True) if seen)
    return kept, dict(sorted(seen_of.items()))


def _facts(
    opened: OpenForgeryJudge, run: ForgeryRun, count: int, judging_s: float
) -> dict[str, object]:
    target = opened.judge.forgery.policy.target
    return {
        "model": opened.frame_model.id,
        "model_sha256": opened.frame_model.sha256,
        "model_terms": opened.frame_model.terms,
        "detector": opened.eyes.detector.id,
        "landmarker": opened.eyes.landmarker.id,
        "voice": opened.voice.id,
        "mouth": opened.mouth.id,
        "data": run.data_name or run.manifest.stem,
        "files": count,
        "look_fps": opened.judge.look_fps,
        "operating_point": {
            "max_false_alarm_rate": target.max_false_alarm_rate,
            "max_inconclusive_rate": target.max_inconclusive_rate,
            "data": target.data,
        },
        "judging_s": round(judging_s, 1),
    }
