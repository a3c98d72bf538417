"""What was noticed in a clip, kept within bounds however much there is."""

from dataclasses import replace

from decision.findings import Weight
from deepfake.outcome import Moment

# Of one kind; what comes after them widens the nearest one.
MAX_KEPT = 8
# What pauses for less than this has gone on.
JOIN_S = 0.5

_Kind = tuple[str, str, Weight]


class Moments:
    """Neighbours of one kind become one moment; the first few of each kind are kept."""

    def __init__(self) -> None:
        self._by_kind: dict[_Kind, list[Moment]] = {}

    def add(self, moment: Moment) -> None:
        """Keep a moment, or widen one of its kind that it goes on with.

        What is told again is kept once.
        """
        kept = self._by_kind.setdefault((moment.code, moment.signal, moment.weight), [])
        gaps_s = [_gap_s(held, moment) for held in kept]
        nearest = min(range(len(kept)), key=gaps_s.__getitem__, default=None)
        if nearest is not None and (len(kept) == MAX_KEPT or gaps_s[nearest] <= JOIN_S):
            kept[nearest] = _joined(kept[nearest], moment)
        else:
            kept.append(moment)

    def has(self, weight: Weight) -> bool:
        """Return whether there is one of this weight."""
        return any(kind[2] is weight for kind in self._by_kind)

    def in_order(self) -> tuple[Moment, ...]:
        """Return them in order of time."""
        moments = [moment for kept in self._by_kind.values() for moment in kept]
        return tuple(sorted(moments, key=lambda moment: (moment.start_s, moment.code)))


def _end_s(moment: Moment) -> float:
    return moment.start_s if moment.end_s is None else moment.end_s


def _gap_s(held: Moment, moment: Moment) -> float:
    """Return how much time lies between two moments; none where they overlap."""
    return max(moment.start_s - _end_s(held), held.start_s - _end_s(moment), 0.0)


def _joined(first: Moment, second: Moment) -> Moment:
    start_s = min(first.start_s, second.start_s)
    end_s = max(_end_s(first), _end_s(second))
    return replace(first, start_s=start_s, end_s=end_s if end_s > start_s else None)
