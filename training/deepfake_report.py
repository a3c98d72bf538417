"""Calibration, operating point and the table of sources, each judged by what the others taught.

No forged file of any source taught the network, so that a source is left out of calibration and
operating point alone. Clips are judged like pictures, by the mean of their frames' logits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from decision.calibration import Calibration, LabelledScores, fit_calibration
from decision.fusion import OperatingPoint, Verdict
from evaluation.areas import AucResult, auc_of
from evaluation.bootstrap import Interval
from evaluation.shares import share_of
from training.deepfake_judged import Judged

Column = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
BLENDS, UNFILMED = "blends", "blends without a camera"
FITTED = (BLENDS, "lfw", "webcam", "ciplab", "stylegan2_ffhq")
"""What the shipped calibration and operating point come from. The clips are too few for that,
and so are judged by a rule that has seen none."""
ROOMY = (BLENDS, "lfw", "ciplab", "stylegan2_ffhq")
"""Sources with room around the face. Of these a share may be left open; pictures that are tight
crops, as most of the webcams' are, may all be: the model sees their edges repeated."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of genuine input, every source counting the same, that the point is chosen for."""

    max_false_alarms: float
    max_inconclusive: float


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pictures and clips with their logits, (N,) each."""

    logits: Column
    is_fake: Flags
    sources: npt.NDArray[np.str_]

    @property
    def names(self) -> tuple[str, ...]:
        """The sources in order."""
        return tuple(sorted({str(name) for name in self.sources}))

    def only(self, rows: Flags) -> "Scored":
        """Return some of the rows."""
        return Scored(self.logits[rows], self.is_fake[rows], self.sources[rows])

    def of(self, names: Sequence[str]) -> "Scored":
        """Return the rows of some sources."""
        return self.only(np.isin(self.sources, list(names)))


@dataclass(frozen=True, slots=True)
class Rule:
    """What a logit is worth, and where decisions lie."""

    calibration: Calibration
    point: OperatingPoint

    def says(self, verdict: Verdict, logits: Column) -> Flags:
        """Return where the verdict is this one."""
        llrs = [self.calibration.llr(float(logit)) for logit in logits]
        return np.array([self.point.verdict(llr) is verdict for llr in llrs], np.bool_)


def scored_of(judged: Judged, means: Column, blends: Mapping[str, Column]) -> Scored:
    """Return judged pictures and clips, and sets of blends, the first half of each real.

    means: logits of the judged ones, NaN where no face was found; those are left out.
    """
    is_fake = [item.is_fake for item in judged.items]
    sources = [item.source for item in judged.items]
    for name, column in blends.items():
        is_fake += [place >= len(column) // 2 for place in range(len(column))]
        sources += [name] * len(column)
    logits = np.concatenate([means, *blends.values()])
    return Scored(logits, np.array(is_fake), np.array(sources)).only(np.isfinite(logits))


def rule_of(scored: Scored, limits: Limits, data: str) -> Rule:
    """Fit calibration and operating point on scores of labelled sources.

    Raises InvalidArgumentError unless both classes come from two sources or more.
    """
    names = [str(name) for name in scored.sources]
    calibration = fit_calibration(LabelledScores(scored.logits, scored.is_fake, names), data)
    rule = Rule(calibration, OperatingPoint(0.0, 0.0))
    everyone, roomy = _genuine(scored, rule, scored.names), _genuine(scored, rule, ROOMY)
    fake = float(np.nextafter(quantile(*everyone, 1 - limits.max_false_alarms), np.inf))
    llrs, weights = roomy
    called = float(weights[llrs >= fake].sum())
    genuine = quantile(llrs, weights, 1 - called - limits.max_inconclusive)
    return Rule(calibration, OperatingPoint(fake, min(genuine, fake)))


def _genuine(scored: Scored, rule: Rule, names: Sequence[str]) -> tuple[Column, Column]:
    """Return llrs of what is genuine in some sources, and weights that sum to 1."""
    genuine = scored.of(names).only(~scored.of(names).is_fake)
    weights = np.zeros(len(genuine.logits))
    for name in genuine.names:
        rows = genuine.sources == name
        weights[rows] = 1 / rows.sum() / len(genuine.names)
    return np.array([rule.calibration.llr(float(each)) for each in genuine.logits]), weights


def quantile(values: Column, weights: Column, share: float) -> float:
    """Return the least value such that this share of the weight lies at or below it."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    place = min(int(np.searchsorted(reached, share - 1e-9)), len(values) - 1)
    return float(values[order][place])


