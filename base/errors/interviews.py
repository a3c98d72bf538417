"""What can be wrong with documents and interviews."""

from base.errors.access import AccessError
from base.errors.capacity import CapacityError
from base.errors.faults import FaultError
from base.errors.inputs import InvalidInputError
from base.errors.states import StateError


class PolicyInvalidError(InvalidInputError):
    """The file of interview policies says something that cannot be."""

    reason = "POLICY_INVALID"


class ProductNotFoundError(StateError):
    """The policy has no such product."""

    reason = "PRODUCT_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class InterviewNotFoundError(StateError):
    """The tenant has no such case, or it was erased."""

    reason = "INTERVIEW_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class ParticipantNotFoundError(StateError):
    """The case has no such participant."""

    reason = "PARTICIPANT_NOT_FOUND"
    grpc_code = "NOT_FOUND"


class InterviewClosedError(StateError):
    """The case, or the participant's part of it, is over."""

    reason = "INTERVIEW_CLOSED"


class MoveNotAllowedError(StateError):
    """The table has no such move from this state."""

    reason = "MOVE_NOT_ALLOWED"


class ReviewedBeforeError(StateError):
    """The same person reviewed the case before; the policy asks for another."""

    reason = "REVIEWED_BEFORE"


class InterviewHeldError(StateError):
    """A legal hold keeps the case."""

    reason = "INTERVIEW_HELD"


class AlreadyAttendingError(StateError):
    """The participant attends over another connection."""

    reason = "ALREADY_ATTENDING"


class AttendanceUnfinishedError(StateError):
    """The client ended the stream before the verdict; what is done is kept for its return."""

    reason = "ATTENDANCE_UNFINISHED"


class AttendTokenInvalidError(AccessError):
    """The token opens nothing: it is unknown, used up, or its case is gone."""

    reason = "ATTEND_TOKEN_INVALID"
    grpc_code = "UNAUTHENTICATED"


class RecordingFullError(CapacityError):
    """The recording of this participant, or the disk, has no room left."""

    reason = "RECORDING_FULL"


class TooManyInterviewsError(CapacityError):
    """The tenant has as many open cases as it may have."""

    reason = "TOO_MANY_INTERVIEWS"


class RecordingDamagedError(FaultError):
    """A recording was changed or cut after it was acknowledged."""

    reason = "RECORDING_DAMAGED"


class EvidenceInvalidError(InvalidInputError):
    """The file is no evidence pack, or not as it was signed."""

    reason = "EVIDENCE_INVALID"
