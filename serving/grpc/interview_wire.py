"""Messages of cases to our types and back; JSON is made of the same ones."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError
from kyc.case import (
    Answer,
    Check,
    CheckOutcome,
    ConductEvent,
    Consent,
    DocumentRecord,
    Findings,
    Position,
    Review,
    Transition,
    Verdict,
)
from kyc.states import Role, State
from protos.smartbranch.kyc.v1 import interview_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls
from protos.smartbranch.vision.v1 import document_pb2
from serving.galleries.types import Receipt
from serving.grpc.wire import lookup, model_message, reason_message, signal_message
from serving.interview.types import Access, CaseView, Invitation, ParticipantView
from serving.models import ModelFacts

_ROLES = {messages.ParticipantRole.Value(role.value): role for role in Role}
_STATES = {messages.InterviewState.Value(state.value): state for state in State}
_DECISIONS = {
    CheckOutcome.PASSED: document_pb2.DocumentDecision.VALID,
    CheckOutcome.FAILED: document_pb2.DocumentDecision.INVALID,
    CheckOutcome.INCONCLUSIVE: document_pb2.DocumentDecision.INCONCLUSIVE,
}
DEFAULT_PAGE_SIZE = 50


def invitation_of(message: calls.ParticipantInvitation) -> Invitation:
    """Return who is to take part. Raises InvalidArgumentError."""
    role = lookup(_ROLES, message.role, "participant.role")
    return Invitation(role, message.display_name)


def state_of(value: "messages.InterviewState.ValueType") -> State | None:
    """Return a state, None for none. Raises InvalidArgumentError."""
    return None if not value else lookup(_STATES, value, "state")


def page_size_of(value: int) -> int:
    """Return the size of a page. Raises InvalidArgumentError for a negative one."""
    if value < 0:
        raise InvalidArgumentError("page_size must not be negative", field="page_size")
    return value or DEFAULT_PAGE_SIZE


def approval_of(message: calls.ReviewInterviewRequest) -> bool:
    """Return what was decided. Raises InvalidArgumentError where it was left out."""
    if not message.HasField("approved"):
        raise InvalidArgumentError("approved is true or false, and needed", field="approved")
    return message.approved


def hold_of(message: calls.HoldInterviewRequest) -> bool:
    """Return whether a case is to be held. Raises InvalidArgumentError where it was left out."""
    if not message.HasField("held"):
        raise InvalidArgumentError("held is true or false, and needed", field="held")
    return message.held


def interview_message(case: CaseView, models: Sequence[ModelFacts] = ()) -> messages.Interview:
    """Return a case. models: to name beside it."""
    interview = case.interview
    return messages.Interview(
        name=str(case.name),
        product=interview.product,
        external_id=interview.external_id,
        state=state_value(interview.state),
        participants=[_participant_message(case, one) for one in case.participants],
        transitions=[_transition_message(one) for one in case.transitions],
        reviews=[_review_message(one) for one in interview.reviews],
        reviewer_count=max(1, case.product.reviewer_count),
        policy_version=interview.policy_version,
        create_time=time_message(interview.created_at),
        expire_time=time_message(interview.expires_at),
        purge_time=time_message(case.purges_at),
        is_held=interview.is_held,
        hand_over_reason=interview.reason,
        models=[model_message(one) for one in models],
    )


def access_message(access: Access) -> calls.ParticipantAccess:
    """Return a participant's way in."""
    return calls.ParticipantAccess(
        participant=access.participant,
        attend_token=access.attend_token,
        page_path=access.page_path,
    )


def receipt_message(receipt: Receipt) -> calls.InterviewReceipt:
    """Return what was erased."""
    return calls.InterviewReceipt(
        name=receipt.resource,
        erase_time=time_message(receipt.erased_at),
        stores=[
            calls.StoreErasure(store=one.name, erased_count=one.erased_count)
            for one in receipt.stores
        ],
    )


def check_message(check: Check) -> messages.InterviewCheck:
    """Return a check."""
    return messages.InterviewCheck(
        name=check.name,
        outcome=messages.CheckOutcome.Value(check.outcome.value),
        reasons=[reason_message(reason) for reason in check.reasons],
        signals=[signal_message(signal) for signal in check.signals],
        operating_point=check.operating_point,
        model_ids=check.model_ids,
        decide_time=time_message(check.decided_at),
        sequence=check.sequence,
    )


