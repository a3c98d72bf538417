"""A failure as a gRPC status with `google.rpc` details (AIP-193)."""

from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped]
    ErrorInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc.aio import ServicerContext

from serving.failures import DOMAIN, Failure
from serving.gate import REQUEST_ID_HEADER

DETAILS_KEY = "grpc-status-details-bin"


def status_of(failure: Failure) -> Status:
    """Return the rich status of a failure."""
    details = [_packed(ErrorInfo(reason=failure.reason, domain=DOMAIN, metadata=failure.metadata))]
    if failure.retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(round(failure.retry_after_s * 1e9))
        details.append(_packed(RetryInfo(retry_delay=delay)))
    code = grpc.StatusCode[failure.code].value[0]
    return Status(code=code, message=failure.message, details=details)


def _packed(message: ErrorInfo | RetryInfo) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed


async def abort(
    context: "ServicerContext[object, object]", failure: Failure, request_id: str
) -> NoReturn:
    """End the call with `failure`."""
    trailers = (
        (DETAILS_KEY, status_of(failure).SerializeToString()),
        (REQUEST_ID_HEADER, request_id),
    )
    await context.abort(grpc.StatusCode[failure.code], failure.message, trailers)
    raise AssertionError("abort does not return")
