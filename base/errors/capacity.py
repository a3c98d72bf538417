"""More than can be done now."""

from base.errors.root import SmartBranchError


class CapacityError(SmartBranchError):
    """More than can be done now."""

    grpc_code = "RESOURCE_EXHAUSTED"


class QueueFullError(CapacityError):
    """The model's queue is full."""

    reason = "QUEUE_FULL"


class RateLimitedError(CapacityError):
    """The client sends faster than it may."""

    reason = "RATE_LIMITED"


class TooManyRequestsInFlightError(CapacityError):
    """The server works on as many requests as it takes at once."""

    reason = "SERVER_BUSY"


class MessageTooLargeError(CapacityError):
    """The message or stream is longer than is taken."""

    reason = "MESSAGE_TOO_LARGE"


class DeadlineExceededError(CapacityError):
    """The caller's deadline passed before the answer was there."""

    reason = "DEADLINE_EXCEEDED"
    grpc_code = "DEADLINE_EXCEEDED"


class StartingError(CapacityError):
    """The server is still loading its models; ask again in a moment."""

    reason = "STARTING"
    grpc_code = "UNAVAILABLE"


class DrainingError(CapacityError):
    """The server is stopping; another one will answer."""

    reason = "DRAINING"
    grpc_code = "UNAVAILABLE"
