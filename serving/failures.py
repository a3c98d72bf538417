"""What a caller is told about an error, the same over gRPC and HTTP."""

import math
from dataclasses import dataclass

from base.errors import SmartBranchError

DOMAIN = "smartbranch"
UNEXPECTED = "INTERNAL"
# AIP-193 and google.rpc.Code: canonical code to HTTP status.
HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "CANCELLED": 499,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it goes out.

    code: canonical gRPC code. reason: stable UPPER_SNAKE name. is_fault: ours to mend.
    """

    code: str
    reason: str
    message: str
    metadata: dict[str, str]
    is_fault: bool

    @property
    def http_status(self) -> int:
        """The HTTP status that goes with the code."""
        return HTTP_STATUS[self.code]

    @property
    def retry_after_s(self) -> float | None:
        """How long to wait before asking again, if that is known."""
        text = self.metadata.get("retry_after_s")
        return None if text is None else float(text)

    @property
    def retry_after_header(self) -> str | None:
        """The same in whole seconds, as the HTTP header wants it."""
        wait_s = self.retry_after_s
        return None if wait_s is None else str(max(1, math.ceil(wait_s)))


def failure_of(error: BaseException, request_id: str) -> Failure:
    """Return what a caller is told; an unexpected error tells no more than the request's id."""
    if isinstance(error, SmartBranchError) and error.reason:
        metadata = {**error.metadata, "request_id": request_id}
        is_fault = error.grpc_code in {"INTERNAL", "DATA_LOSS"}
        return Failure(error.grpc_code, error.reason, error.message, metadata, is_fault)
    return Failure(
        "INTERNAL",
        UNEXPECTED,
        f"the server failed; give its operator the request id {request_id}",
        {"request_id": request_id},
        is_fault=True,
    )
