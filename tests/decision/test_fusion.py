import math
from enum import Enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidArgumentError
from decision.fusion import (
    NO_EVIDENCE,
    UNMEASURED,
    OperatingPoint,
    Verdict,
    fuse_signals,
    sum_evidence,
)
from decision.outcome import Decision, Reason
from decision.signal import Signal


class Guest(Enum):
    WELCOME = "WELCOME"
    UNWELCOME = "UNWELCOME"
    ASK = "ASK"


WORDS = {
    Verdict.ACCEPT: Guest.WELCOME,
    Verdict.REJECT: Guest.UNWELCOME,
    Verdict.UNSURE: Guest.ASK,
}
POINT = OperatingPoint(accept_llr=2.0, reject_llr=-2.0)
LLRS = st.floats(-20, 20)


def signal(name: str, llr: float | None, group: str = "", score: float | None = 0.5) -> Signal:
    return Signal(name, score, llr, group)


def fuse(*signals: Signal, point: OperatingPoint = POINT) -> Decision[Guest]:
    return fuse_signals(signals, point, WORDS, lambda one: Reason(one.name.upper(), one.name))


def test_independent_evidence_adds_up() -> None:
    assert fuse(signal("a", 1.2), signal("b", 1.2)).outcome is Guest.WELCOME
    assert fuse(signal("a", -1.2), signal("b", -1.2)).outcome is Guest.UNWELCOME


def test_contradicting_evidence_leaves_it_open() -> None:
    assert fuse(signal("a", 5.0), signal("b", -5.0)).outcome is Guest.ASK


def test_ten_views_of_one_cue_weigh_no_more_than_one() -> None:
    """Frames of one clip are alike; adding them up would make any clip certain."""
    views = [signal(f"frame-{i}", 1.5, group="clip") for i in range(10)]
    assert sum_evidence(views) == pytest.approx(1.5)
    assert fuse(*views).outcome is Guest.ASK


def test_signals_without_a_group_stand_alone() -> None:
    assert sum_evidence([signal("a", 1.0), signal("b", 1.0)]) == pytest.approx(2.0)


def test_reasons_come_by_weight() -> None:
    decision = fuse(signal("small", 0.5), signal("large", -4.0), signal("middle", 2.0))
    assert [reason.code for reason in decision.reasons] == ["LARGE", "MIDDLE", "SMALL"]


def test_nothing_measured_is_unsure_with_a_reason() -> None:
    decision = fuse()
    assert decision.outcome is Guest.ASK
    assert decision.reasons[0].code == NO_EVIDENCE


@pytest.mark.parametrize("score", [None, 0.99], ids=["not measured", "not calibrated"])
def test_a_signal_without_ratio_is_unsure_even_where_no_evidence_would_do(
    score: float | None,
) -> None:
    """An operating point that accepts at 0 must not accept on silence."""
    lenient = OperatingPoint(accept_llr=-1.0, reject_llr=-3.0)
    decision = fuse(signal("a", None, score=score), point=lenient)
    assert decision.outcome is Guest.ASK
    assert decision.reasons[0].code == UNMEASURED


@given(st.lists(st.tuples(LLRS, st.sampled_from(["", "x", "y"])), max_size=8))
def test_an_absent_signal_never_changes_the_sum(parts: list[tuple[float, str]]) -> None:
    signals = [signal(f"s{i}", llr, group) for i, (llr, group) in enumerate(parts)]
    absent = [signal("absent", None, group, None) for group in ("", "x", "y")]
    assert sum_evidence(signals + absent) == sum_evidence(signals)


@given(st.lists(LLRS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_signals_does_not_matter(llrs: list[float], random: object) -> None:
    signals = [signal(f"s{i}", llr) for i, llr in enumerate(llrs)]
    shuffled = sorted(signals, key=lambda one: hash((one.name, id(random))))
    assert sum_evidence(signals) == sum_evidence(shuffled)
    assert fuse(*signals).outcome is fuse(*shuffled).outcome


@given(LLRS, LLRS)
def test_a_group_stays_within_its_signals(first: float, second: float) -> None:
    both = sum_evidence([signal("a", first, "g"), signal("b", second, "g")])
    assert min(first, second) - 1e-9 <= both <= max(first, second) + 1e-9


def test_costs_give_the_bayes_threshold() -> None:
    point = OperatingPoint.from_costs(
        prior=0.5, false_accept_cost=10, false_reject_cost=1, unsure_cost=100
    )
    assert point.accept_llr == point.reject_llr == pytest.approx(math.log(10))


def test_a_rare_claim_needs_more_evidence() -> None:
    common = OperatingPoint.from_costs(0.5, 10, 1, 0.2)
    rare = OperatingPoint.from_costs(0.01, 10, 1, 0.2)
    assert rare.accept_llr == pytest.approx(common.accept_llr + math.log(99))


@given(st.floats(0.01, 0.99), st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0.01, 200), LLRS)
def test_the_verdict_is_the_cheapest_one(
    prior: float, false_accept: float, false_reject: float, unsure: float, llr: float
) -> None:
    point = OperatingPoint.from_costs(prior, false_accept, false_reject, unsure)
    posterior = 1 / (1 + math.exp(-(llr + math.log(prior / (1 - prior)))))
    costs = {
        Verdict.ACCEPT: (1 - posterior) * false_accept,
        Verdict.REJECT: posterior * false_reject,
        Verdict.UNSURE: unsure,
    }
    assert costs[point.verdict(llr)] <= min(costs.values()) * (1 + 1e-6)


def test_target_error_rates_are_kept_on_calibrated_evidence() -> None:
    """Unit normals one either side of 0 have the llr 2 x: the best calibration there is."""
    random = np.random.default_rng(3)
    point = OperatingPoint.from_error_rates(false_accept_rate=0.01, false_reject_rate=0.05)
    others = 2 * random.normal(-1, 1, 100_000)
    claims = 2 * random.normal(1, 1, 100_000)
    assert (others >= point.accept_llr).mean() <= 0.01
    assert (claims <= point.reject_llr).mean() <= 0.05


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0, math.nan])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(InvalidArgumentError):
        OperatingPoint.from_error_rates(rate, 0.1)
    with pytest.raises(InvalidArgumentError):
        OperatingPoint.from_costs(rate, 1, 1, 1)


def test_limits_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match="reject_llr <= accept_llr"):
        OperatingPoint(accept_llr=-1.0, reject_llr=1.0)
