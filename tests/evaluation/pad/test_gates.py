import pytest

from evaluation.pad.gates import GATES, GateResult, GateState, judge_gates
from evaluation.pad.result import PadResult
from liveness.outcome import LivenessOutcome
from tests.support.pad_rows import LIVE, SPOOF, UNSURE, Rows


def by_name(result: PadResult) -> dict[str, GateResult]:
    return {judged.gate.name: judged for judged in judge_gates(result)}


def test_enough_attacks_without_an_error_pass(rows: Rows) -> None:
    rows.add(250, "s", "", LIVE, 0.9)
    rows.add(150, "s", "screen", SPOOF, 0.1)
    gates = by_name(rows.result())
    assert gates["level-1-like"].state is GateState.PASSED
    assert gates["level-2-like"].state is GateState.PASSED


def test_too_few_attacks_pass_nothing(rows: Rows) -> None:
    rows.add(250, "s", "", LIVE, 0.9)
    rows.add(149, "s", "screen", SPOOF, 0.1)
    judged = by_name(rows.result())["level-1-like"]
    assert judged.state is GateState.NOT_MEASURED
    assert "screen: 149 attacks of 150" in judged.why


def test_one_attack_taken_for_live_fails_the_first_gate_and_not_the_second(rows: Rows) -> None:
    rows.add(250, "s", "", LIVE, 0.9)
    rows.add(149, "s", "screen", SPOOF, 0.1)
    rows.add(1, "s", "screen", LIVE, 0.9)
    gates = by_name(rows.result())
    assert gates["level-1-like"].state is GateState.FAILED
    assert gates["level-2-like"].state is GateState.PASSED


def test_a_good_source_does_not_hide_a_bad_one(rows: Rows) -> None:
    rows.add(1000, "good", "screen", SPOOF, 0.1)
    rows.add(149, "bad", "screen", SPOOF, 0.1)
    rows.add(3, "bad", "screen", LIVE, 0.9)
    assert by_name(rows.result())["level-2-like"].state is GateState.FAILED


def test_always_being_unsure_is_not_good_enough(rows: Rows) -> None:
    rows.add(250, "s", "", UNSURE, 0.5)
    rows.add(150, "s", "screen", UNSURE, 0.5)
    gates = by_name(rows.result())
    assert gates["seldom-unsure"].state is GateState.FAILED
    assert gates["unseen-caught"].state is GateState.FAILED


def test_sources_of_the_training_show_nothing_about_unseen_ones(rows: Rows) -> None:
    rows.add(150, "s", "screen", SPOOF, 0.1)
    seen = by_name(rows.result(trained_on=("s",)))["unseen-caught"]
    assert seen.state is GateState.NOT_MEASURED
    assert by_name(rows.result())["unseen-caught"].state is GateState.PASSED


def test_nothing_measured_passes_no_gate(rows: Rows) -> None:
    rows.add(5, "s", "print", None, 0)
    states = {judged.state for judged in judge_gates(rows.result())}
    assert states == {GateState.NOT_MEASURED}
    assert len(GATES) == len({gate.name for gate in GATES})


@pytest.mark.parametrize("attack", [SPOOF, UNSURE])
def test_two_clips_neither_pass_nor_fail_a_gate(rows: Rows, attack: LivenessOutcome) -> None:
    rows.add(1, "s", "", LIVE, 0.9)
    rows.add(1, "s", "screen", attack, 0.1)
    states = {judged.state for judged in judge_gates(rows.result())}
    assert states == {GateState.NOT_MEASURED}


def test_one_attack_taken_for_live_fails_however_few_there_were(rows: Rows) -> None:
    rows.add(1, "s", "screen", LIVE, 0.9)
    assert by_name(rows.result())["level-2-like"].state is GateState.FAILED
