"""The leave-one-source-out table as a part of the page."""

from collections.abc import Mapping

from evaluation import html
from evaluation.pad.loso import LosoTable

# Heads with the keys behind them; of the first, the interval stands beside it.
_AUCS = {
    "AUC": "auc",
    "linear probe": "probe_auc",
    "fr_liveness": "fr_liveness_auc",
    "both, calibrated": "combined_auc",
}
_RATES = {
    "APCER": "apcer",
    "BPCER": "bpcer",
    "INCONCLUSIVE of live": "inconclusive_live",
    "INCONCLUSIVE of attacks": "inconclusive_spoof",
}
_COUNTS = ("live", "spoof")
_Row = Mapping[str, float]


def loso_section(loso: LosoTable | None) -> str:
    """Return the table with its sentence, as HTML."""
    if loso is None:
        return "<p>The catalogue has no leave-one-source-out table for this model.</p>"
    heads = ("source", *_COUNTS, "AUC", "95 %", *list(_AUCS)[1:], *_RATES)
    rows = [_cells(name, row) for name, row in loso.rows.items()]
    rows += [_summary(kind, loso.summary) for kind in ("mean", "worst")]
    return (
        "<p>Each row comes from a model, a calibration and an operating point that never saw its "
        "source, written down when the model was trained.</p>"
        + html.table(heads, rows, is_dense=True)
    )


def _cells(name: str, row: _Row) -> list[str]:
    aucs = [_number(row.get(key)) for key in _AUCS.values()]
    span = _span(row.get("auc_low"), row.get("auc_high"))
    rates = [_percent(row.get(key)) for key in _RATES.values()]
    counts = [str(int(row[key])) if key in row else "" for key in _COUNTS]
    return [name, *counts, aucs[0], span, *aucs[1:], *rates]


def _summary(kind: str, summary: _Row) -> list[str]:
    prefix = f"{kind}_"
    row = {key.removeprefix(prefix): value for key, value in summary.items() if prefix in key}
    return _cells(kind, row)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.4f} to {high:.4f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"