def verdict_message(
    verdict: Verdict, findings: Findings, state: State
) -> messages.InterviewVerdict:
    """Return how an attendance ended. state: where the participant stands now."""
    return messages.InterviewVerdict(
        outcome=messages.InterviewVerdict.Outcome.Value(verdict.outcome.value),
        reasons=[reason_message(reason) for reason in verdict.reasons],
        state=state_value(state),
        checks=[check_message(check) for check in findings.checks],
        verdict_time=time_message(verdict.given_at),
    )


def state_value(state: State) -> "messages.InterviewState.ValueType":
    """Return a state."""
    return messages.InterviewState.Value(state.value)


def time_message(moment: datetime | None) -> Timestamp | None:
    """Return a time, None for none."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp


def _participant_message(case: CaseView, view: ParticipantView) -> messages.Participant:
    person = view.participant
    message = messages.Participant(
        name=case.name.participant(person.id),
        role=messages.ParticipantRole.Value(person.role.value),
        state=state_value(person.state),
        steps=[state_value(step) for step in person.steps],
        display_name=person.display_name,
        is_attending=view.is_attending,
        pictures=view.pictures,
        recorded_count=view.recorded_count,
    )
    if view.findings is not None:
        message.MergeFrom(_findings_message(view.findings, person.state))
    return message


def _findings_message(findings: Findings, state: State) -> messages.Participant:
    """Return what was found, as the part of a participant that says it."""
    position, document, verdict = findings.position, findings.document, findings.verdict
    decided = findings.check("document")
    return messages.Participant(
        attempt_count=sum(findings.attempts.values()),
        checks=[check_message(one) for one in findings.checks],
        events=[_event_message(one) for one in findings.events],
        consents=[_consent_message(one) for one in findings.consents],
        questions=[_answer_message(one) for one in findings.answers],
        position=None if position is None else _position_message(position),
        document=None if document is None else _document_message(document, decided),
        verdict=None if verdict is None else verdict_message(verdict, findings, state),
    )


def _event_message(event: ConductEvent) -> messages.ConductEvent:
    return messages.ConductEvent(
        number=event.number,
        code=event.code,
        severity=messages.ConductSeverity.Value(event.severity.value),
        text=event.text,
        start_time=time_message(event.started_at),
        end_time=time_message(event.ended_at),
        sequence=event.sequence,
        has_snapshot=event.has_snapshot,
    )


def _transition_message(made: Transition) -> messages.Transition:
    return messages.Transition(
        number=made.number,
        participant=made.participant or "",
        from_state=state_value(made.from_state),
        to_state=state_value(made.to_state),
        move=made.move.value,
        reason=made.reason,
        actor=made.actor,
        move_time=time_message(made.moved_at),
    )


def _consent_message(consent: Consent) -> messages.ConsentRecord:
    return messages.ConsentRecord(
        text_version=consent.text_version,
        text=consent.text,
        accepted=consent.accepted,
        accepted_face=consent.accepted_face,
        consent_time=time_message(consent.given_at),
    )


def _answer_message(answer: Answer) -> messages.QuestionRecord:
    return messages.QuestionRecord(
        question=answer.question,
        text=answer.text,
        answer=answer.answer,
        ask_time=time_message(answer.asked_at),
        answer_time=time_message(answer.answered_at),
        voice_at_prompt=answer.voice_at_prompt,
    )


def _position_message(position: Position) -> messages.ReportedPosition:
    return messages.ReportedPosition(
        latitude_deg=position.latitude_deg,
        longitude_deg=position.longitude_deg,
        accuracy_m=position.accuracy_m,
        position_time=time_message(position.measured_at),
    )


def _review_message(review: Review) -> messages.ReviewRecord:
    return messages.ReviewRecord(
        reviewer=review.reviewer,
        approved=review.approved,
        reason=review.reason,
        review_time=time_message(review.reviewed_at),
    )


def _document_message(record: DocumentRecord, decided: Check | None) -> document_pb2.IdDocument:
    kinds = document_pb2.DocumentKind
    kind = kinds.Value(record.kind) if record.kind in kinds.keys() else kinds.UNKNOWN_DOCUMENT
    decision = None
    if decided is not None:
        decision = document_pb2.DocumentDecision(
            outcome=_DECISIONS[decided.outcome],
            reasons=[reason_message(reason) for reason in decided.reasons],
        )
    return document_pb2.IdDocument(
        kind=kind,
        decision=decision,
        fields=[
            document_pb2.DocumentField(
                name=name, value=value, confidence=record.confidences.get(name)
            )
            for name, value in record.fields.items()
        ],
        checks=[
            document_pb2.DocumentCheck(name=name, passed=passed, text=text)
            for name, passed, text in record.checks
        ],
    )
