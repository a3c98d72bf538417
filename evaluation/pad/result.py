"""The attack-detection report: what was answered, counted by source and by species."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from evaluation.areas import AucResult, Floats, auc_of, mean_auc
from evaluation.bootstrap import Interval
from evaluation.pad.manifest import Presentation
from evaluation.shares import REPLICATES, SEED, Flags, Indices, Share, clusters_of, share_of
from liveness.outcome import LivenessOutcome


@dataclass(frozen=True, slots=True)
class PadAnswer:
    """What one presentation got.

    outcome: None for no response. live_score: None if nothing could be measured.
    reason: the code of the first reason, or of the error where there was no response.
    """

    outcome: LivenessOutcome | None
    live_score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class SpeciesResult:
    """Attacks of one species, of one source or of all.

    apcer: called LIVE. detected: called SPOOF. inconclusive: neither. All of what was answered.
    apnrr: got no response, of all.
    """

    species: str
    source: str
    attacks: int
    apcer: Share
    detected: Share
    inconclusive: Share
    apnrr: Share


@dataclass(frozen=True, slots=True)
class LiveResult:
    """Live presentations of one source or of all; as in SpeciesResult. bpcer: called SPOOF."""

    live: int
    bpcer: Share
    accepted: Share
    inconclusive: Share
    bpnrr: Share


@dataclass(frozen=True, slots=True, eq=False)
class SourceResult:
    """One source. auc: None if it has one class. context: median of those stated."""

    name: str
    live: LiveResult
    species: tuple[SpeciesResult, ...]
    attacks: SpeciesResult
    auc: AucResult | None
    trained_on: bool
    context: float | None
    live_scores: Floats
    attack_scores: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PadResult:
    """All that a report is made of. Pooled shares are drawn by source where there are several."""

    sources: tuple[SourceResult, ...]
    species: tuple[SpeciesResult, ...]
    live: LiveResult
    attacks: SpeciesResult
    mean_auc: tuple[float, Interval] | None
    no_response: Mapping[str, int]
    replicates: int
    seed: int
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def worst(self) -> SpeciesResult | None:
        """The source and species with the highest APCER, the larger one of equals."""
        measured = [one for source in self.sources for one in source.species if one.apcer.total]
        return max(measured, key=lambda one: (one.apcer.value or 0.0, one.attacks), default=None)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The columns that shares are counted on, cut to any selection of rows.

    clusters: what is drawn together. pools: what is drawn instead where there are several.
    """

    outcomes: npt.NDArray[np.object_]
    clusters: Indices
    pools: Indices
    replicates: int
    seed: int

    def share(self, chosen: Flags, outcome: LivenessOutcome) -> Share:
        answered = chosen & self.is_answered
        is_it = np.array([one is outcome for one in self.outcomes[answered]], np.bool_)
        return share_of(is_it, self._drawn(answered), self.replicates, self.seed)

    def silence(self, chosen: Flags) -> Share:
        silent = ~self.is_answered[chosen]
        return share_of(silent, self._drawn(chosen), self.replicates, self.seed)

    def _drawn(self, chosen: Flags) -> Indices:
        pools = self.pools[chosen]
        return pools if len(np.unique(pools)) > 1 else self.clusters[chosen]

    @property
    def is_answered(self) -> Flags:
        return np.array([one is not None for one in self.outcomes], np.bool_)

    def live(self, chosen: Flags) -> LiveResult:
        return LiveResult(
            int(chosen.sum()),
            bpcer=self.share(chosen, LivenessOutcome.SPOOF),
            accepted=self.share(chosen, LivenessOutcome.LIVE),
            inconclusive=self.share(chosen, LivenessOutcome.INCONCLUSIVE),
            bpnrr=self.silence(chosen),
        )

    def attacks(self, chosen: Flags, species: str, source: str) -> SpeciesResult:
        return SpeciesResult(
            species,
            source,
            int(chosen.sum()),
            apcer=self.share(chosen, LivenessOutcome.LIVE),
            detected=self.share(chosen, LivenessOutcome.SPOOF),
            inconclusive=self.share(chosen, LivenessOutcome.INCONCLUSIVE),
            apnrr=self.silence(chosen),
        )


def evaluate_pad(
    presentations: Sequence[Presentation],
    answers: Sequence[PadAnswer],
    *,
    trained_on: Iterable[str] = (),
    replicates: int = REPLICATES,
    seed: int = SEED,
    facts: Mapping[str, object] | None = None,
) -> PadResult:
    """Count every share by source and by species, with intervals.

    answers: one for each presentation. trained_on: sources that the model has seen.
    """
    if len(presentations) != len(answers):
        raise ValueError(f"{len(presentations)} presentations and {len(answers)} answers")
    seen = set(trained_on)
    outcomes = np.array([answer.outcome for answer in answers], np.object_)
    source_of = np.array([one.source for one in presentations])
    species_of = np.array([one.species for one in presentations])
    is_live = np.array([one.is_live for one in presentations])
    names = sorted(set(source_of.tolist()))
    groups = [f"{one.source}\0{one.species}" for one in presentations]
    clips = clusters_of([one.clip for one in presentations], groups)
    # Frames of one source resemble each other more than those of two.
    rows = _Rows(outcomes, clips, np.searchsorted(names, source_of), replicates, seed)
    sources = tuple(
        _source(name, presentations, answers, rows, name in seen, source_of == name)
        for name in names
    )
    return PadResult(
        sources,
        tuple(
            rows.attacks((species_of == species) & ~is_live, species, "")
            for species in sorted(set(species_of[~is_live].tolist()))
        ),
        rows.live(is_live),
        rows.attacks(~is_live, "", ""),
        mean_auc([source.auc for source in sources if source.auc], seed),
        _count_silence(answers),
        replicates,
        seed,
        dict(facts or {}),
    )


def _source(
    name: str,
    presentations: Sequence[Presentation],
    answers: Sequence[PadAnswer],
    rows: _Rows,
    trained_on: bool,
    chosen: Flags,
) -> SourceResult:
    is_live = np.array([one.is_live for one in presentations])
    species_of = np.array([one.species for one in presentations])
    scores = np.array(
        [np.nan if one.live_score is None else one.live_score for one in answers], np.float64
    )
    scored = chosen & ~np.isnan(scores)
    live, attacks = scored & is_live, scored & ~is_live
    contexts = [presentations[int(row)].context for row in np.flatnonzero(chosen)]
    stated = [context for context in contexts if context is not None]
    auc = None
    if live.any() and attacks.any():
        clusters = rows.clusters[live], rows.clusters[attacks]
        auc = auc_of(scores[live], scores[attacks], *clusters, rows.replicates, rows.seed)
    return SourceResult(
        name,
        rows.live(chosen & is_live),
        tuple(
            rows.attacks(chosen & (species_of == species) & ~is_live, species, name)
            for species in sorted(set(species_of[chosen & ~is_live].tolist()))
        ),
        rows.attacks(chosen & ~is_live, "", name),
        auc,
        trained_on,
        float(np.median(stated)) if stated else None,
        scores[live],
        scores[attacks],
    )


def _count_silence(answers: Sequence[PadAnswer]) -> dict[str, int]:
    reasons = [answer.reason for answer in answers if answer.outcome is None]
    return {reason: reasons.count(reason) for reason in sorted(set(reasons))}
