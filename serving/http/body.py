"""JSON bodies, read within limits."""

import asyncio
import json
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from base.errors import DeadlineExceededError, InvalidArgumentError
from serving.gate import CallerGoneError
from serving.http.upload import bounded_body

MAX_BYTES = 64 * 1024
JSON_TYPE = "application/json"


async def read_json(request: Request, limit_s: float, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Return the one object of a body.

    Only a page of our own may send this type without asking first (fetch standard, CORS-safelisted
    request headers). Raises InvalidArgumentError, MessageTooLargeError, DeadlineExceededError and
    CallerGoneError.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise InvalidArgumentError(f"expected a body of type {JSON_TYPE}", field="content-type")
    data = bytearray()
    try:
        async with asyncio.timeout(limit_s):
            async for chunk in bounded_body(request, max_bytes, limit_s):
                data += chunk
    except TimeoutError:
        raise DeadlineExceededError(f"the body did not arrive within {limit_s:g} s") from None
    except ClientDisconnect:
        raise CallerGoneError from None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidArgumentError("the body is no JSON") from None
    if not isinstance(found, dict):
        raise InvalidArgumentError("expected a JSON object")
    return found


def text_of(body: dict[str, Any], name: str) -> str:
    """Return a text of a body. Raises InvalidArgumentError."""
    value = body.get(name)
    if not isinstance(value, str) or not _is_whole(value):
        raise InvalidArgumentError(f"{name} must be a text", field=name)
    return value


def _is_whole(text: str) -> bool:
    """Return whether every character is one; JSON can hold halves of them (RFC 8259, 8.2)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
