"""An attack-detection report for a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any


def pad_as_text(report: Mapping[str, Any]) -> str:
    """Return the report's main figures as lines, the worst APCER first."""
    lines = [
        _headline(report),
        f"data                {report['data']}, {report['presentations']} presentations",
        f"model               {report['model']} (terms: {report['model_terms']})",
        *_sources(report["sources"]),
    ]
    if report["mean_auc"] is not None:
        low, high = report["mean_auc_interval"]
        lines.append(
            f"mean AUC            {report['mean_auc']:.4f}  (95 %: {low:.4f} to {high:.4f})"
        )
    silent = ", ".join(f"{code} {count}" for code, count in report["no_response"].items())
    lines.append(f"no response         {silent or 'none'}")
    lines += [f"gate {gate['name']:<14} {gate['state']}: {gate['why']}" for gate in report["gates"]]
    return "\n".join([*lines, "what this cannot carry:", *(f"  - {x}" for x in report["limits"])])


def _headline(report: Mapping[str, Any]) -> str:
    worst = report["worst"]
    if worst is None:
        return "worst APCER         not measured: no attack was answered"
    span = worst["apcer_interval"]
    around = f"(95 %: {span[0]:.2%} to {span[1]:.2%})" if span else "(one recording)"
    return (
        f"worst APCER         {worst['apcer']:.2%}  {around}, {worst['species']} of "
        f"{worst['source']}, {worst['attacks']} attacks"
    )


def _sources(sources: Mapping[str, Any]) -> Iterable[str]:
    width = max(len(name) for name in sources)
    heads = ("AUC", "BPCER", "unsure", "APCER", "unsure")
    yield f"{'source':<{width}}  {'  '.join(f'{head:>7}' for head in heads)}  in training"
    for name, source in sources.items():
        apcers = [value for value in source["apcer"].values() if value is not None]
        yield (
            f"{name:<{width}}  {_number(source['auc'])}  {_percent(source['bpcer'])}  "
            f"{_percent(source['inconclusive_live'])}  {_percent(max(apcers, default=None))}  "
            f"{_percent(source['inconclusive_spoof'])}  "
            f"{'yes' if source['trained_on'] else 'no'}"
        )


def _number(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:7.4f}"


def _percent(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:7.2%}"
