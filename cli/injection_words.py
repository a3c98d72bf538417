"""A report of the attack kit for a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

_ANSWERS = ("refused", "held", "passed")


def kit_as_text(report: Mapping[str, Any]) -> str:
    """Return what came of each method, attacks first."""
    lines = [f"{report['clips']} genuine clips, seed {report['seed']}"]
    lines += _part("attacks", report["attacks"]) + _part("controls, genuine", report["controls"])
    kept_back = report.get("kept_back")
    if kept_back is not None:
        lines.append(f"of these, {kept_back['clips']} clips that no limit was chosen on:")
        lines += _part("attacks", kept_back["attacks"])
        lines += _part("controls, genuine", kept_back["controls"])
    return "\n".join(lines)


def _part(head: str, methods: Mapping[str, Any]) -> list[str]:
    width = max([len(head), *(len(name) for name in methods)])
    heads = "  ".join(f"{answer:>8}" for answer in _ANSWERS)
    return [f"{head:<{width}}  {heads}  by", *_rows(methods, width)]


def _rows(methods: Mapping[str, Any], width: int) -> Iterable[str]:
    for name, one in methods.items():
        cells = "  ".join(
            f"{one[answer]['count']:>4}/{one[answer]['total']:<3}" for answer in _ANSWERS
        )
        yield f"{name:<{width}}  {cells}  {', '.join(one['codes']) or '-'}"
