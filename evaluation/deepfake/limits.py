"""What the figures of a report on forgeries cannot carry."""

from evaluation.deepfake.result import ForgeryReport
from evaluation.shares import NEIGHBOURS

# With fewer, one error more or less moves a share by over a percentage point.
FEW_FILES = 100


def limits_of(report: ForgeryReport) -> tuple[str, ...]:
    """Return the sentences that belong beside every figure of the report."""
    return (
        *_about_training(report),
        *_about_data(report),
        "INCONCLUSIVE is in no error rate: an answer that always is would have no errors. Its "
        "shares stand beside both, and a service that is often unsure has failed.",
        "Intervals draw clips one by one and pictures in runs of up to "
        f"{NEIGHBOURS} neighbouring rows; how much another source would differ is not in them.",
        "Rules, such as a repetition or a cut, are in the decision and not in the fake score: "
        "the area under the curve says nothing of them.",
    )


def _about_training(report: ForgeryReport) -> list[str]:
    lines = []
    if report.left_out:
        counts = ", ".join(f"{count} of {name}" for name, count in report.left_out.items())
        lines.append(f"Genuine files that the model learned from are left out: {counts}.")
    seen = [source.name for source in report.sources if source.trained_on]
    if seen:
        lines.append(
            f"Of {', '.join(seen)} the model has seen other genuine files, and no fake: it knows "
            "these cameras, so expect more false alarms elsewhere."
        )
    if report.facts.get("learned") is None:
        lines.append("What the model learned from is not written down: files here may be among it.")
    return lines


def _about_data(report: ForgeryReport) -> list[str]:
    lines = []
    lone = [source.name for source in report.sources if source.auc is None]
    if lone:
        lines.append(
            f"Of {', '.join(lone)} there are scores of one class only: nothing can be said about "
            "how the classes are told apart there."
        )
    small = [
        f"{one.name} ({one.fakes.count})" for one in report.methods if one.fakes.count < FEW_FILES
    ]
    if small:
        lines.append(f"Few fakes of a method, so rates that say little: {', '.join(small)}.")
    methods = ", ".join(one.name for one in report.methods) or "none"
    lines.append(
        f"Methods of forging here: {methods}. Nothing is said about any other, such as faces "
        "made by diffusion or cloned voices."
    )
    return lines
