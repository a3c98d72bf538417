"""Cases in the books: moved by the table alone, kept over a restart, and safe to repeat."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import (
    InterviewClosedError,
    InterviewHeldError,
    MoveNotAllowedError,
    ReviewedBeforeError,
)
from decision.outcome import Reason
from kyc.case import Check, CheckOutcome, VerdictOutcome
from kyc.events import Recorded
from kyc.policy import Policy
from kyc.states import Move, Role, State
from serving.interview.types import Invitation
from tests.support.cases import (
    ACCOUNT,
    APP,
    AUDITOR,
    CUSTOMER,
    REVIEWER,
    SECOND,
    Attendee,
    Office,
    open_office,
    states_of,
)

SPOUSE = Invitation(Role.SPOUSE, "Zhang San")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as office:
        yield office


def test_an_interview_goes_from_its_creation_to_an_approval(office: Office) -> None:
    name, (token,) = office.open()
    assert office.get(name).interview.state is State.CREATED
    attendee = Attendee(office, token)
    seen = [attendee.begin(), attendee.agree(), *(attendee.step() for _ in range(3))]
    assert seen == [
        State.CONSENT,
        State.DOCUMENT,
        State.CAPTURE,
        State.LIVENESS,
        State.QUESTIONS,
    ]
    assert attendee.conclude() is State.REVIEW
    approved = office.service.review_interview(REVIEWER, name, True, "all in order")
    assert approved.interview.state is State.APPROVED
    assert states_of(approved) == [State.APPROVED]
    assert approved.interview.reviews[0].reason == "all in order"
    numbers = [one.number for one in approved.transitions]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_restart_goes_on_where_the_last_word_was_written(tmp_path: Path) -> None:
    with open_office(tmp_path) as before:
        name, (token,) = before.open()
        attendee = Attendee(before, token)
        attendee.begin()
        attendee.agree()
        attendee.write(sealed=b"carried over")
    with open_office(tmp_path) as after:
        ticket = Attendee(after, resume_token=attendee.ticket.resume_token).ticket
        assert (ticket.state, ticket.sealed) == (State.DOCUMENT, b"carried over")
        assert ticket.findings == attendee.findings
        assert after.get(name).interview.state is State.DOCUMENT


def test_the_policy_that_a_case_was_opened_with_stays_its_own(tmp_path: Path) -> None:
    with open_office(tmp_path) as before:
        name, (token,) = before.open(product="account")
    stricter = replace(ACCOUNT, reviewer_count=5, steps={Role.CUSTOMER: (State.CONSENT,)})
    with open_office(tmp_path, Policy("v2", {"account": stricter})) as after:
        assert Attendee(after, token).ticket.product == ACCOUNT
        assert after.get(name).interview.policy_version == "v1"


def test_the_same_words_again_move_nobody_twice(office: Office) -> None:
    _, (token,) = office.open()
    attendee = Attendee(office, token)
    attendee.begin()
    recorded = Recorded(attendee.findings, ((Move.STEP_DONE, ""),))
    books = office.service.books
    assert books.record(attendee.ticket, recorded) is State.DOCUMENT
    assert books.record(attendee.ticket, recorded) is State.DOCUMENT


def test_a_step_that_is_not_the_present_one_is_refused_and_nothing_is_written(
    office: Office,
) -> None:
    _, (token,) = office.open()
    attendee = Attendee(office, token)
    with pytest.raises(MoveNotAllowedError):
        attendee.write((Move.STEP_DONE, ""))
    with pytest.raises(MoveNotAllowedError):
        attendee.write((Move.BEGIN, ""), (Move.BEGIN, ""))
    assert Attendee(office, token).ticket.state is State.CREATED


def test_without_a_comparison_of_faces_a_person_decides(office: Office) -> None:
    name, (token,) = office.open(product="quick")
    attendee = Attendee(office, token)
    attendee.begin()
    assert attendee.agree(accepted_face=False) is State.DOCUMENT
    assert attendee.step() is State.QUESTIONS
    assert attendee.write((Move.HAND_OVER, "FACE_CONSENT_DECLINED")) is State.REVIEW
    case = office.get(name)
    assert case.participants[0].participant.steps == (
        State.CONSENT,
        State.DOCUMENT,
        State.QUESTIONS,
    )
    # The product approves by itself, and not this.
    assert case.interview.state is State.REVIEW
    assert case.interview.reason == "FACE_CONSENT_DECLINED"


def test_a_product_without_reviewers_approves_what_passed_and_nothing_else(office: Office) -> None:
    passed, (token,) = office.open(product="quick")
    assert Attendee(office, token).finish() is State.APPROVED
    assert office.get(passed).interview.closed_at == office.clock.now()
    unsure, (token,) = office.open(product="quick")
    assert Attendee(office, token).finish(VerdictOutcome.INCONCLUSIVE) is State.REVIEW
    approved = office.service.review_interview(REVIEWER, unsure, True, "looked at")
    assert approved.interview.state is State.APPROVED


def test_two_people_pass_together_or_not_at_all(office: Office) -> None:
    name, (first, second) = office.open(CUSTOMER, SPOUSE, product="quick")
    assert Attendee(office, first).finish() is State.REVIEW
    assert office.get(name).interview.state is State.CONSENT
    assert Attendee(office, second).finish() is State.APPROVED
    assert states_of(office.get(name)) == [State.APPROVED, State.APPROVED]


def test_a_product_may_reject_a_broken_rule_at_once(office: Office) -> None:
    name, tokens = office.open(CUSTOMER, SPOUSE, product="quick")
    one = Attendee(office, tokens[0])
    other = Attendee(office, tokens[1])
    one.begin()
    other.begin()
    assert one.write((Move.REFUSE, "REPLAYED")) is State.REJECTED
    assert states_of(office.get(name)) == [State.REJECTED, State.REJECTED]
    with pytest.raises(InterviewClosedError):
        other.agree()


def test_elsewhere_a_person_confirms_a_broken_rule(office: Office) -> None:
    name, (token,) = office.open()
    attendee = Attendee(office, token)
    attendee.begin()
    assert attendee.write((Move.REFUSE, "REPLAYED")) is State.REVIEW
    assert office.get(name).interview.reason == "REPLAYED"


def test_who_is_locked_out_waits_for_a_person(office: Office) -> None:
    name, (token,) = office.open()
    attendee = Attendee(office, token)
    attendee.begin()
    assert attendee.write((Move.LOCK_OUT, "LOCKED_OUT")) is State.REVIEW
    with pytest.raises(InterviewClosedError):
        Attendee(office, token)
    assert office.get(name).interview.reason == "LOCKED_OUT"


def test_staff_may_take_a_case_over_in_the_middle_of_an_attendance(office: Office) -> None:
    name, (token,) = office.open()
    attendee = Attendee(office, token)
    attendee.begin()
    taken = office.service.hand_over_interview(REVIEWER, name, "The customer called us.")
    assert (taken.interview.state, taken.interview.reason) == (State.REVIEW, "ASKED_BY_STAFF")
    assert taken.interview.notes[0].text == "The customer called us."
    # What was found may still be written down; no step may still be finished.
    assert attendee.write() is State.REVIEW
    with pytest.raises(InterviewClosedError):
        attendee.agree()
    assert office.service.hand_over_interview(REVIEWER, name).interview.state is State.REVIEW


def test_a_guarantor_is_invited_while_the_case_is_in_review(office: Office) -> None:
    name, (token,) = office.open(product="loan")
    Attendee(office, token).finish()
    office.service.review_interview(REVIEWER, name, True, "fine so far")
    case, access = office.service.invite_participant(APP, name, Invitation(Role.GUARANTOR))
    assert case.interview.state is State.CONSENT
    with pytest.raises(MoveNotAllowedError):
        office.service.review_interview(SECOND, name, True, "fine")
    assert Attendee(office, access.attend_token).finish() is State.REVIEW
    # The guarantor was not there when the first approval was given.
    once = office.service.review_interview(REVIEWER, name, True, "fine with the guarantor")
    assert once.interview.state is State.REVIEW
    twice = office.service.review_interview(SECOND, name, True, "fine")
    assert twice.interview.state is State.APPROVED
    assert len(twice.interview.reviews) == 3


def test_four_eyes_are_those_of_two_people(office: Office) -> None:
    name, (token,) = office.open(product="loan")
    Attendee(office, token).finish()
    office.service.review_interview(REVIEWER, name, True, "fine")
    with pytest.raises(ReviewedBeforeError):
        office.service.review_interview(REVIEWER, name, True, "fine again")
    rejected = office.service.review_interview(SECOND, name, False, "the voice is another one")
    assert rejected.interview.state is State.REJECTED
    with pytest.raises(InterviewClosedError):
        office.service.review_interview(REVIEWER, name, True, "no")


def test_a_case_is_not_decided_while_somebody_is_on_the_way(office: Office) -> None:
    name, (token,) = office.open()
    Attendee(office, token).begin()
    for approved in (True, False):
        with pytest.raises(MoveNotAllowedError):
            office.service.review_interview(REVIEWER, name, approved, "early")


@pytest.mark.parametrize("advance_s", [ACCOUNT.open_s, ACCOUNT.open_s + 1])
def test_a_case_ends_with_its_time_whether_or_not_anybody_swept(
    office: Office, advance_s: float
) -> None:
    name, (token,) = office.open()
    attendee = Attendee(office, token)
    attendee.begin()
    office.clock.advance(advance_s)
    with pytest.raises(InterviewClosedError):
        attendee.agree()
    assert office.get(name).interview.state is State.EXPIRED
    assert office.service.books.look(token).state is State.EXPIRED
    with pytest.raises(InterviewClosedError):
        Attendee(office, token)
    with pytest.raises(InterviewClosedError):
        office.service.invite_participant(APP, name, SPOUSE)


def test_reviewers_have_a_time_of_their_own(office: Office) -> None:
    name, (token,) = office.open()
    Attendee(office, token).finish()
    office.clock.advance(ACCOUNT.open_s + 1)
    office.service.sweep()
    assert office.get(name).interview.state is State.REVIEW
    office.clock.advance(ACCOUNT.review_s)
    office.service.sweep()
    assert office.get(name).interview.state is State.EXPIRED


def test_a_held_case_is_kept_past_its_time(office: Office) -> None:
    name, (token,) = office.open()
    Attendee(office, token).finish()
    office.service.review_interview(REVIEWER, name, False, "no")
    held = office.service.hold_interview(AUDITOR, name, True, "a court asks")
    assert held.interview.is_held
    office.clock.advance(ACCOUNT.keep_s + 1)
    books = office.service.books
    assert books.purgeable() == []
    with pytest.raises(InterviewHeldError):
        books.destroy(name.tenant, name.interview)
    office.service.hold_interview(AUDITOR, name, False, "the court has decided")
    assert books.purgeable() == [name]
    assert [one.kind for one in office.get(name).interview.notes] == ["HOLD", "HOLD_ENDED"]


def test_the_log_says_who_did_what_and_what_was_decided(office: Office) -> None:
    name, (token,) = office.open(request_id="r-9")
    attendee = Attendee(office, token)
    check = Check(
        "document", CheckOutcome.FAILED, (Reason("DIGITS", "no"),), office.clock.now(), sequence=7
    )
    office.service.books.record(
        attendee.ticket, Recorded(attendee.findings, ((Move.BEGIN, ""),), (check,))
    )
    lines = {line.event.action: line.event for line in office.audit.lines("bank-a")}
    assert lines["interview.create"].actor == "app"
    assert lines["interview.create"].details["request_id"] == "r-9"
    assert lines["interview.check"].details["reason"] == "DIGITS"
    assert lines["interview.check"].details["sequence"] == 7
    assert lines["interview.enter"].resource == name.participant("p1")
    assert lines["interview.move"].details["move"] == "BEGIN"
    assert office.audit.verify().is_intact


def test_who_attends_is_known_while_it_lasts(office: Office) -> None:
    name, _ = office.open()
    books = office.service.books
    books.set_attending("bank-a", name.interview, "p1", True)
    assert office.get(name).participants[0].is_attending
    assert office.service.list_interviews(APP).cases[0].participants[0].is_attending
    books.set_attending("bank-a", name.interview, "p1", False)
    assert not office.get(name).participants[0].is_attending
