"""A report on forgeries as one self-contained page."""

import json
from pathlib import Path

from evaluation import html
from evaluation.areas import AucResult
from evaluation.deepfake import plots
from evaluation.deepfake.groups import GroupResult
from evaluation.deepfake.limits import limits_of
from evaluation.deepfake.report import INTERVAL_METHOD, to_json
from evaluation.deepfake.result import ForgeryReport
from evaluation.shares import Share

JSON_NAME = "deepfake.json"
HTML_NAME = "deepfake.html"


def write_report(report: ForgeryReport, folder: Path) -> tuple[Path, Path]:
    """Write the JSON and the page into `folder` and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / JSON_NAME, folder / HTML_NAME
    plain = json.dumps(to_json(report), indent=2, allow_nan=False)
    json_path.write_text(plain + "\n", "utf-8")
    html_path.write_text(to_html(report), "utf-8")
    return json_path, html_path


def to_html(report: ForgeryReport) -> str:
    """Return the page: no scripts, no outside resources, no photographs."""
    drawn = (
        ("ROC by source, from the fake score", plots.roc_curve(report)),
        ("Detection error trade-off; dots: as answered", plots.det_curve(report)),
        ("Fake scores, every source the same weight", plots.score_histogram(report)),
        ("Answers by source", plots.answer_bars(report)),
    )
    groups = (*report.sources, *report.kinds)
    parts = (
        headline(report),
        "<h2>What these figures cannot carry</h2>",
        html.bullets(limits_of(report)),
        "<h2>Telling them apart, by source, and by kind of file</h2>",
        html.table(_AREA_HEADS, map(_area_cells, groups), is_dense=True),
        "<h2>Telling them apart, by method of forging</h2>",
        "<p>Fakes of one method against the genuine files of the sources that they are from.</p>",
        html.table(_AREA_HEADS, map(_area_cells, report.methods), is_dense=True),
        "<h2>Genuine files, as answered</h2>",
        html.table(_GENUINE_HEADS, map(_genuine_cells, groups), is_dense=True),
        "<h2>Fakes, as answered</h2>",
        html.table(_FAKE_HEADS, map(_fake_cells, (*groups, *report.methods)), is_dense=True),
        "<h2>Figures</h2>",
        html.figures(drawn),
        "<h2>What each signal tells apart by itself</h2>",
        html.table(("files", "signal", "AUC", "95 %"), _signal_cells(report), is_dense=True),
        "<h2>First reasons</h2>",
        html.table(("files", "reason", "count"), _reason_cells(report)),
        "<h2>No response</h2>",
        html.table(("why", "files"), _silence_cells(report)),
        "<h2>How it was run</h2>",
        html.table(("what", "value"), ([key, str(value)] for key, value in report.facts.items())),
        f"<p>Intervals: 95 %, {html.text(INTERVAL_METHOD)}; {report.replicates} replicates, "
        f"seed {report.seed}.</p>",
    )
    return html.page(f"Forgery detection: {report.facts.get('model', 'model')}", "\n".join(parts))


def headline(report: ForgeryReport) -> str:
    """Return the areas of pictures and clips with the errors beside them, as HTML."""
    lines = [
        f"{html.text(one.name.capitalize())}: AUC <strong>{_number(one.auc)}</strong> "
        f"({html.text(_around(one.auc))}); of {one.genuine.count} genuine "
        f"{_percent(one.genuine.fake)} called FAKE and {_percent(one.genuine.inconclusive)} "
        f"INCONCLUSIVE; of {one.fakes.count} fakes {_percent(one.fakes.genuine)} called GENUINE."
        for one in report.kinds
    ]
    return f'<p class="headline">{"<br>".join(lines)}</p>'


_AREA_HEADS = (
    *("files", "genuine", "fake", "AUC", "95 %", "AUC of frames", "95 %", "EER"),
    *("width over face", "other files seen in training"),
)


def _area_cells(one: GroupResult) -> list[str]:
    return [
        one.name,
        str(one.genuine.count),
        str(one.fakes.count),
        _number(one.auc),
        _around(one.auc),
        _number(one.frame_auc),
        _around(one.frame_auc),
        "" if one.eer is None else f"{one.eer:.2%}",
        "not stated" if one.context is None else f"{one.context:g}",
        "yes" if one.trained_on else "no",
    ]


_GENUINE_HEADS = (
    *("files", "genuine", "false alarms: FAKE", "95 %", "INCONCLUSIVE", "95 %", "GENUINE"),
    *("no response", "not measured"),
)


def _genuine_cells(one: GroupResult) -> list[str]:
    side = one.genuine
    return [
        one.name,
        str(side.count),
        _percent(side.fake),
        html.percent_range(side.fake.interval),
        _percent(side.inconclusive),
        html.percent_range(side.inconclusive.interval),
        _percent(side.genuine),
        _percent(side.silent),
        str(side.unmeasured),
    ]


_FAKE_HEADS = (
    *("files", "fake", "caught: FAKE", "95 %", "INCONCLUSIVE", "missed: GENUINE", "95 %"),
    *("no response", "not measured"),
)


def _fake_cells(one: GroupResult) -> list[str]:
    side = one.fakes
    return [
        one.name,
        str(side.count),
        _percent(side.fake),
        html.percent_range(side.fake.interval),
        _percent(side.inconclusive),
        _percent(side.genuine),
        html.percent_range(side.genuine.interval),
        _percent(side.silent),
        str(side.unmeasured),
    ]


def _signal_cells(report: ForgeryReport) -> list[list[str]]:
    rows = [
        [one.name, name, _number(area), _around(area)]
        for one in report.kinds
        for name, area in one.signals.items()
    ]
    return rows or [["", "none of both classes", "", ""]]


def _reason_cells(report: ForgeryReport) -> list[list[str]]:
    return [
        [label, code, str(count)]
        for label, counts in report.reasons.items()
        for code, count in counts.items()
    ]


def _silence_cells(report: ForgeryReport) -> list[list[str]]:
    return [[code, str(count)] for code, count in report.silence.items()] or [["", "0"]]


def _number(area: AucResult | None) -> str:
    return f"{area.value:.4f}" if area else "one class only"


def _around(area: AucResult | None) -> str:
    return f"{area.interval.low:.4f} to {area.interval.high:.4f}" if area else ""


def _percent(share: Share) -> str:
    return "not measured" if share.value is None else f"{share.value:.2%}"