def table_toml(scored: Scored, limits: Limits, model_id: str) -> str:
    """Return the table of all sources; what is not fitted on is judged by the shipped rule."""
    lines = [
        "# Each source by a rule that has not seen it; written by `python -m training.deepfake`."
    ]
    lines.append(f'model = "{model_id}"')
    for name in scored.names:
        others = [other for other in FITTED if other != name]
        lines += source_block(scored, name, rule_of(scored.of(others), limits, f"without {name}"))
    return "\n".join(lines) + "\n"


def clips_toml(judged: Judged, logits: Column) -> str:
    """Return the areas over the clips of all sources that have forged ones, and over their frames.

    logits: of every crop.
    """
    forging = {item.source for item in judged.items if item.is_clip and item.is_fake}
    is_in = np.array([item.is_clip and item.source in forging for item in judged.items])
    is_fake = np.array([item.is_fake for item in judged.items])
    means = judged.means(logits)
    is_in &= np.isfinite(means)
    genuine, fake = is_in & ~is_fake, is_in & is_fake
    lines = ["", "[clips]", f"genuine = {genuine.sum()}", f"fake = {fake.sum()}"]
    lines += area_lines("auc", area_with_interval(means[genuine], means[fake]))
    takes = judged.takes
    frames = auc_of(
        logits[fake[takes]], logits[genuine[takes]], takes[fake[takes]], takes[genuine[takes]]
    )
    return "\n".join([*lines, *area_lines("frame_auc", frames)]) + "\n"


def source_block(scored: Scored, name: str, rule: Rule) -> list[str]:
    """Return one source's row: areas, and shares of verdicts by a rule that has not seen it."""
    own = scored.of([name])
    genuine, fake = own.logits[~own.is_fake], own.logits[own.is_fake]
    lines = ["", "[[source]]", f'name = "{name}"']
    lines += [f"genuine = {len(genuine)}", f"fake = {len(fake)}"]
    if len(genuine) and len(fake):
        lines += area_lines("auc", area_with_interval(genuine, fake))
    for kind, logits in (("genuine", genuine), ("fake", fake)):
        for word, verdict in (("fake", Verdict.ACCEPT), ("inconclusive", Verdict.UNSURE)):
            if len(logits):
                lines += _share_lines(f"{kind}_called_{word}", rule.says(verdict, logits))
    return lines


def area_with_interval(genuine: Column, fake: Column) -> AucResult:
    """Return the area under the curve; every picture or clip is drawn by itself."""
    return auc_of(fake, genuine, np.arange(len(fake)), np.arange(len(genuine)))


def area_lines(name: str, area: AucResult) -> list[str]:
    """Return an area and its interval as TOML."""
    return [f"{name} = {area.value:.4f}", *_interval_lines(name, area.interval)]


def _share_lines(name: str, said: Flags) -> list[str]:
    share = share_of(said, np.arange(len(said)))
    assert share.value is not None
    return [f"{name} = {share.value:.4f}", *_interval_lines(name, share.interval)]


def _interval_lines(name: str, around: Interval | None) -> list[str]:
    if around is None:
        return []
    return [f"{name}_low = {around.low:.4f}", f"{name}_high = {around.high:.4f}"]


def rule_toml(rule: Rule, limits: Limits, digest: str) -> str:
    """Return what the product reads."""
    lines = [f'weights_sha256 = "{digest}"', "", "[calibration]"]
    for name, value in rule.calibration.to_plain().items():
        lines.append(f"{name} = " + (f'"{value}"' if isinstance(value, str) else f"{value:.6g}"))
    lines += [
        "",
        "[operating_point]",
        f"fake_llr = {rule.point.accept_llr:.6g}",
        f"genuine_llr = {rule.point.reject_llr:.6g}",
        f"max_false_alarm_rate = {limits.max_false_alarms:g}",
        f"max_inconclusive_rate = {limits.max_inconclusive:g}",
    ]
    return "\n".join(lines) + "\n"
