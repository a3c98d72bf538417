"""Named thresholds that an attack-detection report is held against. None certifies anything.

The first two follow what a well-known laboratory's levels 1 and 2 are publicly described to ask
for (attack species by effort, 150 attacks of each species, bona fide errors of at most 15 %). A
laboratory presents its own instruments to a running product; a file of recordings cannot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from evaluation.pad.result import PadResult
from evaluation.shares import Share

NO_CERTIFICATION = (
    "The gates are thresholds with names. They are no certification and no substitute for one: "
    "an accredited laboratory presents its own attack instruments to the running product."
)


class GateState(Enum):
    """How a gate was met."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_MEASURED = "NOT_MEASURED"


@dataclass(frozen=True, slots=True)
class Gate:
    """Limits on shares, None where a gate asks for nothing.

    max_apcer, max_bpcer, max_inconclusive_live: on the worst source and species.
    min_unseen_detected: share of attacks called SPOOF over sources that were not trained on.
    min_attacks: presentations of each species. min_live: live presentations. min_unseen: attacks
        of sources that were not trained on.
    """

    name: str
    about: str
    max_apcer: float | None = None
    max_bpcer: float | None = None
    max_inconclusive_live: float | None = None
    min_unseen_detected: float | None = None
    min_attacks: int = 0
    min_live: int = 0
    min_unseen: int = 0


GATES = (
    Gate(
        "level-1-like",
        "no attack of any species taken for live",
        max_apcer=0.0,
        max_bpcer=0.15,
        min_attacks=150,
        min_live=50,
    ),
    Gate(
        "level-2-like",
        "at most one attack in a hundred of any species taken for live",
        max_apcer=0.01,
        max_bpcer=0.15,
        min_attacks=150,
        min_live=250,
    ),
    Gate(
        "seldom-unsure",
        "live people are seldom left open",
        max_inconclusive_live=0.15,
        min_live=50,
    ),
    Gate(
        "unseen-caught",
        "attacks of unseen sources are called SPOOF",
        min_unseen_detected=0.80,
        min_unseen=50,
    ),
)


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate with its state and what decided it."""

    gate: Gate
    state: GateState
    why: str


def judge_gates(result: PadResult) -> tuple[GateResult, ...]:
    """Hold a result against every gate."""
    return tuple(_judge(gate, result) for gate in GATES)


def _judge(gate: Gate, result: PadResult) -> GateResult:
    measured = list(_measure(gate, result))
    said = "; ".join(f"{what} {value:.2%}" for what, value, _ in measured if value is not None)
    too_few = _too_few(gate, result)
    is_broken = any(value is not None and not is_kept for _, value, is_kept in measured)
    # One attack too many is one too many however few there were; a share of two says nothing.
    if is_broken and (gate.max_apcer is not None or not too_few):
        return GateResult(gate, GateState.FAILED, said)
    missing = [f"{what} was not measured" for what, value, _ in measured if value is None]
    missing += too_few
    if missing:
        return GateResult(
            gate, GateState.NOT_MEASURED, "; ".join([*missing, *filter(None, [said])])
        )
    return GateResult(gate, GateState.PASSED, said)


def _measure(gate: Gate, result: PadResult) -> Iterator[tuple[str, float | None, bool]]:
    """Yield what was looked at, its value, and whether it is within the limit."""
    if gate.max_apcer is not None:
        worst = result.worst.apcer.value if result.worst else None
        yield "worst APCER", worst, worst is not None and worst <= gate.max_apcer
    if gate.max_bpcer is not None:
        bpcer = _highest([source.live.bpcer for source in result.sources])
        yield "worst BPCER", bpcer, bpcer is not None and bpcer <= gate.max_bpcer
    if gate.max_inconclusive_live is not None:
        unsure = _highest([source.live.inconclusive for source in result.sources])
        is_kept = unsure is not None and unsure <= gate.max_inconclusive_live
        yield "worst INCONCLUSIVE of live", unsure, is_kept
    if gate.min_unseen_detected is not None:
        caught = _unseen_detected(result)
        is_kept = caught is not None and caught >= gate.min_unseen_detected
        yield "called SPOOF on unseen sources", caught, is_kept


def _highest(shares: list[Share]) -> float | None:
    return max((share.value for share in shares if share.value is not None), default=None)


def _unseen_detected(result: PadResult) -> float | None:
    unseen = [source.attacks.detected for source in result.sources if not source.trained_on]
    total = sum(share.total for share in unseen)
    return sum(share.count for share in unseen) / total if total else None


def _too_few(gate: Gate, result: PadResult) -> list[str]:
    few = [
        f"{one.species}: {one.attacks} attacks of {gate.min_attacks}"
        for one in result.species
        if one.attacks < gate.min_attacks
    ]
    unseen = sum(one.attacks.attacks for one in result.sources if not one.trained_on)
    if unseen < gate.min_unseen:
        few.append(f"{unseen} unseen attacks of {gate.min_unseen}")
    if result.live.live < gate.min_live:
        few.append(f"{result.live.live} live presentations of {gate.min_live}")
    return few
