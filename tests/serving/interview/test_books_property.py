"""Whatever comes, in whatever order: no state outside the table, no step skipped, no crash."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import AccessError, InvalidInputError, StateError
from base.ids import InterviewName
from decision.outcome import Reason
from kyc.case import Consent, Findings, Transition, Verdict, VerdictOutcome
from kyc.events import Recorded
from kyc.moves import TABLE, case_state
from kyc.states import FACE_STEPS, FINAL, STEPS, Move, Role, State
from serving.interview.types import CaseView, Invitation, Ticket
from tests.support.cases import (
    ACCOUNT,
    APP,
    AUDITOR,
    CUSTOMER,
    REVIEWER,
    SECOND,
    Office,
    open_office,
)
from tests.support.galleries import ManualClock

# What may be refused; anything else is a crash.
REFUSALS = (StateError, AccessError, InvalidInputError)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("create"), st.sampled_from(["account", "loan", "quick"])),
        st.tuples(st.just("enter"), st.integers(0, 3)),
        st.tuples(st.just("resume"), st.integers(0, 3)),
        *[st.tuples(st.just("move"), st.sampled_from(list(Move)))] * 2,
        *[st.tuples(st.just("step"), st.integers(0, 2))] * 4,
        st.tuples(st.just("decline faces"), st.just(0)),
        st.tuples(st.just("same again"), st.just(0)),
        st.tuples(st.just("invite"), st.sampled_from([Role.SPOUSE, Role.GUARANTOR, Role.AGENT])),
        st.tuples(st.just("hand over"), st.integers(0, 1)),
        st.tuples(st.just("approve"), st.booleans()),
        st.tuples(st.just("reject"), st.booleans()),
        st.tuples(st.just("hold"), st.booleans()),
        st.tuples(st.just("wait"), st.sampled_from([1.0, ACCOUNT.open_s, ACCOUNT.review_s])),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("erase"), st.just(0)),
    ),
    max_size=40,
)


class World:
    """Does what deeds say to one case, and knows what a caller would know."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack, self._clock = folder, stack, ManualClock()
        self.office = self._open()
        self.name: InterviewName | None = None
        self.tokens: list[str] = []
        self.resume_tokens: list[str] = []
        self.tickets: list[Ticket] = []
        self.findings: dict[str, Findings] = {}
        self.last: tuple[Ticket, Recorded] | None = None
        self.count = 0

    def _open(self) -> Office:
        return self._stack.enter_context(open_office(self._folder, clock=self._clock))

    def do(self, deed: str, what: object) -> None:
        self.count += 1
        deeds: dict[str, Callable[[], object]] = {
            "create": lambda: self._create(str(what)),
            "enter": lambda: self._enter(self._pick(self.tokens, what), ""),
            "resume": lambda: self._enter("", self._pick(self.resume_tokens, what)),
            "move": lambda: self._record(0, (what, "")),
            "step": lambda: self._step(what),
            "decline faces": self._decline_faces,
            "same again": self._repeat,
            "wait": lambda: self._clock.advance(float(str(what))),
            "restart": self._restart,
        }
        if deed in deeds:
            deeds[deed]()
        elif self.name is not None:
            self._do_to_case(deed, what, self.name)

    def _do_to_case(self, deed: str, what: object, name: InterviewName) -> None:
        service, request_id = self.office.service, f"r-{self.count % 7}"
        reviewer = REVIEWER if what else SECOND
        if deed == "invite":
            assert isinstance(what, Role)
            _, access = service.invite_participant(APP, name, Invitation(what), request_id)
            self.tokens.append(access.attend_token)
        elif deed == "hand over":
            service.hand_over_interview(APP, name, "please", request_id)
        elif deed in {"approve", "reject"}:
            approved = deed == "approve"
            service.review_interview(reviewer, name, approved, "looked at", request_id)
        elif deed == "hold":
            service.hold_interview(AUDITOR, name, bool(what), "asked")
        else:
            service.books.destroy(name.tenant, name.interview)
            self.name = None

    def _create(self, product: str) -> None:
        opened = self.office.service.create_interview(APP, product, [CUSTOMER])
        self.name = opened.case.name
        self.tokens = [one.attend_token for one in opened.accesses]

    def _pick(self, tokens: list[str], which: object) -> str:
        return tokens[int(str(which)) % len(tokens)] if tokens else "none"

    def _enter(self, token: str, resume_token: str) -> None:
        ticket = self.office.service.books.enter(token, resume_token)
        self.tickets = [*self.tickets[-2:], ticket]
        self.resume_tokens = [*self.resume_tokens[-3:], ticket.resume_token]
        self.findings[ticket.participant] = ticket.findings

    def _step(self, which: object) -> None:
        if self.tickets:
            state = self._state_of(self.tickets[-1])
            begins = state is State.CREATED
            self._record(int(str(which)), (Move.BEGIN if begins else Move.STEP_DONE, ""))

    def _state_of(self, ticket: Ticket) -> State | None:
        view = self.office.service.get_interview(REVIEWER, ticket.name)
        person = view.participant(ticket.participant)
        return None if person is None else person.participant.state

    def _decline_faces(self) -> None:
        if self.tickets:
            person = self.tickets[-1].participant
            consent = Consent("1", "May we?", True, False, self._clock.now())
            known = self.findings.get(person, Findings())
            self.findings[person] = replace(known, consents=(consent,))

    def _record(self, passed: int, *moves: object) -> None:
        if not self.tickets:
            return
        ticket = self.tickets[-1]
        verdict = None
        if passed:
            outcome = VerdictOutcome.PASSED if passed == 1 else VerdictOutcome.INCONCLUSIVE
            verdict = Verdict(outcome, (Reason("X", "x"),), self._clock.now())
        findings = replace(
            self.findings.get(ticket.participant, Findings()),
            verdict=verdict,
            attempts={State.CREATED: self.count},
        )
        self.last = (ticket, Recorded(findings, moves))  # type: ignore[arg-type]
        self._repeat()

    def _repeat(self) -> None:
        if self.last is not None:
            self.office.service.books.record(*self.last)

    def _restart(self) -> None:
        self.office = self._open()


