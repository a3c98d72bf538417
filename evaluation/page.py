"""A verification report as one self-contained page."""

import json
from pathlib import Path

from evaluation import html, plots
from evaluation.limits import limits_of
from evaluation.report import (
    INTERVAL_METHOD,
    SERVICE_FMR,
    count_discards,
    count_outcomes,
    rate_key,
    to_json,
)
from evaluation.verification import OperatingRow, ProtocolResult, VerificationResult

JSON_NAME = "verification.json"
HTML_NAME = "verification.html"


def write_report(result: VerificationResult, folder: Path) -> tuple[Path, Path]:
    """Write the JSON and the page into `folder` and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / JSON_NAME, folder / HTML_NAME
    json_path.write_text(json.dumps(to_json(result), indent=2) + "\n", "utf-8")
    html_path.write_text(to_html(result), "utf-8")
    return json_path, html_path


def to_html(result: VerificationResult) -> str:
    """Return the page: no scripts, no outside resources, no photographs."""
    title = f"Face verification: {result.facts.get('model', 'model')}"
    drawn = (
        ("Detection error trade-off, all pairs", plots.det_curve(result)),
        ("True accept rate", plots.roc_curve(result)),
        ("Similarities, all pairs; dotted: the thresholds below", plots.score_histogram(result)),
        ("Quality of the pictures", plots.quality_histogram(result)),
        ("Error against discard: lowest quality left out first", plots.discard_plot(result)),
    )
    body = _BODY.format(
        summary=html.table(("figure", "value", "95 % interval"), _summary_rows(result)),
        figures=html.figures(drawn),
        rows=html.table(_ROW_HEADS, (_row_cells(row) for row in result.all_pairs.rows)),
        outcomes=html.table(
            ("pairs", "MATCH", "NO_MATCH", "INCONCLUSIVE", "refused (no face)"),
            ([name, *map(str, counts.values())] for name, counts in count_outcomes(result).items()),
        ),
        discards=html.table(("limit", "INCONCLUSIVE", "FNMR"), _discard_cells(result)),
        service_fmr=rate_key(SERVICE_FMR),
        method=html.text(f"{INTERVAL_METHOD}; {result.replicates} replicates, seed {result.seed}"),
        limits=html.bullets(limits_of(result)),
        table=html.table(("similarity", "FMR", "FNMR"), _table_rows(result)),
        facts=html.table(
            ("what", "value"), ([key, str(value)] for key, value in result.facts.items())
        ),
    )
    return html.page(title, body)


def _summary_rows(result: VerificationResult) -> list[list[str]]:
    pairs = result.pairs
    count = len(result.protocol.pairs)
    folds = result.protocol.fold_count
    return [
        [
            f"accuracy, {folds} folds",
            f"{pairs.accuracy.mean:.2%}",
            html.percent_range(pairs.accuracy_interval),
        ],
        *_tar_rows(pairs),
        ["equal error rate", f"{pairs.equal_error_rate:.2%}", ""],
        [
            "failures to acquire (no face found)",
            f"{result.failures_to_acquire} of {len(result.protocol.paths)} pictures, "
            f"{pairs.failed_pairs} of {count} pairs",
            "",
        ],
        [
            f"INCONCLUSIVE at the quality limit of {result.min_quality:g}",
            f"{pairs.inconclusive} of {count} pairs ({pairs.inconclusive / count:.2%}), "
            f"{result.low_quality} pictures",
            "",
        ],
    ]


def _discard_cells(result: VerificationResult) -> list[list[str]]:
    count = len(result.protocol.pairs)
    return [
        [
            f"{row.min_quality:g}",
            f"{row.inconclusive} ({row.inconclusive / count:.2%})",
            "" if row.fnmr is None else f"{row.fnmr:.2%}",
        ]
        for row in count_discards(result)
    ]


def _tar_rows(pairs: ProtocolResult) -> list[list[str]]:
    return [
        [
            f"true accept rate at FMR {rate_key(fmr)}",
            f"{rate.value:.2%}",
            html.percent_range(rate.interval),
        ]
        for fmr, rate in pairs.tar_at_fmr.items()
    ]


_ROW_HEADS = ("FMR", "FMR, interval", "threshold", "threshold, interval", "FNMR", "FNMR, interval")


def _row_cells(row: OperatingRow) -> list[str]:
    low, high = row.fmr_interval.low, row.fmr_interval.high
    span = row.threshold_interval
    return [
        rate_key(row.fmr),
        f"{low:.2g} to {high:.2g}",
        f"{row.threshold:.4f}",
        f"{span.low:.4f} to {span.high:.4f}",
        f"{row.fnmr.value:.2%}",
        html.percent_range(row.fnmr.interval),
    ]


def _table_rows(result: VerificationResult) -> list[list[str]]:
    table = result.all_pairs.table
    columns = zip(table.similarities, table.fmrs, table.fnmrs, strict=True)
    return [[f"{s:.4f}", f"{fmr:.3g}", f"{fnmr:.3%}"] for s, fmr, fnmr in columns]


_BODY = """{summary}
<h2>What these figures cannot carry</h2>{limits}
<h2>Figures</h2>{figures}
<h2>Thresholds, from every pair among the pictures</h2>{rows}
<p>Intervals: {method}.</p>
<h2>What a caller is told at FMR {service_fmr}, on the protocol's pairs</h2>{outcomes}
<h2>What other quality limits would do</h2>
<p>INCONCLUSIVE on the protocol's pairs, and the FNMR of those that remain at FMR
{service_fmr}.</p>{discards}
<h2>How it was run</h2>{facts}
<h2>Similarity and error rates</h2><details><summary>The whole table</summary>{table}</details>
"""
