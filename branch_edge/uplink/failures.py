"""What a call to the server can end with, as errors of our tree."""

import asyncio

from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc.aio import AioRpcError

from base.errors import (
    AccessError,
    LinkLostError,
    MessageTooLargeError,
    ServerRefusedError,
    SmartBranchError,
    StateError,
    leaves,
)

_DETAILS_KEY = "grpc-status-details-bin"
_TOO_LARGE = "larger than max"  # The transport's own words; it gives no reason.
_LEAVES = {leaf.reason: leaf for leaf in leaves(SmartBranchError)}
# What a connection that broke looks like; also a write that met the end of its call.
_LOST = frozenset({"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL"})


def to_error(error: AioRpcError) -> SmartBranchError:
    """Return what a failed call says; a reason that this version knows is the error itself."""
    code, text = error.code().name, error.details() or "the server gave no reason"
    reason, metadata = _info_of(error)
    if reason in _LEAVES:
        return _LEAVES[reason](text, **metadata)
    if _TOO_LARGE in text:
        return MessageTooLargeError(text)
    if code in _LOST:
        return LinkLostError(f"{code}: {text}")
    return ServerRefusedError(f"{reason or code}: {text}", code=code)


def _info_of(error: AioRpcError) -> tuple[str, dict[str, str]]:
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            for detail in Status.FromString(value).details:
                info = ErrorInfo()
                if detail.Unpack(info):
                    return info.reason, dict(info.metadata)
    return "", {}


def needs_a_person(error: SmartBranchError) -> bool:
    """Return whether trying again soon cannot help."""
    return isinstance(error, AccessError | StateError | ServerRefusedError)


def silence(limit_s: float) -> LinkLostError:
    """Return what a server that says nothing is."""
    return LinkLostError(f"the server was silent for {limit_s:g} s")


# What a call raises when the other side has ended it.
ENDED = (AioRpcError, asyncio.InvalidStateError)
