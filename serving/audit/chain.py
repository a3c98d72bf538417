"""How lines hang together: the hash of a line covers its content and the line before."""

import hashlib
import json

from base.errors import InvalidArgumentError
from serving.audit.types import AuditEvent, AuditLine, Details, Outcome
from serving.storage.schema import AuditRow, to_micros

FIRST_SEQUENCE = 1
NO_HASH = "0" * 64  # What stands before the first line.
ANCHOR_ACTION = "audit.anchor"
_MAX_TEXT = 256


def canonical(details: Details) -> str:
    """Return the one way in which details are written. Raises InvalidArgumentError."""
    for key, value in details.items():
        if not isinstance(value, str | int | float | None) or len(str(value)) > _MAX_TEXT:
            raise InvalidArgumentError(
                f"audit detail {key} must be a number or an id of at most {_MAX_TEXT} characters",
                field=key,
            )
    return json.dumps(dict(details), sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_row(row: AuditRow) -> str:
    """Return the SHA-256, in hex, of everything a line says and of the hash before it."""
    content = {
        "writer": row.writer,
        "sequence": row.sequence,
        "time": to_micros(row.time),
        "actor": row.actor,
        "tenant": row.tenant,
        "action": row.action,
        "resource": row.resource,
        "outcome": row.outcome,
        "details": row.details,
        "previous_hash": row.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_line(row: AuditRow) -> AuditLine:
    """Return a stored line as a value."""
    event = AuditEvent(
        row.actor,
        row.tenant,
        row.action,
        row.resource,
        Outcome(row.outcome),
        json.loads(row.details),
    )
    return AuditLine(row.writer, row.sequence, row.time, event, row.previous_hash, row.hash)
