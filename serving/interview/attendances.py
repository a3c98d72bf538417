"""The books of attendances: who may come in, and what each has come to."""

import hashlib
import json
import threading
from collections.abc import Callable

from base.clock import Clock
from base.errors import (
    AttendTokenInvalidError,
    InterviewClosedError,
    MoveNotAllowedError,
    ParticipantNotFoundError,
    RecordingFullError,
)
from kyc.case import Check, Participant, VerdictOutcome
from kyc.codec import findings_to_json
from kyc.events import Recorded
from kyc.moves import REVIEW_REQUIRED
from kyc.states import FINAL, Move, State
from serving.audit.log import AuditLog
from serving.audit.types import Details
from serving.galleries.vault import Vaults
from serving.interview import rows
from serving.interview.open_case import SYSTEM, OpenCase
from serving.interview.tokens import token_hash
from serving.interview.types import Look, Ticket
from serving.storage.database import Database, Transaction

# Of one participant; beyond it the one that was given out just before goes, so that somebody who
# opens the page again and again cannot push out the one that is in use.
MAX_RESUME_TOKENS = 8
MAX_WRITTEN_BYTES = 4 * 1024 * 1024
"""Findings and carry of one participant, each."""
POLICY = "POLICY"
# Decided over the whole case, by `_settle`.
_OF_THE_CASE = frozenset({Move.APPROVE, Move.REJECT, Move.EXPIRE, Move.INVITE})


class AttendanceBooks:
    """Lets participants in by their tokens, and writes down how far they are.

    Blocking, safe to share between threads.
    """

    def __init__(
        self,
        database: Database,
        vaults: Vaults,
        audit: AuditLog,
        clock: Clock,
        expire: Callable[[str], None],
    ) -> None:
        self._database = database
        self._vaults = vaults
        self._audit = audit
        self._clock = clock
        self._expire = expire
        self._attending: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def look(self, attend_token: str) -> Look:
        """Say what a token opens, without opening it. Raises AttendTokenInvalidError."""
        tenant = self._tenant_of(attend_token)
        with self._database.read() as transaction:
            case, person = self._find(transaction, tenant, attend_token, False)
            return Look(
                name=case.name,
                participant=person.id,
                state=person.state,
                product=case.product.id,
                role=person.role,
                display_name=person.display_name,
            )

    def enter(self, attend_token: str, resume_token: str = "", request_id: str = "") -> Ticket:
        """Let a participant in by one of two tokens; the resume token counts, if there is one.

        The state stays as it is: an attendance that begins makes the move `BEGIN` itself.
        Raises AttendTokenInvalidError, and InterviewClosedError for one whose part is over.
        """
        token, is_resuming = resume_token or attend_token, bool(resume_token)
        tenant = self._tenant_of(token)
        with self._database.write() as transaction:
            case, person = self._find(transaction, tenant, token, is_resuming)
            if person.state is State.REVIEW or person.state in FINAL:
                raise _closed(case, person)
            fresh = _give_token(case, person.id, token_hash(token) if is_resuming else None)
            details: Details = {
                "state": person.state.value,
                "resumed": is_resuming,
                "request_id": request_id,
            }
            case.record(SYSTEM, "interview.enter", details, case.name.participant(person.id))
            return _ticket(case, person, fresh, request_id)

    def record(self, ticket: Ticket, recorded: Recorded) -> State:
        """Write down what an attendance has come to, in one transaction; return the state.

        The same again, as after an answer that was lost, changes nothing. Raises
        InterviewClosedError where the case, or this part of it, was ended by others meanwhile,
        InterviewNotFoundError for one that was erased, MoveNotAllowedError, and
        RecordingFullError for more than is kept.
        """
        text = findings_to_json(recorded.findings)
        if max(len(text), len(recorded.sealed)) > MAX_WRITTEN_BYTES:
            raise RecordingFullError("the findings of this participant are more than is kept")
        self._expire(ticket.tenant)
        with self._database.write() as transaction:
            records = transaction.tenant(ticket.tenant)
            case = OpenCase(
                transaction,
                self._audit,
                self._vaults.open(records),
                records.interviews.get(ticket.name.interview),
                self._clock.now(),
            )
            row, person = case.row_of(ticket.participant), _person(case, ticket.participant)
            digest = _digest(case, text, recorded)
            if recorded.moves and digest == row.digest:
                return person.state
            if case.interview.is_closed or person.state in FINAL:
                raise _closed(case, person)
            _write(case, person, recorded)
            rows.put_findings(row, recorded.findings, recorded.sealed, case.vault)
            row.digest = digest
            _settle(case, recorded)
            return _person(case, ticket.participant).state

    def set_attending(
        self, tenant: str, interview: str, participant: str, is_attending: bool
    ) -> None:
        """Remember whether somebody is there now; a restart forgets it."""
        with self._lock:
            change = self._attending.add if is_attending else self._attending.discard
            change((tenant, interview, participant))

    def is_attending(self, tenant: str, interview: str, participant: str) -> bool:
        """Return whether somebody is there now."""
        with self._lock:
            return (tenant, interview, participant) in self._attending

    def _tenant_of(self, token: str) -> str:
        with self._database.read() as transaction:
            tenant = transaction.tenant_of_attend_token(token_hash(token)) if token else None
        if tenant is None:
            raise _invalid()
        self._expire(tenant)
        return tenant

    def _find(
        self, transaction: Transaction, tenant: str, token: str, is_resuming: bool
    ) -> tuple[OpenCase, Participant]:
        records = transaction.tenant(tenant)
        found = records.interviews.token(token_hash(token))
        # What opens the page does not take an attendance over, nor the other way round.
        if found is None or found.is_resuming is not is_resuming:
            raise _invalid()
        case = OpenCase(
            transaction,
            self._audit,
            self._vaults.open(records),
            records.interviews.get(found.interview),
            self._clock.now(),
        )
        return case, _person(case, found.participant)


