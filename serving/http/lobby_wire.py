"""Lobby messages as JSON: the proto3 mapping, with the field names of the contract."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message

from base.errors import InvalidArgumentError
from serving.http.wire import Json
from serving.lobby.delivery import Receipt

MAX_RECEIPTS = 256
M = TypeVar("M", bound=Message)


def message_json(message: Message) -> Json:
    """Return a message as JSON; fields that are at their default are left out."""
    return MessageToDict(message, preserving_proto_field_name=True)


def read_message(body: Json, message: M) -> M:
    """Return `message`, filled from JSON. Raises InvalidArgumentError."""
    try:
        return ParseDict(body, message)
    except (ParseError, ValueError, TypeError, ArithmeticError, RecursionError):
        # Its own words repeat what was sent, which can be personal.
        name = message.DESCRIPTOR.name
        raise InvalidArgumentError(f"the body is no {name} as JSON", field="body") from None


def receipts_in(body: Json) -> list[Receipt]:
    """Return what a page says it has. Raises InvalidArgumentError."""
    found = body.get("receipts")
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) > MAX_RECEIPTS:
        raise InvalidArgumentError(
            f"receipts must be a list of at most {MAX_RECEIPTS}", field="receipts"
        )
    return [_receipt(one) for one in found]


def _receipt(found: Any) -> Receipt:
    if not isinstance(found, Mapping):
        raise InvalidArgumentError("a receipt must be an object", field="receipts")
    return Receipt(_number(found.get("event_id")), _moment(found.get("received_time")))


def _number(value: object) -> int:
    """Return a 64-bit number, which proto3 writes as a text."""
    text = str(value) if isinstance(value, int | str) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise InvalidArgumentError("event_id must be a number", field="event_id")
    return int(text)


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # The second: of the first or the last day of all.
        pass
    raise InvalidArgumentError(
        "received_time must be a time with its zone, such as 2026-01-31T09:00:00Z",
        field="received_time",
    )