def _run(deeds: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        world = World(Path(folder), stack)
        for deed, what in (("create", "account"), ("enter", 0), *deeds):
            try:
                world.do(deed, what)
            except REFUSALS:
                continue
            finally:
                if world.name is not None:
                    _check(world.office.service.views.whole("bank-a", world.name.interview))
        assert world.office.audit.verify().is_intact


def _check(view: CaseView) -> None:
    interview = view.interview
    numbers = [one.number for one in view.transitions]
    assert numbers == list(range(1, len(numbers) + 1))
    for one in view.transitions:
        row = TABLE[one.from_state, one.move]
        assert one.to_state in (row.case if one.participant is None else row.participant)
    for person in interview.participants:
        own = [one for one in view.transitions if one.participant == person.id]
        assert _chain(own) is person.state
        _check_steps(own)
    assert _chain([one for one in view.transitions if one.participant is None]) is interview.state
    if interview.is_closed:
        assert all(one.state in FINAL for one in interview.participants)
        assert view.purges_at is not None
    else:
        assert interview.state is case_state(interview.participants)
    if interview.state is State.APPROVED:
        _check_approved(view)


def _chain(made: list[Transition]) -> State:
    """Return where moves lead; each begins where the one before ended."""
    state = State.CREATED
    for one in made:
        assert one.from_state is state
        state = one.to_state
    return state


def _check_steps(made: list[Transition]) -> None:
    """Whoever came to a step has finished every one before it, but for faces that were declined."""
    done = [one.from_state for one in made if one.move is Move.STEP_DONE]
    assert done == sorted(set(done), key=STEPS.index)
    for one in made:
        if one.move is Move.STEP_DONE and one.to_state in STEPS:
            between = STEPS[STEPS.index(one.from_state) + 1 : STEPS.index(one.to_state)]
            assert set(between) <= FACE_STEPS


def _check_approved(view: CaseView) -> None:
    """Nothing is approved without as many people as it takes, or without everybody's pass."""
    approvers = {one.reviewer for one in view.interview.reviews_now if one.approved}
    is_by_policy = view.transitions[-1].reason == "POLICY"
    if is_by_policy:
        assert view.product.reviewer_count == 0
        verdicts = [one.findings.verdict for one in view.participants if one.findings]
        assert all(one is not None and one.outcome is VerdictOutcome.PASSED for one in verdicts)
    else:
        assert len(approvers) >= max(1, view.product.reviewer_count)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(DEEDS)
def test_no_sequence_leaves_the_table_or_skips_a_step(deeds: list[tuple[str, object]]) -> None:
    _run(deeds)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DEEDS)
def test_not_one_of_a_thousand_sequences_leaves_the_table(
    deeds: list[tuple[str, object]],
) -> None:
    _run(deeds)