def _write(case: OpenCase, person: Participant, recorded: Recorded) -> None:
    consents = recorded.findings.consents
    if consents and not consents[-1].accepted_face:
        case.leave_faces_out(person.id)
    resource = case.name.participant(person.id)
    for check in recorded.checks:
        case.record(SYSTEM, "interview.check", _check_details(check), resource)
    for move, reason in recorded.moves:
        if move in _OF_THE_CASE:
            continue
        try:
            case.move(person.id, move, reason, SYSTEM)
        except MoveNotAllowedError:
            if person.state is State.REVIEW:
                raise _closed(case, person) from None
            raise


def _settle(case: OpenCase, recorded: Recorded) -> None:
    """Let the policy decide where it may: a broken rule rejects, or what all passed approves."""
    interview = case.interview
    refusals = [reason for move, reason in recorded.moves if move is Move.REFUSE]
    if interview.is_closed:
        return
    if refusals and case.product.rejects_refused:
        case.move(None, Move.REJECT, refusals[-1], SYSTEM)
    elif (
        interview.state is State.REVIEW
        and interview.reason == REVIEW_REQUIRED
        and not case.product.reviewer_count
        and all(_has_passed(case, person) for person in interview.participants)
    ):
        case.move(None, Move.APPROVE, POLICY, SYSTEM)


def _has_passed(case: OpenCase, person: Participant) -> bool:
    verdict = case.findings_of(person.id).verdict
    has_passed = verdict is not None and verdict.outcome is VerdictOutcome.PASSED
    return has_passed and person.state is State.REVIEW


def _give_token(case: OpenCase, participant: str, used: str | None) -> str:
    """Return a new token to go on with; the one that was used stays good until this one was.

    used: hash of the token that opened; None for an attend token, which takes none away: whoever
    opens the page a second time cannot know the token that is in use.
    """
    records, interview = case.records, case.name.interview
    tokens = records.tokens(interview, participant, is_resuming=True)
    if used is not None:
        records.forget_tokens([one for one in tokens if one.token_hash != used])
    else:
        records.forget_tokens(tokens[MAX_RESUME_TOKENS - 1 :])
    return case.give_token(participant, is_resuming=True)


def _ticket(case: OpenCase, person: Participant, resume_token: str, request_id: str) -> Ticket:
    row = case.row_of(person.id)
    return Ticket(
        tenant=case.name.tenant,
        name=case.name,
        participant=person.id,
        role=person.role,
        product=case.product,
        steps=person.steps,
        state=person.state,
        findings=rows.findings_of(row, case.vault),
        sealed=rows.carry_of(row, case.vault),
        key=case.vault.key,
        expires_at=case.interview.expires_at,
        resume_token=resume_token,
        request_id=request_id,
    )


def _person(case: OpenCase, participant: str) -> Participant:
    person = case.interview.participant(participant)
    if person is None:
        raise ParticipantNotFoundError(f"{case.name} has no participant {participant}")
    return person


def _digest(case: OpenCase, text: str, recorded: Recorded) -> bytes:
    moves = json.dumps([(move.value, reason) for move, reason in recorded.moves])
    whole = hashlib.sha256()
    for part in (moves.encode(), text.encode(), recorded.sealed):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return case.vault.key.mac(whole.digest(), "interview.record")


def _check_details(check: Check) -> Details:
    return {
        "check": check.name,
        "outcome": check.outcome.value,
        "reason": check.reasons[0].code,
        "models": " ".join(check.model_ids),
        "sequence": check.sequence,
    }


def _invalid() -> AttendTokenInvalidError:
    return AttendTokenInvalidError(
        "the token opens nothing: it is unknown or its case is gone; ask the bank for a new one"
    )


def _closed(case: OpenCase, person: Participant) -> InterviewClosedError:
    return InterviewClosedError(
        f"{case.name.participant(person.id)} is at {person.state.value} and the case at "
        f"{case.interview.state.value}; nothing is left to attend",
        participant=case.name.participant(person.id),
        state=person.state.value,
    )
