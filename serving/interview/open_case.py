"""One case within one transaction: read whole, changed by moves alone, written as it changes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from base.ids import InterviewName
from kyc.case import Findings, Interview, Note, Participant, Review, Transition
from kyc.codec import product_to_json
from kyc.moves import invite, move, without_faces
from kyc.policy import Product
from kyc.states import FACE_STEPS, Move, State
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.galleries.vault import TenantVault
from serving.interview import rows
from serving.interview.tokens import new_token, token_hash
from serving.interview.vault import CaseVault
from serving.storage.database import Transaction
from serving.storage.interview_schema import AttendTokenRow, InterviewRow, ParticipantRow
from serving.storage.interviews import InterviewRecords

SYSTEM = "system"
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,62}|")


def new_case(
    transaction: Transaction,
    audit: AuditLog,
    tenant: TenantVault,
    interview: Interview,
    product: Product,
) -> "OpenCase":
    """Write a case that begins, with everybody who is to take part."""
    name = InterviewName(interview.tenant, interview.id)
    vault, wrapped_key = CaseVault.new(name, tenant)
    row = InterviewRow(
        tenant=interview.tenant,
        interview=interview.id,
        product=product.id,
        rules=product_to_json(product),
        policy_version=interview.policy_version,
        wrapped_key=wrapped_key,
        created_at=interview.created_at,
    )
    rows.put_interview(row, interview, product.keep_s, vault)
    records = transaction.tenant(interview.tenant).interviews
    records.add(row)
    for number, person in enumerate(interview.participants, 1):
        records.add(rows.participant_row(interview, number, person, vault))
    return OpenCase(transaction, audit, tenant, row, interview.created_at)


class OpenCase:
    """A case that may change. Every change writes its rows and its audit line."""

    def __init__(
        self,
        transaction: Transaction,
        audit: AuditLog,
        tenant: TenantVault,
        row: InterviewRow,
        now: datetime,
    ) -> None:
        self._transaction = transaction
        self._audit = audit
        self._row = row
        self.records: InterviewRecords = transaction.tenant(row.tenant).interviews
        self.now = now
        self.name = InterviewName(row.tenant, row.interview)
        self.vault = CaseVault.of(self.name, tenant, row.wrapped_key)
        self.product = rows.product_of(row)
        self._people = {
            one.participant: one for one in self.records.participants_of([row.interview])
        }
        self.interview = self._read()

    def _read(self) -> Interview:
        people = list(self._people.values())
        reviews = self.records.reviews_of([self._row.interview])
        return rows.interview_of(self._row, people, reviews, self.vault)

    def move(self, participant: str | None, move_: Move, reason: str, actor: str) -> None:
        """Make a move. reason: a code; anything else is not kept. Raises MoveNotAllowedError."""
        code = reason if _CODE.fullmatch(reason) else ""
        with self._changes():
            self.interview, made = move(self.interview, participant, move_, code, actor, self.now)
            self._note(made)

    def invite(self, person: Participant, actor: str) -> None:
        """Add a participant. Raises MoveNotAllowedError."""
        with self._changes():
            self.interview, made = invite(self.interview, person, actor, self.now)
            self._note(made)
            number = len(self.interview.participants)
            row = rows.participant_row(self.interview, number, person, self.vault)
            self.records.add(row)
            self._people[person.id] = row

    def leave_faces_out(self, participant: str) -> None:
        """Let somebody go on who did not agree that faces are compared; a person decides."""
        person = self.interview.participant(participant)
        if person is not None and FACE_STEPS & set(person.steps):
            with self._changes():
                self.interview = without_faces(self.interview, participant)

    def review(self, review: Review) -> None:
        """Keep a review."""
        with self._changes():
            number = len(self.interview.reviews) + 1
            row = rows.review_row(self.interview, number, review, self.vault)
            self.records.add(row)
            self.interview = replace(self.interview, reviews=(*self.interview.reviews, review))

    def hold(self, is_held: bool) -> None:
        """Set or end a legal hold."""
        with self._changes():
            self.interview = replace(self.interview, is_held=is_held)

    def write_note(self, kind: str, text: str, actor: str) -> None:
        """Keep what somebody wrote; nothing if it is empty."""
        if text:
            with self._changes():
                note = Note(kind, text, actor, self.now)
                self.interview = replace(self.interview, notes=(*self.interview.notes, note))

    def give_token(self, participant: str, is_resuming: bool) -> str:
        """Return a new token of a participant; its hash alone is kept."""
        token, interview = new_token(), self.name.interview
        last = self.records.tokens(interview, participant, is_resuming)[-1:]
        row = AttendTokenRow(
            tenant=self.name.tenant,
            token_hash=token_hash(token),
            interview=interview,
            participant=participant,
            number=last[0].number + 1 if last else 1,
            is_resuming=is_resuming,
        )
        self.records.add(row)
        return token

    def record(self, actor: str, action: str, details: Details, resource: str = "") -> None:
        """Write an audit line about the case, or about a resource of it."""
        event = AuditEvent(
            actor, self.name.tenant, action, resource or str(self.name), Outcome.OK, details
        )
        self._audit.record(self._transaction, event)

    def row_of(self, participant: str) -> ParticipantRow:
        """Return a participant's row. Raises KeyError."""
        return self._people[participant]

    def findings_of(self, participant: str) -> Findings:
        """Return what is known of a participant. Raises KeyError."""
        return rows.findings_of(self._people[participant], self.vault)

    @contextmanager
    def _changes(self) -> Iterator[None]:
        before = self.interview
        yield
        self._keep_time(before)
        rows.put_interview(self._row, self.interview, self.product.keep_s, self.vault)
        for person in self.interview.participants:
            if person != before.participant(person.id):
                rows.put_participant(self._people[person.id], person)

    def _keep_time(self, before: Interview) -> None:
        """Give reviewers, or whoever was invited, the time that the policy gives them."""
        after = self.interview
        comes_to_review = after.review_round > before.review_round
        has_invited = len(after.participants) > len(before.participants)
        if after.is_closed or not (comes_to_review or has_invited):
            return
        is_review = after.state is State.REVIEW
        span_s = self.product.review_s if is_review else self.product.open_s
        until = max(after.expires_at, self.now + timedelta(seconds=span_s))
        self.interview = replace(after, expires_at=until)

    def _note(self, made: tuple[Transition, ...]) -> None:
        for row in rows.transition_rows(self.interview, made):
            self.records.add(row)
        for one in made:
            whose = self.name.participant(one.participant) if one.participant else ""
            details: Details = {
                "number": one.number,
                "move": one.move.value,
                "from": one.from_state.value,
                "to": one.to_state.value,
                "reason": one.reason,
            }
            self.record(one.actor, "interview.move", details, whose)
