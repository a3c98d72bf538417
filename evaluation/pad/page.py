"""An attack-detection report as one self-contained page."""

import json
from pathlib import Path

from evaluation import html
from evaluation.pad import plots
from evaluation.pad.gates import NO_CERTIFICATION, judge_gates
from evaluation.pad.limits import limits_of
from evaluation.pad.loso import LosoTable
from evaluation.pad.loso_page import loso_section
from evaluation.pad.report import acer, to_json
from evaluation.pad.result import PadResult, SourceResult, SpeciesResult
from evaluation.shares import INTERVAL_METHOD, Share

JSON_NAME = "pad.json"
HTML_NAME = "pad.html"


def write_report(result: PadResult, folder: Path, loso: LosoTable | None) -> tuple[Path, Path]:
    """Write the JSON and the page into `folder` and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / JSON_NAME, folder / HTML_NAME
    json_path.write_text(
        json.dumps(to_json(result, loso), indent=2, allow_nan=False) + "\n", "utf-8"
    )
    html_path.write_text(to_html(result, loso), "utf-8")
    return json_path, html_path


def to_html(result: PadResult, loso: LosoTable | None = None) -> str:
    """Return the page: no scripts, no outside resources, no photographs."""
    drawn = (
        ("ROC by source, from the live score", plots.roc_curve(result)),
        ("Detection error trade-off; dots: as answered", plots.det_curve(result)),
        ("Live scores, every source the same weight", plots.score_histogram(result)),
        ("Answers by source", plots.answer_bars(result)),
    )
    parts = (
        headline(result),
        "<h2>What these figures cannot carry</h2>",
        html.bullets(limits_of(result, loso)),
        "<h2>Attacks, by source and species</h2>",
        html.table(_ATTACK_HEADS, map(_attack_cells, _species(result)), is_dense=True),
        "<h2>Live people, by source</h2>",
        html.table(_LIVE_HEADS, map(_live_cells, result.sources), is_dense=True),
        "<h2>Telling them apart, by source</h2>",
        html.table(_AUC_HEADS, map(_auc_cells, result.sources), is_dense=True),
        _mean_line(result),
        "<h2>Sources that the model had not seen</h2>",
        loso_section(loso),
        "<h2>Figures</h2>",
        html.figures(drawn),
        "<h2>Gates</h2>",
        html.table(("gate", "asks", "state", "measured"), _gate_cells(result)),
        f"<p>{html.text(NO_CERTIFICATION)}</p>",
        "<h2>No response</h2>",
        html.table(("why", "presentations"), _silence_cells(result)),
        "<h2>How it was run</h2>",
        html.table(("what", "value"), ([key, str(value)] for key, value in result.facts.items())),
        f"<p>Intervals: 95 %, {html.text(INTERVAL_METHOD)}; {result.replicates} replicates, "
        f"seed {result.seed}.</p>",
    )
    return html.page(f"Attack detection: {result.facts.get('model', 'model')}", "\n".join(parts))


def headline(result: PadResult) -> str:
    """Return the worst APCER with what stands beside it, as HTML."""
    worst = result.worst
    if worst is None:
        return '<p class="headline">No attack was answered, so there is no APCER.</p>'
    return (
        f'<p class="headline">Worst APCER: <strong>{_percent(worst.apcer)}</strong> '
        f"({html.text(html.percent_range(worst.apcer.interval))}), {html.text(worst.species)} "
        f"of {html.text(worst.source)}. Beside it, over all sources: BPCER "
        f"{_percent(result.live.bpcer)}, INCONCLUSIVE {_percent(result.live.inconclusive)} of "
        f"live people and {_percent(result.attacks.inconclusive)} of attacks.</p>"
    )


def _species(result: PadResult) -> list[SpeciesResult]:
    return [one for source in result.sources for one in source.species] + [*result.species]


_ATTACK_HEADS = (
    *("source", "species", "attacks", "APCER: LIVE", "95 %", "SPOOF"),
    *("INCONCLUSIVE", "APNRR"),
)


def _attack_cells(one: SpeciesResult) -> list[str]:
    return [
        one.source or "all",
        one.species,
        str(one.attacks),
        _percent(one.apcer),
        html.percent_range(one.apcer.interval),
        _percent(one.detected),
        _percent(one.inconclusive),
        _percent(one.apnrr),
    ]


_LIVE_HEADS = (
    *("source", "live", "BPCER: SPOOF", "95 %", "LIVE", "INCONCLUSIVE"),
    *("95 %", "BPNRR", "ACER"),
)


def _live_cells(source: SourceResult) -> list[str]:
    live = source.live
    mean = acer(source)
    return [
        source.name,
        str(live.live),
        _percent(live.bpcer),
        html.percent_range(live.bpcer.interval),
        _percent(live.accepted),
        _percent(live.inconclusive),
        html.percent_range(live.inconclusive.interval),
        _percent(live.bpnrr),
        "" if mean is None else f"{mean:.2%}",
    ]


_AUC_HEADS = ("source", "AUC", "95 %", "width over face", "seen in training")


def _auc_cells(source: SourceResult) -> list[str]:
    auc = source.auc
    return [
        source.name,
        f"{auc.value:.4f}" if auc else "one class only",
        f"{auc.interval.low:.4f} to {auc.interval.high:.4f}" if auc else "",
        "not stated" if source.context is None else f"{source.context:g}",
        "yes" if source.trained_on else "no",
    ]


def _mean_line(result: PadResult) -> str:
    if result.mean_auc is None:
        return "<p>No source has both classes.</p>"
    mean, span = result.mean_auc
    return (
        f"<p>Mean AUC over the sources with both classes: {mean:.4f} ({span.low:.4f} to "
        f"{span.high:.4f}, sources drawn as well). ACER above, the mean of BPCER and the worst "
        "APCER of a source, is given for comparison with older reports only: it "
        "hides which is bad.</p>"
    )


def _gate_cells(result: PadResult) -> list[list[str]]:
    return [
        [judged.gate.name, judged.gate.about, judged.state.value, judged.why]
        for judged in judge_gates(result)
    ]


def _silence_cells(result: PadResult) -> list[list[str]]:
    return [[code, str(count)] for code, count in result.no_response.items()] or [["", "0"]]


def _percent(share: Share) -> str:
    return "not measured" if share.value is None else f"{share.value:.2%}"
