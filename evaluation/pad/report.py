"""An attack-detection report for machines, and the words that both forms of it share."""

from collections.abc import Mapping

from evaluation.areas import equal_error, error_curve
from evaluation.bootstrap import CONFIDENCE, Interval
from evaluation.pad.gates import NO_CERTIFICATION, GateResult, judge_gates
from evaluation.pad.limits import limits_of
from evaluation.pad.loso import LosoTable
from evaluation.pad.result import LiveResult, PadResult, SourceResult, SpeciesResult
from evaluation.shares import INTERVAL_METHOD, Share


def to_json(result: PadResult, loso: LosoTable | None = None) -> dict[str, object]:
    """Return the report for machines; what was not measured is null."""
    worst = result.worst
    mean = result.mean_auc
    return {
        "worst_apcer": worst.apcer.value if worst else None,
        "worst": _worst(worst),
        "sources": {source.name: source_to_json(source) for source in result.sources},
        "species": {one.species: _species(one) for one in result.species},
        "overall": _live(result.live) | {"spoof": result.attacks.attacks},
        "mean_auc": mean[0] if mean else None,
        "mean_auc_interval": _span(mean[1] if mean else None),
        "no_response": dict(result.no_response),
        "gates": [_gate(gate) for gate in judge_gates(result)],
        "certification": NO_CERTIFICATION,
        "leave_one_source_out": _loso(loso),
        "intervals": {
            "confidence": CONFIDENCE,
            "method": INTERVAL_METHOD,
            "replicates": result.replicates,
            "seed": result.seed,
        },
        "limits": list(limits_of(result, loso)),
        **result.facts,
    }


def source_to_json(source: SourceResult) -> dict[str, object]:
    """Return one source's figures."""
    by_species = {one.species: one for one in source.species}
    return {
        "auc": source.auc.value if source.auc else None,
        "auc_interval": _span(source.auc.interval if source.auc else None),
        "eer": equal_error(error_curve(source.live_scores, source.attack_scores))
        if source.auc
        else None,
        **_live(source.live),
        "apcer": {name: one.apcer.value for name, one in by_species.items()},
        "apcer_interval": {name: _span(one.apcer.interval) for name, one in by_species.items()},
        "acer": acer(source),
        "detected": {name: one.detected.value for name, one in by_species.items()},
        "apnrr": {name: one.apnrr.value for name, one in by_species.items()},
        **_share("inconclusive_spoof", source.attacks.inconclusive),
        "spoof": source.attacks.attacks,
        "attacks": {name: one.attacks for name, one in by_species.items()},
        "trained_on": source.trained_on,
        "context": source.context,
    }


def acer(source: SourceResult) -> float | None:
    """Return the mean of BPCER and of the worst species' APCER, None without either.

    The standard advises against it as a headline: it hides which of the two is bad.
    """
    apcers = [one.apcer.value for one in source.species if one.apcer.value is not None]
    bpcer = source.live.bpcer.value
    return (max(apcers) + bpcer) / 2 if apcers and bpcer is not None else None


def _live(live: LiveResult) -> dict[str, object]:
    return {
        "live": live.live,
        **_share("bpcer", live.bpcer),
        "accepted": live.accepted.value,
        **_share("inconclusive_live", live.inconclusive),
        "bpnrr": live.bpnrr.value,
    }


def _species(one: SpeciesResult) -> dict[str, object]:
    return {
        "attacks": one.attacks,
        **_share("apcer", one.apcer),
        **_share("detected", one.detected),
        **_share("inconclusive", one.inconclusive),
        "apnrr": one.apnrr.value,
    }


def _worst(worst: SpeciesResult | None) -> dict[str, object] | None:
    if worst is None:
        return None
    named = {"source": worst.source, "species": worst.species, "attacks": worst.attacks}
    return named | _share("apcer", worst.apcer)


def _gate(result: GateResult) -> dict[str, object]:
    return {
        "name": result.gate.name,
        "about": result.gate.about,
        "state": result.state.value,
        "why": result.why,
    }


def _loso(loso: LosoTable | None) -> Mapping[str, object] | None:
    if loso is None:
        return None
    return {
        "sources": {name: dict(row) for name, row in loso.rows.items()},
        "summary": dict(loso.summary),
        "trained_on": list(loso.trained_on),
    }


def _share(name: str, share: Share) -> dict[str, object]:
    return {name: share.value, f"{name}_interval": _span(share.interval)}


def _span(span: Interval | None) -> list[float] | None:
    return [span.low, span.high] if span else None
