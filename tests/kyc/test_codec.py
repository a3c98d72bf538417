"""What is known of a participant comes back as it was written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision.outcome import Reason
from decision.signal import Signal
from kyc.case import (
    Answer,
    Check,
    CheckOutcome,
    ConductEvent,
    Consent,
    DocumentRecord,
    Findings,
    Position,
    Severity,
    Verdict,
    VerdictOutcome,
)
from kyc.codec import findings_from_json, findings_to_json
from kyc.states import State

TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(-1e9, 1e9)
REASONS = st.lists(st.builds(Reason, TEXTS, TEXTS), min_size=1, max_size=2).map(tuple)
SIGNALS = st.lists(st.builds(Signal, TEXTS, NUMBERS, st.none() | NUMBERS), max_size=2).map(tuple)
FINDINGS = st.builds(
    Findings,
    checks=st.lists(
        st.builds(Check, TEXTS, st.sampled_from(CheckOutcome), REASONS, TIMES, SIGNALS), max_size=2
    ).map(tuple),
    events=st.lists(
        st.builds(
            ConductEvent,
            st.integers(1, 9),
            TEXTS,
            st.sampled_from(Severity),
            TEXTS,
            TIMES,
            st.none() | TIMES,
        ),
        max_size=2,
    ).map(tuple),
    consents=st.lists(
        st.builds(Consent, TEXTS, TEXTS, st.booleans(), st.booleans(), TIMES), max_size=2
    ).map(tuple),
    answers=st.lists(
        st.builds(Answer, TEXTS, TEXTS, TEXTS, TIMES, st.none() | TIMES, st.none() | st.booleans()),
        max_size=2,
    ).map(tuple),
    position=st.none() | st.builds(Position, NUMBERS, NUMBERS, NUMBERS, st.none() | TIMES),
    document=st.none()
    | st.builds(
        DocumentRecord,
        TEXTS,
        st.dictionaries(TEXTS, TEXTS, max_size=2),
        st.dictionaries(TEXTS, NUMBERS, max_size=2),
        st.lists(st.tuples(TEXTS, st.none() | st.booleans(), TEXTS), max_size=2).map(tuple),
    ),
    verdict=st.none() | st.builds(Verdict, st.sampled_from(VerdictOutcome), REASONS, TIMES),
    attempts=st.dictionaries(st.sampled_from(State), st.integers(0, 9), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(FINDINGS)
def test_findings_come_back_as_they_were_written(findings: Findings) -> None:
    text = findings_to_json(findings)
    assert findings_from_json(text) == findings
    assert findings_to_json(findings_from_json(text)) == text


def test_findings_of_a_version_before_a_field_take_its_default() -> None:
    assert findings_from_json('{"format": 1, "value": {}}') == Findings()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2, "value": {}}',
        '{"format": 1, "value": {"checks": [1]}}',
        '{"format": 1, "value": {"unknown": 1}}',
        '{"format": 1, "value": {"attempts": {"X": 1}}}',
        '{"format": 1, "value": {"consents": [{"text": 5}]}}',
    ],
)
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        findings_from_json(text)


def test_documents_answers_and_places_hide_themselves() -> None:
    document = DocumentRecord("CN_RESIDENT_ID", {"number": "11010519491231002X"}, {}, ())
    answer = Answer("q", "asked", "a secret answer", datetime(2026, 1, 1, tzinfo=UTC), None, None)
    place = Position(31.2304, 121.4737, 18.0, None)
    shown = repr(Findings(document=document, answers=(answer,), position=place))
    assert "31.2304" not in shown
    assert "121.4737" not in shown
    assert "11010519491231002X" not in shown
    assert "secret" not in shown
