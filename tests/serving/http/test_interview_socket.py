"""What a browser is told of a verdict."""

import pytest

from protos.smartbranch.kyc.v1.attend_pb2 import AttendResponse
from protos.smartbranch.kyc.v1.interview_pb2 import REVIEW, InterviewVerdict
from serving.http.interview_socket import discreet


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
def test_a_browser_learns_how_it_ended_and_not_what_was_found(
    codes: tuple[str, ...], told: list[str]
) -> None:
    whole = verdict(*codes)
    kept = discreet(whole).verdict
    assert (kept.outcome, kept.state) == (InterviewVerdict.REFUSED, REVIEW)
    assert [reason.code for reason in kept.reasons] == told
    assert not kept.checks
    assert whole.verdict.checks  # What is said again later is whole still.


def test_everything_else_passes_as_it_is() -> None:
    answer = AttendResponse()
    answer.advice.code = "MORE_LIGHT"
    assert discreet(answer) is answer
