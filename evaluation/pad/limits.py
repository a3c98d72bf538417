"""What the figures of an attack-detection report cannot carry."""

from evaluation.pad.gates import NO_CERTIFICATION
from evaluation.pad.loso import LosoTable
from evaluation.pad.result import PadResult
from evaluation.shares import NEIGHBOURS

# With fewer, one error more or less moves a share by over a percentage point.
FEW_PRESENTATIONS = 100


def limits_of(result: PadResult, loso: LosoTable | None) -> tuple[str, ...]:
    """Return the sentences that belong beside every figure of the report."""
    return (
        *_about_training(result, loso),
        *_about_data(result),
        "APCER counts attacks called LIVE and BPCER live people called SPOOF. INCONCLUSIVE is in "
        "neither: an answer that always is would have no errors. Its shares stand beside both, "
        "and a service that is often unsure has failed.",
        "Intervals draw recordings where the manifest has a column named clip, else runs of up "
        f"to {NEIGHBOURS} neighbouring rows: of longer recordings the intervals are too narrow. "
        "Pooled figures draw whole sources.",
        NO_CERTIFICATION,
    )


def _about_training(result: PadResult, loso: LosoTable | None) -> list[str]:
    seen = [source.name for source in result.sources if source.trained_on]
    lines = []
    if seen:
        lines.append(
            f"The model was trained on {len(seen)} of the {len(result.sources)} sources here "
            f"({', '.join(seen)}): their figures show how well it learned them and say nothing "
            "about new cameras."
        )
        if loso:
            lines.append(
                "The leave-one-source-out table is what to expect elsewhere: each of its rows "
                "comes from a model that never saw that source."
            )
    return lines


def _about_data(result: PadResult) -> list[str]:
    lines = []
    lone = [source.name for source in result.sources if source.auc is None]
    if lone:
        lines.append(
            f"Of {', '.join(lone)} there are scores of one class only: nothing can be said about "
            "how the classes are told apart there."
        )
    small = [
        f"{one.species} of {one.source} ({one.attacks})"
        for source in result.sources
        for one in source.species
        if one.attacks < FEW_PRESENTATIONS
    ]
    if small:
        lines.append(f"Few presentations, so rates that say little: {', '.join(small)}.")
    species = ", ".join(one.species for one in result.species) or "none"
    lines.append(
        f"Species of attack here: {species}. Nothing is said about any other; masks, make-up and "
        "injected video were not presented unless they are named."
    )
    return lines
