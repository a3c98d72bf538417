"""Genuine files and fakes that belong together, and how they are told apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deepfake.outcome import ForgeryOutcome
from evaluation.areas import AucResult, Floats, auc_of, equal_error, error_curve
from evaluation.deepfake.answers import ForgeryAnswer
from evaluation.manifest import LabelledFile
from evaluation.shares import Flags, Indices, Share, clusters_of, share_of

_Column = tuple[Floats, Indices]


@dataclass(frozen=True, slots=True)
class ClassResult:
    """What the genuine files of a group, or its fakes, were answered.

    fake, inconclusive, genuine: shares of what was answered. silent: got no response, of all.
    unmeasured: files that were answered and have no fake score.
    """

    count: int
    fake: Share
    inconclusive: Share
    genuine: Share
    silent: Share
    unmeasured: int


@dataclass(frozen=True, slots=True, eq=False)
class GroupResult:
    """Genuine files and fakes that are told apart from each other.

    auc: from the fake score of whole files. frame_auc: from what the frame model gave single
    frames. signals: areas of each signal's own score. All None, or left out, without both classes.
    """

    name: str
    sources: tuple[str, ...]
    genuine: ClassResult
    fakes: ClassResult
    auc: AucResult | None
    frame_auc: AucResult | None
    signals: Mapping[str, AucResult]
    trained_on: bool
    context: float | None
    genuine_scores: Floats
    fake_scores: Floats

    @property
    def eer(self) -> float | None:
        """Rate at which both errors are nearest to each other; None without both classes."""
        if self.auc is None:
            return None
        return equal_error(error_curve(self.fake_scores, self.genuine_scores))


@dataclass(frozen=True)
class AnsweredTable:
    """Rows with their answers, cut to any selection; clusters are what is drawn together.

    trained_on: sources of which the model has seen other files.
    """

    rows: Sequence[LabelledFile]
    answers: Sequence[ForgeryAnswer]
    trained_on: frozenset[str]
    replicates: int
    seed: int

    def of_source(self, name: str) -> Flags:
        """Choose everything of a source."""
        return np.array([row.source == name for row in self.rows], np.bool_)

    def of_kind(self, is_clip: bool) -> Flags:
        """Choose clips, or pictures."""
        return np.array([answer.is_clip is is_clip for answer in self.answers], np.bool_)

    def of_method(self, method: str) -> Flags:
        """Choose the fakes of a method and the genuine files of their sources, of their kind."""
        pairs = list(zip(self.rows, self.answers, strict=True))
        is_made = [row.attack == method and not row.is_good for row, _ in pairs]
        beside = {
            (row.source, answer.is_clip)
            for (row, answer), made in zip(pairs, is_made, strict=True)
            if made
        }
        genuine = [row.is_good and (row.source, answer.is_clip) in beside for row, answer in pairs]
        return np.array(is_made, np.bool_) | np.array(genuine, np.bool_)

    def group(self, name: str, chosen: Flags) -> GroupResult:
        """Return what the chosen rows say."""
        rows = [row for row, is_in in zip(self.rows, chosen, strict=True) if is_in]
        stated = [row.context for row in rows if row.context is not None]
        sources = tuple(sorted({row.source for row in rows}))
        genuine, fakes = self._scores(chosen, lambda answer: answer.fake_score)
        return GroupResult(
            name,
            sources,
            genuine=self._class(chosen & self._is_good),
            fakes=self._class(chosen & ~self._is_good),
            auc=self._area(genuine, fakes),
            frame_auc=self._area(*self._columns(chosen, lambda answer: answer.logits)),
            signals=self._signals(chosen),
            trained_on=bool(self.trained_on & set(sources)),
            context=float(np.median(stated)) if stated else None,
            genuine_scores=genuine[0],
            fake_scores=fakes[0],
        )

    @cached_property
    def _clusters(self) -> Indices:
        clips = [
            row.clip or (row.name if answer.is_clip else "")
            for row, answer in zip(self.rows, self.answers, strict=True)
        ]
        return clusters_of(clips, [f"{row.source}\0{row.attack}" for row in self.rows])

    @cached_property
    def _is_good(self) -> Flags:
        return np.array([row.is_good for row in self.rows], np.bool_)

    def _class(self, chosen: Flags) -> ClassResult:
        answered = chosen & self._where(lambda answer: answer.outcome is not None)

        def share(outcome: ForgeryOutcome) -> Share:
            return self._share(answered, lambda answer: answer.outcome is outcome)

        return ClassResult(
            int(chosen.sum()),
            fake=share(ForgeryOutcome.FAKE),
            inconclusive=share(ForgeryOutcome.INCONCLUSIVE),
            genuine=share(ForgeryOutcome.GENUINE),
            silent=self._share(chosen, lambda answer: answer.outcome is None),
            unmeasured=int((answered & self._where(lambda a: a.fake_score is None)).sum()),
        )

    def _where(self, is_it: Callable[[ForgeryAnswer], bool]) -> Flags:
        return np.array([is_it(answer) for answer in self.answers], np.bool_)

    def _share(self, chosen: Flags, is_counted: Callable[[ForgeryAnswer], bool]) -> Share:
        counted = self._where(is_counted)[chosen]
        return share_of(counted, self._clusters[chosen], self.replicates, self.seed)

    def _signals(self, chosen: Flags) -> dict[str, AucResult]:
        names = {
            name for place in np.flatnonzero(chosen) for name in self.answers[int(place)].scores
        }
        areas = {name: self._area(*self._scores(chosen, _score_of(name))) for name in sorted(names)}
        return {name: area for name, area in areas.items() if area is not None}

    def _scores(
        self, chosen: Flags, score: Callable[[ForgeryAnswer], float | None]
    ) -> tuple[_Column, _Column]:
        def values(answer: ForgeryAnswer) -> tuple[float, ...]:
            found = score(answer)
            return () if found is None else (found,)

        return self._columns(chosen, values)

    def _columns(
        self, chosen: Flags, values: Callable[[ForgeryAnswer], Iterable[float]]
    ) -> tuple[_Column, _Column]:
        """Return values and clusters of the genuine files, and of the fakes."""

        def column(side: Flags) -> _Column:
            pairs = [
                (value, self._clusters[place])
                for place in np.flatnonzero(chosen & side)
                for value in values(self.answers[int(place)])
            ]
            found = np.array([value for value, _ in pairs], np.float64)
            return found, np.array([cluster for _, cluster in pairs], np.intp)

        return column(self._is_good), column(~self._is_good)

    def _area(self, genuine: _Column, fakes: _Column) -> AucResult | None:
        if not len(genuine[0]) or not len(fakes[0]):
            return None
        return auc_of(fakes[0], genuine[0], fakes[1], genuine[1], self.replicates, self.seed)


def _score_of(name: str) -> Callable[[ForgeryAnswer], float | None]:
    return lambda answer: answer.scores.get(name)
