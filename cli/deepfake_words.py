"""A report on forgeries for a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

_HEADS = ("AUC", "frames", "EER", "alarms", "unsure", "caught", "missed", "unsure")
_KEYS = (
    *("false_alarms", "inconclusive_genuine", "caught", "missed"),
    "inconclusive_fake",
)


def report_as_text(report: Mapping[str, Any]) -> str:
    """Return the report's main figures as lines, pictures and clips first."""
    point = report["operating_point"]
    silent = ", ".join(f"{code} {count}" for code, count in report["no_response"].items())
    lines = [
        *(_headline(name, one) for name, one in report["kinds"].items()),
        f"data                {report['data']}, {report['files']} files",
        f"model               {report['model']} (terms: {report['model_terms']})",
        f"decided at          false alarms {point['max_false_alarm_rate']:.2%}, INCONCLUSIVE "
        f"{point['max_inconclusive_rate']:.2%} of what is genuine",
        *_table("source", report["sources"]),
        *_table("method", report["methods"]),
        f"no response         {silent or 'none'}",
        "what this cannot carry:",
        *(f"  - {limit}" for limit in report["limits"]),
    ]
    return "\n".join(lines)


def _headline(name: str, one: Mapping[str, Any]) -> str:
    span = one["auc_interval"]
    around = f" (95 %: {span[0]:.4f} to {span[1]:.4f})" if span else ""
    return (
        f"{name:<18}  AUC {_number(one['auc']).strip()}{around}, {one['genuine']} genuine, "
        f"{one['fake']} fake"
    )


def _table(head: str, groups: Mapping[str, Any]) -> Iterable[str]:
    width = max([len(head), *(len(name) for name in groups)])
    yield f"{head:<{width}}  {'  '.join(f'{word:>7}' for word in _HEADS)}  genuine/fake"
    for name, one in groups.items():
        cells = [_number(one["auc"]), _number(one["frame_auc"]), _percent(one["eer"])]
        cells += [_percent(one[key]) for key in _KEYS]
        seen = "  (other files seen in training)" if one["trained_on"] else ""
        yield f"{name:<{width}}  {'  '.join(cells)}  {one['genuine']}/{one['fake']}{seen}"


def _number(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:7.4f}"


def _percent(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:7.2%}"
