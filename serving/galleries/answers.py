"""Answers as they are kept with a request id: ids and numbers, as JSON."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from decision.outcome import Reason
from serving.galleries.types import (
    AcceptedPicture,
    Enrolment,
    PossibleDuplicate,
    Receipt,
    RejectedPicture,
    StoreErasure,
    Subject,
)

_ACCEPTED = TypeAdapter(tuple[AcceptedPicture, ...])
_REJECTED = TypeAdapter(tuple[RejectedPicture, ...])
_DUPLICATES = TypeAdapter(tuple[PossibleDuplicate, ...])
_STORES = TypeAdapter(tuple[StoreErasure, ...])
_REASONS = TypeAdapter(tuple[Reason, ...])


def to_answer(enrolment: Enrolment) -> dict[str, object]:
    """Return an enrolment without its subject, which is read afresh for every answer."""
    return {
        "accepted": _ACCEPTED.dump_python(enrolment.accepted, mode="json"),
        "rejected": _REJECTED.dump_python(enrolment.rejected, mode="json"),
        "possible_duplicates": _DUPLICATES.dump_python(enrolment.possible_duplicates, mode="json"),
    }


def from_answer(subject: Subject, answer: dict[str, object]) -> Enrolment:
    """Return the enrolment that `to_answer` was given."""
    return Enrolment(
        subject,
        _ACCEPTED.validate_python(answer["accepted"]),
        _REJECTED.validate_python(answer["rejected"]),
        _DUPLICATES.validate_python(answer["possible_duplicates"]),
    )


def to_receipt_answer(receipt: Receipt) -> dict[str, object]:
    """Return a receipt as JSON."""
    return {
        "receipt_id": receipt.receipt_id,
        "resource": receipt.resource,
        "erased_at": receipt.erased_at.isoformat(),
        "stores": _STORES.dump_python(receipt.stores, mode="json"),
        "is_complete": receipt.is_complete,
    }


def from_receipt_answer(answer: dict[str, Any]) -> Receipt:
    """Return the receipt that `to_receipt_answer` was given."""
    return Receipt(
        answer["receipt_id"],
        answer["resource"],
        datetime.fromisoformat(answer["erased_at"]),
        _STORES.validate_python(answer["stores"]),
        answer["is_complete"],
    )


def reasons_to_json(reasons: tuple[Reason, ...]) -> str:
    """Return reasons as JSON."""
    return _REASONS.dump_json(reasons).decode()


def reasons_from_json(text: str) -> tuple[Reason, ...]:
    """Return the reasons that `reasons_to_json` was given."""
    return _REASONS.validate_json(text)
