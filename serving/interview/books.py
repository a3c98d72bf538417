"""The books of cases: opened, joined, handed over, reviewed, held and forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from base.clock import Clock
from base.errors import (
    InterviewClosedError,
    MoveNotAllowedError,
    ReviewedBeforeError,
    TooManyInterviewsError,
)
from base.ids import InterviewName, new_id
from kyc.case import Interview, Participant, Review
from kyc.policy import Policy, Product
from kyc.states import Move, State
from serving.audit.log import AuditLog
from serving.audit.types import Details
from serving.caller import Caller
from serving.galleries.vault import TenantVault, Vaults
from serving.interview import checks
from serving.interview.attendances import AttendanceBooks
from serving.interview.keeping import CaseKeeping
from serving.interview.open_case import OpenCase, new_case
from serving.interview.types import Access, Invitation
from serving.storage.database import Database, Transaction
from serving.storage.records import TenantRecords

BY_STAFF: Final = "ASKED_BY_STAFF"
BY_REVIEWER: Final = "REVIEWED"


@dataclass(frozen=True, slots=True)
class _Desk:
    """One transaction of a caller who changes something."""

    transaction: Transaction
    records: TenantRecords
    vault: TenantVault
    now: datetime


class CaseBooks:
    """Changes cases, each time in one transaction with its moves and audit lines.

    Blocking, safe to share between threads; the caller's tenant is all that a caller sees.
    """

    def __init__(
        self,
        database: Database,
        vaults: Vaults,
        audit: AuditLog,
        clock: Clock,
        policy: Policy,
        max_open_count: int = 10_000,
    ) -> None:
        self._database = database
        self._vaults = vaults
        self._audit = audit
        self._clock = clock
        self._policy = policy
        self._max_open_count = max_open_count
        keeping = CaseKeeping(database, vaults, audit, clock)
        self.expire, self.sweep = keeping.expire, keeping.sweep
        self.purgeable, self.destroy = keeping.purgeable, keeping.destroy
        self.key_of, self.key_in = keeping.key_of, keeping.key_in
        attendances = AttendanceBooks(database, vaults, audit, clock, keeping.expire)
        self.look, self.enter, self.record = attendances.look, attendances.enter, attendances.record
        self.set_attending = attendances.set_attending
        self.is_attending = attendances.is_attending

    def create(
        self,
        caller: Caller,
        product_id: str,
        invitations: Sequence[Invitation],
        external_id: str = "",
        request_id: str = "",
    ) -> tuple[InterviewName, tuple[Access, ...]]:
        """Open a case. Raises ProductNotFoundError, InvalidArgumentError, RequestIdReusedError.

        The same request again gives the same case, with new tokens for those who have not come.
        """
        product = checks.product_of(self._policy, product_id)
        checks.check_invitations(product, invitations)
        checks.check_line(external_id, "external_id", checks.MAX_EXTERNAL_ID)
        parts = [product_id, external_id, *checks.parts_of(invitations)]
        repeat = checks.repeat_of(request_id, "interview.create", caller.tenant, caller, parts)
        with self._desk(caller.tenant) as desk:
            known = repeat.answer(desk.records, desk.vault)
            if known is not None:
                case = self._case(desk, InterviewName(caller.tenant, str(known["interview"])))
                return case.name, _accesses(case)
            self._check_room(desk)
            case = self._new(desk, product, invitations, external_id)
            answer: dict[str, object] = {"interview": case.name.interview}
            repeat.remember(desk.records, desk.vault, answer, desk.now, str(case.name))
            case.record(
                caller.subject,
                "interview.create",
                {
                    "product": product.id,
                    "participants": len(invitations),
                    "policy": self._policy.version,
                    "request_id": request_id,
                },
            )
            return case.name, _accesses(case)

    def invite(
        self, caller: Caller, name: InterviewName, invitation: Invitation, request_id: str = ""
    ) -> Access:
        """Add a participant, also in the middle of a case. Raises InterviewClosedError."""
        parts = checks.parts_of([invitation])
        repeat = checks.repeat_of(request_id, "interview.invite", str(name), caller, parts)
        with self._desk(checks.tenant_of(caller, name)) as desk:
            case = self._case(desk, name)
            known = repeat.answer(desk.records, desk.vault)
            if known is not None:
                return _access(case, str(known["participant"]))
            _check_open(case)
            people = case.interview.participants
            checks.check_invitation(case.product, invitation, len(people))
            person = _participant(len(people) + 1, case.product, invitation)
            case.invite(person, caller.subject)
            answer: dict[str, object] = {"participant": person.id}
            repeat.remember(desk.records, desk.vault, answer, desk.now)
            details = {"role": person.role.value, "request_id": request_id}
            resource = name.participant(person.id)
            case.record(caller.subject, "interview.invite", details, resource)
            return _access(case, person.id)

    def hand_over(
        self, caller: Caller, name: InterviewName, text: str = "", request_id: str = ""
    ) -> None:
        """Give a case to a person, whatever state it is in. Raises InterviewClosedError."""
        checks.check_lines(text, "text", 0, checks.MAX_WISH)
        with self._once(caller, name, "interview.hand-over", [text], request_id) as case:
            if case is not None:
                _check_open(case)
                case.write_note(Move.HAND_OVER.value, text, caller.subject)
                case.move(None, Move.HAND_OVER, BY_STAFF, caller.subject)

    def review(
        self, caller: Caller, name: InterviewName, approved: bool, reason: str, request_id: str = ""
    ) -> None:
        """Approve or reject a case that is in review.

        One rejection rejects; approvals of different people, as many as the policy asks for and
        one at least, approve. Raises ReviewedBeforeError, InterviewClosedError, and
        MoveNotAllowedError while somebody is not finished.
        """
        checks.check_lines(reason, "reason", 1, checks.MAX_REVIEW)
        parts = [str(approved), reason]
        details = {"approved": approved}
        with self._once(caller, name, "interview.review", parts, request_id, details) as case:
            if case is not None:
                _check_reviewable(case, caller)
                self._review(case, caller, approved, reason)

    def hold(
        self, caller: Caller, name: InterviewName, held: bool, reason: str, request_id: str = ""
    ) -> None:
        """Set or end a legal hold: a held case is neither purged nor erased."""
        checks.check_lines(reason, "reason", 1, checks.MAX_HOLD)
        parts = [str(held), reason]
        details = {"held": held}
        with self._once(caller, name, "interview.hold", parts, request_id, details) as case:
            if case is not None:
                case.hold(held)
                case.write_note("HOLD" if held else "HOLD_ENDED", reason, caller.subject)

    @contextmanager
    def _desk(self, tenant: str) -> Iterator[_Desk]:
        self.expire(tenant)
        with self._database.write() as transaction:
            records = transaction.tenant(tenant)
            vault = self._vaults.open(records)
            yield _Desk(transaction, records, vault, self._clock.now())

    @contextmanager
    def _once(
        self,
        caller: Caller,
        name: InterviewName,
        action: str,
        parts: Sequence[str],
        request_id: str,
        more: Details | None = None,
    ) -> Iterator[OpenCase | None]:
        """Give a case to be changed once; None for a request that was answered before."""
        repeat = checks.repeat_of(request_id, action, str(name), caller, parts)
        with self._desk(checks.tenant_of(caller, name)) as desk:
            case = self._case(desk, name)
            if repeat.answer(desk.records, desk.vault) is not None:
                yield None
                return
            yield case
            answer: dict[str, object] = {"interview": name.interview}
            repeat.remember(desk.records, desk.vault, answer, desk.now)
            state = case.interview.state.value
            details: Details = {"state": state, "request_id": request_id, **(more or {})}
            case.record(caller.subject, action, details)

    def _case(self, desk: _Desk, name: InterviewName) -> OpenCase:
        row = desk.records.interviews.get(name.interview)
        return OpenCase(desk.transaction, self._audit, desk.vault, row, desk.now)

    def _new(
        self,
        desk: _Desk,
        product: Product,
        invitations: Sequence[Invitation],
        external_id: str,
    ) -> OpenCase:
        interview = Interview(
            id=new_id("iv"),
            tenant=desk.records.tenant,
            product=product.id,
            external_id=external_id,
            policy_version=self._policy.version,
            created_at=desk.now,
            expires_at=desk.now + timedelta(seconds=product.open_s),
            participants=tuple(
                _participant(number, product, one) for number, one in enumerate(invitations, 1)
            ),
        )
        return new_case(desk.transaction, self._audit, desk.vault, interview, product)

    def _check_room(self, desk: _Desk) -> None:
        if desk.records.interviews.open_count() >= self._max_open_count:
            raise TooManyInterviewsError(
                f"the tenant has {self._max_open_count} open cases; close some of them first"
            )

    def _review(self, case: OpenCase, caller: Caller, approved: bool, reason: str) -> None:
        round_ = case.interview.review_round
        case.review(Review(caller.subject, approved, reason, case.now, round_))
        needed = max(1, case.product.reviewer_count)
        if not approved:
            case.move(None, Move.REJECT, BY_REVIEWER, caller.subject)
        elif len(case.interview.reviews_now) >= needed:
            case.move(None, Move.APPROVE, BY_REVIEWER, caller.subject)


def _participant(number: int, product: Product, invitation: Invitation) -> Participant:
    steps = product.steps[invitation.role]
    return Participant(f"p{number}", invitation.role, invitation.display_name, steps)


def _accesses(case: OpenCase) -> tuple[Access, ...]:
    return tuple(_access(case, person.id) for person in case.interview.participants)


def _access(case: OpenCase, participant: str) -> Access:
    """Return a participant's way in; a new token takes the place of one that was never used."""
    person = case.interview.participant(participant)
    if person is None or person.state is not State.CREATED:
        return Access(case.name.participant(participant), "")
    records, interview = case.records, case.name.interview
    records.forget_tokens(records.tokens(interview, participant, is_resuming=False))
    token = case.give_token(participant, is_resuming=False)
    return Access(case.name.participant(participant), token)


def _check_open(case: OpenCase) -> None:
    if case.interview.is_closed:
        raise InterviewClosedError(
            f"{case.name} is {case.interview.state.value}; open a new case",
            state=case.interview.state.value,
        )


def _check_reviewable(case: OpenCase, caller: Caller) -> None:
    _check_open(case)
    state = case.interview.state
    if state is not State.REVIEW:
        raise MoveNotAllowedError(
            f"{case.name} is at {state.value}, not in review; hand it over to decide it now",
            state=state.value,
        )
    if any(one.reviewer == caller.subject for one in case.interview.reviews_now):
        raise ReviewedBeforeError(
            f"{caller.subject} has reviewed {case.name} before; another person has to"
        )
