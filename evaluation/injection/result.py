"""What came of the kit: how much of each attack gets through, and what is held against nobody."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from decision.findings import Weight
from deepfake.outcome import Moment
from evaluation.shares import Share, share_of


class Answer(Enum):
    """What came of one stream."""

    REFUSED = "refused"
    HELD = "held"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Trial:
    """One stream: a clip, what was made of it, and what came of that. codes: that decided it."""

    clip: str
    method: str
    answer: Answer
    codes: tuple[str, ...] = ()

    @property
    def is_kept_back(self) -> bool:
        """Whether the clip is of the half that no limit was chosen on, by its name's hash."""
        return hashlib.sha256(self.clip.encode()).digest()[0] % 2 == 1


def answer_of(moments: Sequence[Moment]) -> tuple[Answer, tuple[str, ...]]:
    """Return what moments make of a stream, and their codes."""
    for weight, answer in ((Weight.BREAKS, Answer.REFUSED), (Weight.HOLDS, Answer.HELD)):
        codes = tuple(dict.fromkeys(one.code for one in moments if one.weight is weight))
        if codes:
            return answer, codes
    return Answer.PASSED, ()


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One method over all clips; intervals are over clips. codes: how often each decided."""

    name: str
    injection: str
    shares: dict[Answer, Share]
    codes: dict[str, int]

    def to_plain(self) -> dict[str, object]:
        """Return what a report writes."""
        return {
            "injection": self.injection,
            **{answer.value: _plain(share) for answer, share in self.shares.items()},
            "codes": self.codes,
        }


@dataclass(frozen=True, slots=True)
class KitReport:
    """All that the kit found. kept_back: the same, of the clips that no limit was chosen on."""

    attacks: tuple[MethodResult, ...]
    controls: tuple[MethodResult, ...]
    trials: tuple[Trial, ...]
    seed: int
    kept_back: "KitReport | None" = None

    @property
    def clip_count(self) -> int:
        """Clips that streams were made of."""
        return len({trial.clip for trial in self.trials})

    def to_plain(self) -> dict[str, object]:
        """Return what a report writes; no clip's name."""
        plain: dict[str, object] = {
            "clips": self.clip_count,
            "seed": self.seed,
            "attacks": {result.name: result.to_plain() for result in self.attacks},
            "controls": {result.name: result.to_plain() for result in self.controls},
        }
        if self.kept_back is not None:
            plain["kept_back"] = self.kept_back.to_plain()
        return plain


def summarise(name: str, injection: str, trials: Iterable[Trial]) -> MethodResult:
    """Return one method's shares. trials: of that method."""
    own = tuple(trials)
    clusters = np.arange(len(own), dtype=np.intp)
    shares = {
        answer: share_of(np.array([one.answer is answer for one in own], bool), clusters)
        for answer in Answer
    }
    return MethodResult(name, injection, shares, dict(Counter(c for one in own for c in one.codes)))


def _plain(share: Share) -> dict[str, object]:
    limits = share.interval
    return {
        "count": share.count,
        "total": share.total,
        "interval": None if limits is None else [limits.low, limits.high],
    }
