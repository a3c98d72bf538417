"""Messages of cases to the client's types and back."""

from datetime import UTC

from google.protobuf import json_format

from client.attend_wire import check_from, state_from, verdict_from
from client.interview_types import (
    ErasedStore,
    Interview,
    InterviewAccess,
    InterviewParticipant,
    InterviewReceipt,
    InterviewReview,
    NewParticipant,
    ParticipantRole,
)
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as messages

_ROLES = {interview_pb2.ParticipantRole.Value(one.value): one for one in list(ParticipantRole)[:-1]}


def invitation_to(new: NewParticipant) -> messages.ParticipantInvitation:
    """Return who is to take part. Raises ValueError for a role that is unknown."""
    role = interview_pb2.ParticipantRole.Value(new.role.value)
    return messages.ParticipantInvitation(role=role, display_name=new.display_name)


def access_from(message: messages.ParticipantAccess) -> InterviewAccess:
    """Return a way in."""
    return InterviewAccess(message.participant, message.attend_token, message.page_path)


def interview_from(message: interview_pb2.Interview) -> Interview:
    """Return a case."""
    has_end = message.HasField("purge_time")
    return Interview(
        name=message.name,
        product=message.product,
        external_id=message.external_id,
        state=state_from(message.state),
        participants=tuple(_participant_from(one) for one in message.participants),
        reviews=tuple(_review_from(one) for one in message.reviews),
        reviewer_count=message.reviewer_count,
        policy_version=message.policy_version,
        created_at=message.create_time.ToDatetime(UTC),
        expires_at=message.expire_time.ToDatetime(UTC),
        purges_at=message.purge_time.ToDatetime(UTC) if has_end else None,
        is_held=message.is_held,
        hand_over_reason=message.hand_over_reason,
        details=json_format.MessageToDict(message, preserving_proto_field_name=True),
    )


def receipt_from(message: messages.InterviewReceipt) -> InterviewReceipt:
    """Return what was erased."""
    stores = tuple(ErasedStore(one.store, one.erased_count) for one in message.stores)
    return InterviewReceipt(message.name, message.erase_time.ToDatetime(UTC), stores)


def _participant_from(message: interview_pb2.Participant) -> InterviewParticipant:
    return InterviewParticipant(
        name=message.name,
        role=_ROLES.get(message.role, ParticipantRole.UNKNOWN),
        state=state_from(message.state),
        steps=tuple(state_from(step) for step in message.steps),
        display_name=message.display_name,
        is_attending=message.is_attending,
        attempt_count=message.attempt_count,
        checks=tuple(check_from(one) for one in message.checks),
        verdict=verdict_from(message.verdict) if message.HasField("verdict") else None,
        pictures=tuple(message.pictures),
        recorded_count=message.recorded_count,
    )


def _review_from(message: interview_pb2.ReviewRecord) -> InterviewReview:
    moment = message.review_time.ToDatetime(UTC)
    return InterviewReview(message.reviewer, message.approved, message.reason, moment)
