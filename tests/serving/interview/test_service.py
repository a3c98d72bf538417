"""The service of cases: one tenant never sees another's, pages, and what callers may see."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from base.errors import InterviewNotFoundError, InvalidArgumentError
from base.ids import InterviewName
from kyc.case import DocumentRecord
from kyc.states import Role, State
from serving.caller import Caller
from serving.interview.service import InterviewService
from serving.interview.types import Invitation
from serving.storage.schema import Base
from tests.support.cases import (
    APP,
    AUDITOR,
    CUSTOMER,
    OTHER,
    REVIEWER,
    Attendee,
    Office,
    open_office,
)

Call = Callable[[InterviewService, Caller, InterviewName], Any]
CALLS: dict[str, Call] = {
    "get_interview": lambda s, c, n: s.get_interview(c, n),
    "invite_participant": lambda s, c, n: s.invite_participant(c, n, Invitation(Role.SPOUSE)),
    "hand_over_interview": lambda s, c, n: s.hand_over_interview(c, n),
    "review_interview": lambda s, c, n: s.review_interview(c, n, True, "fine"),
    "hold_interview": lambda s, c, n: s.hold_interview(c, n, True, "why"),
}
# What names no case: the caller's own tenant is all there is.
OWN = {"create_interview", "list_interviews"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as office:
        yield office


@pytest.mark.parametrize("method", CALLS)
def test_a_case_of_another_tenant_is_not_there(office: Office, method: str) -> None:
    name, (token,) = office.open()
    Attendee(office, token).finish()
    before = office.get(name)
    for wrong in (name, InterviewName("bank-b", name.interview)):
        with pytest.raises(InterviewNotFoundError):
            CALLS[method](office.service, OTHER, wrong)
    assert office.get(name) == before
    assert office.service.list_interviews(OTHER).cases == ()


def test_every_method_that_takes_a_caller_is_in_the_table() -> None:
    methods = {
        name
        for name, member in vars(InterviewService).items()
        if not name.startswith("_") and "caller" in getattr(member, "__annotations__", {})
    }
    assert methods == CALLS.keys() | OWN


def test_pages_go_through_all_cases_newest_first(office: Office) -> None:
    names = []
    for _ in range(5):
        names.append(office.open()[0])
        office.clock.advance(1)
    found: list[InterviewName] = []
    token = ""
    while True:
        page = office.service.list_interviews(APP, page_size=2, page_token=token)
        found += [case.name for case in page.cases]
        token = page.next_page_token
        if not token:
            break
    assert found == names[::-1]
    assert page.cases[0].participants[0].findings is None
    assert page.cases[0].transitions == ()


def test_a_page_holds_the_cases_of_one_state(office: Office) -> None:
    waiting, _ = office.open()
    reviewed, (token,) = office.open()
    Attendee(office, token).finish()
    service = office.service
    assert [one.name for one in service.list_interviews(APP, State.CREATED).cases] == [waiting]
    assert [one.name for one in service.list_interviews(APP, State.REVIEW).cases] == [reviewed]


def test_a_page_token_of_another_listing_or_tenant_is_refused(office: Office) -> None:
    office.open()
    office.open()
    token = office.service.list_interviews(APP, page_size=1).next_page_token
    office.service.create_interview(OTHER, "account", [CUSTOMER])
    with pytest.raises(InvalidArgumentError):
        office.service.list_interviews(APP, State.CREATED, page_token=token)
    with pytest.raises(InvalidArgumentError):
        office.service.list_interviews(OTHER, page_token=token)
    with pytest.raises(InvalidArgumentError):
        office.service.list_interviews(APP, page_size=0)


def test_documents_are_for_those_who_may_see_what_was_recorded(office: Office) -> None:
    name, (token,) = office.open()
    attendee = Attendee(office, token)
    record = DocumentRecord("CN_RESIDENT_ID", {"name": "Li"}, {"name": 0.9}, ())
    attendee.findings = replace(attendee.findings, document=record)
    attendee.begin()
    shown = {
        caller.subject: office.get(name, caller).participants[0].findings
        for caller in (APP, REVIEWER, AUDITOR)
    }
    assert shown["app"] is not None
    assert shown["app"].document is None
    assert shown["li.wei"] == attendee.findings
    assert shown["auditor"] == attendee.findings


def test_every_statement_on_tenant_data_names_the_tenant(office: Office) -> None:
    statements: list[str] = []

    @event.listens_for(office.database._engine, "before_cursor_execute")
    def _keep(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(" ".join(statement.split()))

    name, (token,) = office.open(request_id="r-1")
    attendee = Attendee(office, token)
    Attendee(office, resume_token=attendee.ticket.resume_token)
    attendee.begin()
    service = office.service
    service.invite_participant(APP, name, Invitation(Role.SPOUSE))
    service.hand_over_interview(APP, name, "please")
    service.list_interviews(APP, page_size=1)
    service.review_interview(REVIEWER, name, True, "fine")
    office.clock.advance(1e9)
    service.sweep()
    service.books.look(office.open()[1][0])
    loose = [one for one in statements if not _names_the_tenant(one)]
    assert len(statements) > 100
    assert loose == []


def _names_the_tenant(statement: str) -> bool:
    own = {table for table in Base.metadata.tables if table not in {"audit", "service_keys"}}
    read = re.search(r"\b(?:FROM|UPDATE|INTO) (\w+)", statement)
    if read is None or read[1] not in own:
        return True
    # Sweeps take the tenants one by one; a token says alone whose it is.
    known = (
        "SELECT tenants.tenant FROM tenants ORDER BY tenants.tenant",
        "SELECT attend_tokens.tenant FROM attend_tokens WHERE attend_tokens.token_hash = ?",
    )
    if statement in known:
        return True
    return "tenant" in statement if statement.startswith("INSERT") else "tenant = ?" in statement
