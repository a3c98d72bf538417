"""What whoever attends is told of what was found."""

import pytest

from protos.smartbranch.kyc.v1.attend_pb2 import AttendResponse
from protos.smartbranch.kyc.v1.interview_pb2 import REVIEW, InterviewVerdict
from serving.caller import Caller, Role
from serving.interview.discreet import discreet, is_host


def verdict(*codes: str) -> AttendResponse:
    made = AttendResponse()
    made.verdict.outcome, made.verdict.state = InterviewVerdict.REFUSED, REVIEW
    for code in codes:
        made.verdict.reasons.add(code=code, text="what exactly was found")
    made.verdict.checks.add(name="liveness")
    return made


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("CLIP_LOOPED", "SCREEN_SEEN"), ["NOT_SAID"]),
        (("LOCKED_OUT", "CLIP_LOOPED"), ["LOCKED_OUT"]),
        (("ASKED_FOR_PERSON",), ["ASKED_FOR_PERSON"]),
    ],
    ids=["found", "found besides", "own"],
)
def test_a_participant_learns_how_it_ended_and_not_what_was_found(
    codes: tuple[str, ...], told: list[str]
) -> None:
    whole = verdict(*codes)
    told_of = discreet(whole)
    assert told_of is not None
    kept = told_of.verdict
    assert (kept.outcome, kept.state) == (InterviewVerdict.REFUSED, REVIEW)
    assert [reason.code for reason in kept.reasons] == told
    assert not kept.checks
    assert whole.verdict.checks  # What is said again later is whole still.


def test_everything_else_passes_as_it_is() -> None:
    answer = AttendResponse()
    answer.advice.code = "MORE_LIGHT"
    assert discreet(answer) is answer


def test_a_participant_does_not_hear_how_a_forgery_was_noticed() -> None:
    answer = AttendResponse()
    answer.notice.code = "VIRTUAL_CAMERA"
    assert discreet(answer) is None


@pytest.mark.parametrize(
    ("caller", "hears_all"),
    [
        (None, False),
        (Caller("", "nobody", frozenset()), False),
        (Caller("bank-a", "reviewer", frozenset({Role.REVIEWER})), False),
        (Caller("bank-b", "app", frozenset({Role.INTERVIEW_APP})), False),
        (Caller("bank-a", "app", frozenset({Role.INTERVIEW_APP})), True),
        (Caller("bank-a", "operator", frozenset({Role.OPERATOR})), True),
    ],
    ids=["no token", "a stranger", "another role", "another bank", "app", "operator"],
)
def test_an_attend_token_alone_is_no_application_of_the_bank(
    caller: Caller | None, hears_all: bool
) -> None:
    """Over gRPC the holder of an attend token was told all that the page keeps from him."""
    assert is_host(caller, "bank-a") is hears_all
