"""What a call can end with."""

import grpc
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

_DETAILS_KEY = "grpc-status-details-bin"
_TOO_LARGE = "larger than max"  # The transport's own words; it gives no reason.


class ApiError(Exception):
    """The server refused a call, or could not be reached.

    reason: stable UPPER_SNAKE name, such as `NO_FACE`; the canonical code where the transport
    itself failed. code: canonical code. metadata: everything variable that the message says.
    """

    def __init__(self, reason: str, code: str, message: str, metadata: dict[str, str]) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.code = code
        self.message = message
        self.metadata = metadata

    @property
    def is_unavailable(self) -> bool:
        """Whether asking again can help by itself."""
        return self.code == "UNAVAILABLE"


def to_api_error(error: grpc.aio.AioRpcError) -> ApiError:
    """Return what a failed call says."""
    code, message = error.code().name, error.details() or ""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            for detail in Status.FromString(value).details:
                info = ErrorInfo()
                if detail.Unpack(info):
                    return ApiError(info.reason, code, message, dict(info.metadata))
    reason = "MESSAGE_TOO_LARGE" if _TOO_LARGE in message else code
    return ApiError(reason, code, message, {})
