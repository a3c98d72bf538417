"""Ways into a case, requests that come twice, and what is refused or never written down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from base.errors import (
    AttendTokenInvalidError,
    InterviewNotFoundError,
    InvalidArgumentError,
    ProductNotFoundError,
    RecordingFullError,
    RequestIdReusedError,
    TooManyInterviewsError,
)
from kyc.states import Move, Role, State
from serving.interview.types import Invitation
from tests.support.cases import (
    ACCOUNT,
    APP,
    CUSTOMER,
    REVIEWER,
    SECOND,
    Attendee,
    Office,
    open_office,
)

SPOUSE = Invitation(Role.SPOUSE, "Zhang San")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as office:
        yield office


def test_the_same_request_gives_the_same_case_and_new_tokens(office: Office) -> None:
    name, (old, stays) = office.open(CUSTOMER, SPOUSE, request_id="r-1")
    attendee = Attendee(office, stays)
    attendee.begin()
    again, (new, none) = office.open(CUSTOMER, SPOUSE, request_id="r-1")
    assert again == name
    # Whoever came already goes on with the token that is known; the other's is another one.
    assert none == ""
    Attendee(office, stays)
    Attendee(office, new)
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, old)
    with pytest.raises(RequestIdReusedError):
        office.open(CUSTOMER, request_id="r-1")


def test_repeated_requests_change_nothing_twice(office: Office) -> None:
    service = office.service
    name, (token,) = office.open(product="loan")
    for _ in range(2):
        case, _ = service.invite_participant(APP, name, SPOUSE, "r-2")
    assert len(case.participants) == 2
    for _ in range(2):
        service.hand_over_interview(APP, name, "please", "r-3")
    for _ in range(2):
        reviewed = service.review_interview(REVIEWER, name, True, "fine", "r-4")
    assert len(reviewed.interview.reviews) == 1
    with pytest.raises(RequestIdReusedError):
        service.review_interview(SECOND, name, True, "fine", "r-4")
    with pytest.raises(RequestIdReusedError):
        service.hand_over_interview(APP, name, "another text", "r-3")
    assert token


def test_a_token_to_go_on_with_is_good_until_the_next_was_used(office: Office) -> None:
    _, (token,) = office.open()
    first = Attendee(office, token).ticket.resume_token
    second = Attendee(office, resume_token=first).ticket.resume_token
    # The answer with `second` was lost: the client knows `first` alone.
    third = Attendee(office, resume_token=first).ticket.resume_token
    Attendee(office, resume_token=third)
    for gone in (first, second):
        with pytest.raises(AttendTokenInvalidError):
            Attendee(office, resume_token=gone)


def test_opening_the_page_often_takes_no_token_away_that_is_in_use(office: Office) -> None:
    _, (token,) = office.open()
    used = Attendee(office, token).ticket.resume_token
    last = [Attendee(office, token).ticket.resume_token for _ in range(20)][-1]
    Attendee(office, resume_token=used)
    # Whoever goes on with one takes the others away.
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, resume_token=last)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\ud800"])
def test_a_wrong_token_opens_nothing(office: Office, token: str) -> None:
    office.open()
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, token)
    with pytest.raises(AttendTokenInvalidError):
        office.service.books.look(token)


def test_one_kind_of_token_is_not_taken_for_the_other(office: Office) -> None:
    _, (token,) = office.open()
    resume = Attendee(office, token).ticket.resume_token
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, resume)
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, resume_token=token)


def test_no_token_and_nothing_personal_is_on_the_disk_or_in_the_log(office: Office) -> None:
    name, (token,) = office.open(Invitation(Role.CUSTOMER, "Ouyang Xiuxiu"))
    attendee = Attendee(office, token)
    attendee.begin()
    attendee.write((Move.HAND_OVER, "he said that his wife is ill"), sealed=b"template-bytes")
    office.service.hand_over_interview(REVIEWER, name, "a secret reason")
    office.service.review_interview(REVIEWER, name, True, "a hidden opinion")
    office.database.purge()
    kept = b"".join(one.read_bytes() for one in office.data_dir.rglob("*") if one.is_file())
    secrets = (token, attendee.ticket.resume_token, "Ouyang", "case-7", "wife", "template-bytes")
    for secret in (*secrets, "a secret reason", "a hidden opinion"):
        assert secret.encode() not in kept
    assert office.get(name).participants[0].participant.display_name == "Ouyang Xiuxiu"


def test_an_erased_case_is_gone_with_its_key(office: Office) -> None:
    name, (token,) = office.open(request_id="r-1")
    attendee = Attendee(office, token)
    books = office.service.books
    assert books.destroy(name.tenant, name.interview) > 3
    assert books.destroy(name.tenant, name.interview) == 0
    with pytest.raises(InterviewNotFoundError):
        office.get(name)
    with pytest.raises(InterviewNotFoundError):
        attendee.begin()
    with pytest.raises(AttendTokenInvalidError):
        Attendee(office, token)
    with pytest.raises(RequestIdReusedError):
        office.open(request_id="r-1")


BAD = {
    "no such product": (ProductNotFoundError, "boat", [CUSTOMER], {}),
    "nobody": (InvalidArgumentError, "account", [], {}),
    "no principal": (InvalidArgumentError, "account", [SPOUSE], {}),
    "nine": (InvalidArgumentError, "account", [CUSTOMER] * 9, {}),
    "a role without a part": (
        InvalidArgumentError,
        "account",
        [CUSTOMER, Invitation(Role.AGENT)],
        {},
    ),
    "a long name": (
        InvalidArgumentError,
        "account",
        [Invitation(Role.CUSTOMER, "x" * 101)],
        {},
    ),
    "a hidden character": (
        InvalidArgumentError,
        "account",
        [Invitation(Role.CUSTOMER, "a\u202eb")],
        {},
    ),
    "a long id": (InvalidArgumentError, "account", [CUSTOMER], {"external_id": "x" * 65}),
    "a long request id": (InvalidArgumentError, "account", [CUSTOMER], {"request_id": "x" * 65}),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_a_case_is_refused(office: Office, case: str) -> None:
    error, product, people, more = BAD[case]
    with pytest.raises(error):
        office.service.create_interview(APP, product, people, **more)
    assert office.service.list_interviews(APP).cases == ()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001, "a\x00b"])
def test_a_review_without_a_reason_is_refused(office: Office, reason: str) -> None:
    name, (token,) = office.open()
    Attendee(office, token).finish()
    with pytest.raises(InvalidArgumentError):
        office.service.review_interview(REVIEWER, name, True, reason)


def test_a_reason_may_have_several_lines(office: Office) -> None:
    name, (token,) = office.open()
    Attendee(office, token).finish()
    text = "First line.\nSecond line."
    case = office.service.review_interview(REVIEWER, name, True, text)
    assert case.interview.reviews[0].reason == text


def test_a_tenant_has_a_limit_of_open_cases(tmp_path: Path) -> None:
    with open_office(tmp_path, max_open_count=2) as office:
        office.open()
        office.open()
        with pytest.raises(TooManyInterviewsError):
            office.open()
        office.clock.advance(ACCOUNT.open_s)
        office.open()


def test_more_than_is_kept_of_a_participant_is_refused(office: Office) -> None:
    _, (token,) = office.open()
    attendee = Attendee(office, token)
    with pytest.raises(RecordingFullError):
        attendee.write(sealed=b"x" * (5 * 1024 * 1024))
    assert attendee.begin() is State.CONSENT
