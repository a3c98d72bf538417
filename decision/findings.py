"""What rules found about a clip, kept once for each kind."""

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """What a finding does to a decision; none ever speaks for accepting."""

    NOTE = "NOTE"
    HOLDS = "HOLDS"  # It is not accepted.
    BREAKS = "BREAKS"  # It is refused, by rule.


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed. code: UPPER_SNAKE. frame_index: where, if at one frame."""

    code: str
    weight: Weight
    frame_index: int | None = None


_RANK = {Weight.NOTE: 0, Weight.HOLDS: 1, Weight.BREAKS: 2}


class Findings:
    """The weightiest finding of each code; as many as there are codes, however long the clip."""

    def __init__(self) -> None:
        self._by_code: dict[str, Finding] = {}

    def add(self, finding: Finding) -> bool:
        """Keep a finding; return whether it is new or weighs more than the one before."""
        known = self._by_code.get(finding.code)
        if known is not None and _RANK[known.weight] >= _RANK[finding.weight]:
            return False
        self._by_code[finding.code] = finding
        return True

    def of(self, weight: Weight) -> tuple[Finding, ...]:
        """Return the findings of one weight, in the order in which they came."""
        return tuple(found for found in self._by_code.values() if found.weight is weight)
