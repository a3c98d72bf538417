"""The leave-one-source-out table, as TOML that reports and tests read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from decision.calibration import Calibration
from decision.fusion import OperatingPoint, Verdict
from evaluation.areas import AucResult, auc_of, mean_auc
from evaluation.bootstrap import Interval
from evaluation.shares import Indices, clusters_of, share_of
from training.pad_fit import Column, Flags
from training.pad_loso import Labelled, Limits, NestedRule, llrs_of


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source, scored and decided by what the others taught; rates with their intervals."""

    name: str
    live: int
    spoof: int
    aucs: Mapping[str, AucResult]
    rates: Mapping[str, tuple[float, Interval | None]]


def runs(count: int) -> Indices:
    """Return (count,) numbers: neighbouring frames of one source and class share one."""
    return clusters_of([""] * count, [""] * count)


def source_row(
    labelled: Labelled, source: str, logits: Mapping[str, Column], rule: NestedRule
) -> SourceRow:
    """Measure one source. logits: (N,) by model; `auc` is the shipped model's, and is decided."""
    own = labelled.of(source)
    live, spoof = own & labelled.is_live, own & ~labelled.is_live
    aucs = {
        name: auc_of(scores[live], scores[spoof], runs(int(live.sum())), runs(int(spoof.sum())))
        for name, scores in logits.items()
    }
    rates = {
        "bpcer": _rate(rule, logits["auc"][live], Verdict.REJECT),
        "apcer": _rate(rule, logits["auc"][spoof], Verdict.ACCEPT),
        "inconclusive_live": _rate(rule, logits["auc"][live], Verdict.UNSURE),
        "inconclusive_spoof": _rate(rule, logits["auc"][spoof], Verdict.UNSURE),
    }
    return SourceRow(source, int(live.sum()), int(spoof.sum()), aucs, rates)


def _rate(rule: NestedRule, logits: Column, verdict: Verdict) -> tuple[float, Interval | None]:
    said: Flags = np.array(
        [rule.point.verdict(float(llr)) is verdict for llr in llrs_of(rule.calibration, logits)],
        np.bool_,
    )
    share = share_of(said, runs(len(said)))
    assert share.value is not None
    return share.value, share.interval


def table_toml(rows: Sequence[SourceRow], trained_on: Sequence[str], data: str) -> str:
    """Return the table: a summary, and one block a source."""
    lines = [
        "# Leave-one-source-out; written by `python -m training.pad`.",
        f'data = "{data}"',
        f"trained_on = [{', '.join(_quote(name) for name in trained_on)}]",
        "",
        "[summary]",
    ]
    for name in rows[0].aucs:
        summed = mean_auc([row.aucs[name] for row in rows])
        assert summed is not None
        mean, around = summed
        worst = min(row.aucs[name].value for row in rows)
        lines += [f"mean_{name} = {mean:.4f}", f"worst_{name} = {worst:.4f}"]
        lines += [f"mean_{name}_low = {around.low:.4f}", f"mean_{name}_high = {around.high:.4f}"]
    for name in rows[0].rates:
        values = [row.rates[name][0] for row in rows]
        lines += [f"mean_{name} = {np.mean(values):.4f}", f"worst_{name} = {max(values):.4f}"]
    detected = [1 - row.rates["apcer"][0] - row.rates["inconclusive_spoof"][0] for row in rows]
    lines.append(f"mean_detected = {np.mean(detected):.4f}")
    for row in rows:
        lines += _block(row)
    return "\n".join(lines) + "\n"


def rule_toml(calibration: Calibration, point: OperatingPoint, limits: Limits) -> str:
    """Return calibration and operating point, with the rates that the point was chosen for."""
    lines = ["", "[calibration]"]
    for name, value in calibration.to_plain().items():
        lines.append(f"{name} = {_quote(value) if isinstance(value, str) else f'{value:.6g}'}")
    lines += [
        "",
        "[operating_point]",
        f"accept_llr = {point.accept_llr:.6g}",
        f"reject_llr = {point.reject_llr:.6g}",
        f"max_apcer = {limits.max_apcer:g}",
        f"max_bpcer = {limits.max_bpcer:g}",
    ]
    return "\n".join(lines) + "\n"


def _block(row: SourceRow) -> list[str]:
    lines = ["", "[[source]]", f'name = "{row.name}"', f"live = {row.live}", f"spoof = {row.spoof}"]
    for name, auc in row.aucs.items():
        lines.append(f"{name} = {auc.value:.4f}")
        lines += [f"{name}_low = {auc.interval.low:.4f}", f"{name}_high = {auc.interval.high:.4f}"]
    for name, (value, within) in row.rates.items():
        lines.append(f"{name} = {value:.4f}")
        if within is not None:
            lines += [f"{name}_low = {within.low:.4f}", f"{name}_high = {within.high:.4f}"]
    return lines


def _quote(name: str) -> str:
    return f'"{name}"'
