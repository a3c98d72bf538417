"""Several signals, one verdict: likelihood ratios add up, correlated ones count once.

Independent pieces of evidence multiply, so their log-likelihood ratios add (Bruemmer and
du Preez, 2006). Signals of one group look at the same thing; a group speaks with its mean, so
that ten views of one cue weigh no more than one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from base.errors import InvalidArgumentError
from decision.outcome import Decision, Reason
from decision.signal import Signal

UNMEASURED = "SIGNAL_NOT_MEASURED"
NO_EVIDENCE = "EVIDENCE_MISSING"

O_co = TypeVar("O_co", bound=Enum)


class Verdict(Enum):
    """What the evidence says about the claim; the caller gives it the words of its subject."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    UNSURE = "UNSURE"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Between which sums of evidence nothing is decided.

    accept_llr: at or above it the claim is accepted.
    reject_llr: at or below it the claim is rejected; never above `accept_llr`.
    """

    accept_llr: float
    reject_llr: float

    def __post_init__(self) -> None:
        if not self.reject_llr <= self.accept_llr:
            raise ValueError(
                f"expected reject_llr <= accept_llr, got {self.reject_llr} and {self.accept_llr}"
            )

    @classmethod
    def from_costs(
        cls, prior: float, false_accept_cost: float, false_reject_cost: float, unsure_cost: float
    ) -> "OperatingPoint":
        """Return the point of least expected cost (Chow, "On optimum recognition error", 1970).

        prior: share of true claims, strictly between 0 and 1. Costs are in one unit, above 0.
        Where being unsure costs more than guessing, nothing is unsure. Raises InvalidArgumentError.
        """
        _check_share(prior, "prior")
        if min(false_accept_cost, false_reject_cost, unsure_cost) <= 0:
            raise InvalidArgumentError("costs must be above 0", field="cost")
        prior_odds = math.log(prior / (1 - prior))
        guess = math.log(false_accept_cost / false_reject_cost)
        accept = reject = guess
        if unsure_cost < false_accept_cost:
            accept = math.log((false_accept_cost - unsure_cost) / unsure_cost)
        if unsure_cost < false_reject_cost:
            reject = math.log(unsure_cost / (false_reject_cost - unsure_cost))
        if reject > accept:
            accept = reject = guess
        return cls(accept - prior_odds, reject - prior_odds)

    @classmethod
    def from_error_rates(
        cls, false_accept_rate: float, false_reject_rate: float
    ) -> "OperatingPoint":
        """Return the point that keeps both rates whatever the prior.

        Of false claims, at most one in L reaches a likelihood ratio of L, since the ratio's
        mean among them is 1 (Markov's inequality); likewise for true ones below 1 / L. The rates
        hold if the ratios are calibrated, and are kept with room to spare.
        Raises InvalidArgumentError.
        """
        _check_share(false_accept_rate, "false_accept_rate")
        _check_share(false_reject_rate, "false_reject_rate")
        return cls(-math.log(false_accept_rate), math.log(false_reject_rate))

    def verdict(self, llr: float) -> Verdict:
        """Return what a sum of evidence means here."""
        if llr >= self.accept_llr:
            return Verdict.ACCEPT
        return Verdict.REJECT if llr <= self.reject_llr else Verdict.UNSURE


def sum_evidence(signals: Sequence[Signal]) -> float:
    """Return the log-likelihood ratio of all signals together; absent ones add nothing.

    A signal without a group stands alone.
    """
    return math.fsum(weigh_signals(signals).values())


def weigh_signals(signals: Sequence[Signal]) -> dict[int, float]:
    """Return what each measured signal adds to the sum, by its place in `signals`."""
    groups: dict[str, list[int]] = {}
    for place, signal in enumerate(signals):
        if signal.llr is not None:
            groups.setdefault(signal.group or f"\0{place}", []).append(place)
    return {
        place: (signals[place].llr or 0.0) / len(places)
        for places in groups.values()
        for place in places
    }


def fuse_signals(
    signals: Sequence[Signal],
    point: OperatingPoint,
    outcomes: Mapping[Verdict, O_co],
    explain: Callable[[Signal], Reason],
) -> Decision[O_co]:
    """Return one decision with its reasons, the weightiest first.

    outcomes: the caller's word for each verdict. explain: the reason that a measured signal is.
    Without any calibrated signal the verdict is UNSURE, whatever the operating point.
    """
    weights = weigh_signals(signals)
    verdict = point.verdict(math.fsum(weights.values())) if weights else Verdict.UNSURE
    order = sorted(weights, key=lambda place: (-abs(weights[place]), place))
    reasons = [explain(signals[place]) for place in order]
    reasons += [_unmeasured(signal) for signal in signals if signal.llr is None]
    if not reasons:
        reasons.append(Reason(NO_EVIDENCE, "Nothing was measured."))
    return Decision(outcomes[verdict], tuple(reasons), tuple(signals))


def _unmeasured(signal: Signal) -> Reason:
    why = "could not be measured" if signal.score is None else "is not calibrated"
    return Reason(UNMEASURED, f"{signal.name} {why} and adds nothing.")


def _check_share(value: float, field: str) -> None:
    if not 0 < value < 1:
        raise InvalidArgumentError(
            f"{field} must lie between 0 and 1, both excluded, got {value:g}", field=field
        )
