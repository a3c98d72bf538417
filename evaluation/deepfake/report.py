"""A report on forgeries for machines."""

from collections.abc import Mapping

from evaluation.areas import AucResult
from evaluation.bootstrap import CONFIDENCE, Interval
from evaluation.deepfake.groups import ClassResult, GroupResult
from evaluation.deepfake.limits import limits_of
from evaluation.deepfake.result import ForgeryReport
from evaluation.shares import Share

INTERVAL_METHOD = (
    "percentiles of a bootstrap over clips and runs of neighbouring pictures; exact binomial "
    "(Clopper and Pearson) where no file or every one was counted"
)


def to_json(report: ForgeryReport) -> dict[str, object]:
    """Return the report for machines; what was not measured is null."""
    return {
        "sources": {one.name: group_to_json(one) for one in report.sources},
        "methods": {one.name: group_to_json(one) for one in report.methods},
        "kinds": {one.name: group_to_json(one) for one in report.kinds},
        "left_out": dict(report.left_out),
        "no_response": dict(report.silence),
        "reasons": {label: dict(counts) for label, counts in report.reasons.items()},
        "intervals": {
            "confidence": CONFIDENCE,
            "method": INTERVAL_METHOD,
            "replicates": report.replicates,
            "seed": report.seed,
        },
        "limits": list(limits_of(report)),
        **report.facts,
    }


def group_to_json(group: GroupResult) -> dict[str, object]:
    """Return the figures of one source, method or kind."""
    return {
        **_area("auc", group.auc),
        **_area("frame_auc", group.frame_auc),
        "eer": group.eer,
        "genuine": group.genuine.count,
        "fake": group.fakes.count,
        **_share("false_alarms", group.genuine.fake),
        **_share("inconclusive_genuine", group.genuine.inconclusive),
        **_share("accepted", group.genuine.genuine),
        **_share("caught", group.fakes.fake),
        **_share("inconclusive_fake", group.fakes.inconclusive),
        **_share("missed", group.fakes.genuine),
        **_silence("genuine", group.genuine),
        **_silence("fake", group.fakes),
        "signals": {
            name: {"auc": area.value, "auc_interval": _span(area.interval)}
            for name, area in group.signals.items()
        },
        "trained_on": group.trained_on,
        "sources": list(group.sources),
        "context": group.context,
    }


def _area(name: str, area: AucResult | None) -> Mapping[str, object]:
    span = _span(area.interval) if area else None
    return {name: area.value if area else None, f"{name}_interval": span}


def _share(name: str, share: Share) -> Mapping[str, object]:
    return {name: share.value, f"{name}_interval": _span(share.interval)}


def _silence(label: str, one: ClassResult) -> Mapping[str, object]:
    return {f"no_response_{label}": one.silent.value, f"unmeasured_{label}": one.unmeasured}


def _span(span: Interval | None) -> list[float] | None:
    return [span.low, span.high] if span else None
