"""Rows of a case to our values and back; personal fields are sealed on the way."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kyc.case import Findings, Interview, Note, Participant, Review, Transition
from kyc.codec import findings_from_json, findings_to_json, from_plain, product_from_json, to_plain
from kyc.policy import Product
from kyc.states import Move, Role, State
from serving.interview.vault import CaseVault
from serving.storage.interview_schema import (
    InterviewRow,
    ParticipantRow,
    ReviewRow,
    TransitionRow,
)

_PROFILE = "profile"


def product_of(row: InterviewRow) -> Product:
    """Return the rules that the case was opened with."""
    return product_from_json(row.rules)


def interview_of(
    row: InterviewRow,
    people: Iterable[ParticipantRow],
    reviews: Iterable[ReviewRow],
    vault: CaseVault,
) -> Interview:
    """Return a case."""
    profile = json.loads(vault.open(row.sealed_profile, _PROFILE))
    return Interview(
        id=row.interview,
        tenant=row.tenant,
        product=row.product,
        external_id=profile["external_id"],
        policy_version=row.policy_version,
        created_at=row.created_at,
        expires_at=row.expires_at,
        participants=tuple(_participant_of(one, vault) for one in people),
        state=State(row.state),
        reason=row.reason,
        reviews=tuple(_review_of(one, vault) for one in reviews),
        is_held=row.is_held,
        closed_at=row.closed_at,
        review_round=row.review_round,
        transition_count=row.transition_count,
        notes=tuple(from_plain(Note, one) for one in profile["notes"]),
    )


def put_interview(row: InterviewRow, interview: Interview, keep_s: float, vault: CaseVault) -> None:
    """Write what may have changed of a case into its row. keep_s: after it is closed."""
    row.state = interview.state.value
    row.reason = interview.reason
    row.transition_count = interview.transition_count
    row.expires_at = interview.expires_at
    row.review_round = interview.review_round
    row.closed_at = interview.closed_at
    row.purges_at = purge_time(interview, keep_s)
    row.is_held = interview.is_held
    profile = {"external_id": interview.external_id, "notes": to_plain(interview.notes)}
    row.sealed_profile = vault.seal(json.dumps(profile).encode(), _PROFILE)


def purge_time(interview: Interview, keep_s: float) -> datetime | None:
    """Return when everything of a case goes; None while it is open."""
    closed_at = interview.closed_at
    return None if closed_at is None else closed_at + timedelta(seconds=keep_s)


def participant_row(
    interview: Interview, number: int, person: Participant, vault: CaseVault
) -> ParticipantRow:
    """Return the row of somebody who has just been invited."""
    row = ParticipantRow(
        tenant=interview.tenant,
        interview=interview.id,
        participant=person.id,
        number=number,
        role=person.role.value,
        sealed_profile=vault.seal(person.display_name.encode(), _place(person.id, "name")),
        digest=b"",
    )
    put_participant(row, person)
    put_findings(row, Findings(), b"", vault)
    return row


def put_participant(row: ParticipantRow, person: Participant) -> None:
    """Write what may have changed of a participant into the row."""
    row.state = person.state.value
    row.steps = json.dumps([step.value for step in person.steps])


def put_findings(row: ParticipantRow, findings: Findings, carry: bytes, vault: CaseVault) -> None:
    """Write what is known of a participant into the row."""
    text = findings_to_json(findings)
    row.sealed_findings = vault.seal(text.encode(), _place(row.participant, "findings"))
    row.sealed_carry = vault.seal(carry, _place(row.participant, "carry"))


def findings_of(row: ParticipantRow, vault: CaseVault) -> Findings:
    """Return what is known of a participant."""
    place = _place(row.participant, "findings")
    return findings_from_json(vault.open(row.sealed_findings, place).decode())


def carry_of(row: ParticipantRow, vault: CaseVault) -> bytes:
    """Return what the attendance goes on from."""
    return vault.open(row.sealed_carry, _place(row.participant, "carry"))


def review_row(interview: Interview, number: int, review: Review, vault: CaseVault) -> ReviewRow:
    """Return the row of a review."""
    return ReviewRow(
        tenant=interview.tenant,
        interview=interview.id,
        number=number,
        round=review.round,
        reviewer=review.reviewer,
        approved=review.approved,
        sealed_reason=vault.seal(review.reason.encode(), f"reviews/{number}"),
        reviewed_at=review.reviewed_at,
    )


def transition_rows(interview: Interview, transitions: Sequence[Transition]) -> list[TransitionRow]:
    """Return the rows of moves."""
    return [
        TransitionRow(
            tenant=interview.tenant,
            interview=interview.id,
            number=one.number,
            participant=one.participant,
            from_state=one.from_state.value,
            to_state=one.to_state.value,
            move=one.move.value,
            reason=one.reason,
            actor=one.actor,
            moved_at=one.moved_at,
        )
        for one in transitions
    ]


def transition_of(row: TransitionRow) -> Transition:
    """Return a move."""
    return Transition(
        row.number,
        row.participant,
        State(row.from_state),
        State(row.to_state),
        Move(row.move),
        row.reason,
        row.actor,
        row.moved_at,
    )


def _participant_of(row: ParticipantRow, vault: CaseVault) -> Participant:
    return Participant(
        id=row.participant,
        role=Role(row.role),
        display_name=vault.open(row.sealed_profile, _place(row.participant, "name")).decode(),
        steps=tuple(State(step) for step in json.loads(row.steps)),
        state=State(row.state),
    )


def _review_of(row: ReviewRow, vault: CaseVault) -> Review:
    reason = vault.open(row.sealed_reason, f"reviews/{row.number}").decode()
    return Review(row.reviewer, row.approved, reason, row.reviewed_at, row.round)


def _place(participant: str, what: str) -> str:
    return f"participants/{participant}#{what}"
