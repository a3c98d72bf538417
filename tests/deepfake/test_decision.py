"""No way leads to GENUINE but good evidence with nothing against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.findings import Weight
from decision.signal import Signal
from deepfake.decision import decide, moment_of_part
from deepfake.frames import FrameFindings
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment
from deepfake.windows import Window
from tests.support.scripted_forgery import FORGERY_POLICY as POLICY

LOOPED = Moment("LOOKS_FORGED_IN_PART", Weight.BREAKS, "frame_forgery", 3.2, 5.1)
COMPANY = Moment("SECOND_FACE", Weight.HOLDS, "continuity", 1.0, 2.0)
NOTED = Moment("SOUND_UNREADABLE", Weight.NOTE, "sound_in_step", 0.0)
LOGITS = st.none() | st.floats(-20, 20)
MOMENTS = st.lists(st.sampled_from([LOOPED, COMPANY, NOTED]), max_size=4)
SOUND = st.none() | st.floats(-5, 5)
HELD = st.lists(st.sampled_from(["NO_FACE", "TOO_FEW_VIEWS"]), max_size=2)


def findings(logit: float | None, is_enough: bool = True) -> FrameFindings:
    return FrameFindings(logit, is_enough and logit is not None, usable_count=8)


def heard(llr: float | None) -> tuple[Signal, ...]:
    return (Signal("sound_in_step", 0.5, llr),)


def codes(result: ForgeryResult) -> list[str]:
    return [entry.code for entry in result.decision.reasons]


@given(LOGITS, st.booleans(), MOMENTS, SOUND, HELD)
def test_genuine_needs_the_frame_model_and_nothing_against_it(
    logit: float | None,
    is_enough: bool,
    moments: list[Moment],
    llr: float | None,
    held: list[str],
) -> None:
    frames = findings(logit, is_enough)
    result = decide(POLICY, frames, moments, heard(llr), held)
    weights = {moment.weight for moment in moments}
    is_held = bool(held) or Weight.HOLDS in weights
    if Weight.BREAKS in weights:
        assert result.outcome is ForgeryOutcome.FAKE
    if not frames.is_enough or is_held:
        assert result.outcome is not ForgeryOutcome.GENUINE
    if result.outcome is ForgeryOutcome.FAKE and Weight.BREAKS not in weights:
        assert result.fake_score is not None
        assert result.fake_score > 0.5


_RANK = [ForgeryOutcome.GENUINE, ForgeryOutcome.INCONCLUSIVE, ForgeryOutcome.FAKE]


@given(st.floats(-20, 20), st.floats(0, 20), MOMENTS, SOUND, HELD)
def test_more_evidence_of_forgery_never_leads_nearer_to_genuine(
    logit: float, more: float, moments: list[Moment], llr: float | None, held: list[str]
) -> None:
    less = decide(POLICY, findings(logit), moments, heard(llr), held)
    greater = decide(POLICY, findings(logit + more), moments, heard(llr), held)
    assert _RANK.index(less.outcome) <= _RANK.index(greater.outcome)
    assert less.fake_score is not None
    assert greater.fake_score is not None
    assert less.fake_score <= greater.fake_score


@given(LOGITS, MOMENTS, HELD)
def test_every_reason_is_given_once_and_what_decided_comes_first(
    logit: float | None, moments: list[Moment], held: list[str]
) -> None:
    result = decide(POLICY, findings(logit), moments, held=held)
    given_codes = codes(result)
    assert len(given_codes) == len(set(given_codes))
    assert {moment.code for moment in moments} <= set(given_codes)
    if LOOPED in moments:
        assert given_codes[0] == LOOPED.code
    elif result.outcome is ForgeryOutcome.INCONCLUSIVE:
        assert given_codes[0] in (*held, COMPANY.code, "EVIDENCE_WEAK")
    elif result.outcome is ForgeryOutcome.FAKE:
        assert given_codes[0] == "LOOKS_FORGED"


def test_evidence_that_was_not_measured_decides_nothing() -> None:
    result = decide(POLICY, findings(None))
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert result.fake_score is None
    assert codes(result) == ["EVIDENCE_WEAK", "SIGNAL_NOT_MEASURED"]
    assert result.decision.reasons[-1].text == "The look of the face could not be judged."


def test_sound_alone_never_makes_a_clip_genuine() -> None:
    result = decide(POLICY, findings(None), signals=heard(-5.0))
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert decide(POLICY, findings(None), signals=heard(5.0)).outcome is ForgeryOutcome.FAKE


def test_too_few_views_give_a_score_and_no_evidence() -> None:
    result = decide(POLICY, findings(9.0, is_enough=False), held=["TOO_FEW_VIEWS"])
    signal = result.decision.signals[0]
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert signal.score == pytest.approx(1.0, abs=1e-3)
    assert signal.llr is None
    assert result.fake_score is not None
    assert result.fake_score > 0.9


def test_a_signal_without_an_llr_changes_nothing_and_is_told() -> None:
    drift = Signal("identity_drift", 0.9)
    result = decide(POLICY, findings(-5.0), signals=[drift])
    assert result.outcome is ForgeryOutcome.GENUINE
    assert drift in result.decision.signals
    assert result.fake_score == decide(POLICY, findings(-5.0)).fake_score


def test_what_first_held_and_then_broke_a_rule_is_named_before_anything_else() -> None:
    """A standstill that went on was named behind the look of the face."""
    held = Moment("FRAMES_REPEATED", Weight.HOLDS, "repetition", 1.0, 2.0)
    broken = Moment("FRAMES_REPEATED", Weight.BREAKS, "repetition", 1.0, 4.0)
    result = decide(POLICY, findings(-5.0), [held, broken])
    assert result.outcome is ForgeryOutcome.FAKE
    assert codes(result) == ["FRAMES_REPEATED", "LOOKS_GENUINE"]
    assert result.decision.reasons[0].text.endswith("from 1.0 s to 4.0 s.")


def test_the_reason_says_when() -> None:
    texts = [entry.text for entry in decide(POLICY, findings(0.0), [LOOPED]).decision.reasons]
    assert texts[0].endswith("part of the clip looks forged, from 3.2 s to 5.1 s.")


@pytest.mark.parametrize(
    ("count", "excess", "weight"),
    [(1, 1.0, Weight.BREAKS), (5, 1.0, Weight.HOLDS), (5, 2.0, Weight.BREAKS), (5, -0.1, None)],
)
def test_one_part_of_many_has_to_show_more(
    count: int, excess: float, weight: Weight | None
) -> None:
    worst = Window(POLICY.point.accept_llr + excess, 3.0, 5.0)
    frames = FrameFindings(-3.0, True, 20, worst=worst, window_count=count)
    moment = moment_of_part(POLICY, frames)
    assert (moment.weight if moment else None) is weight


def test_a_clip_that_looks_forged_as_a_whole_has_no_part_that_does() -> None:
    worst = Window(POLICY.point.accept_llr + 9.0, 3.0, 5.0)
    frames = FrameFindings(POLICY.point.accept_llr, True, 20, worst=worst, window_count=1)
    assert moment_of_part(POLICY, frames) is None
