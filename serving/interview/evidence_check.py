"""A pack beside the database that it came from: who signs here, and what the audit log holds."""

from collections.abc import Mapping
from typing import Any

from kyc.evidence.manifest import AUDIT
from kyc.evidence.signing import ED25519
from kyc.evidence.types import EvidenceCheck
from serving.audit.chain import hash_row, to_line
from serving.interview.evidence_export import line_to_plain
from serving.storage.database import Database

NAME = "audit_log"
MAX_SEQUENCE = 2**63


def known_keys(database: Database) -> tuple[bytes, ...]:
    """Return the public keys of every tenant that has signed evidence here, PEM."""
    with database.read() as transaction:
        rows = [transaction.tenant(one).evidence.key(ED25519) for one in transaction.tenants()]
    return tuple(row.public_key for row in rows if row is not None)


def check_audit_line(database: Database, manifest: Mapping[str, Any]) -> EvidenceCheck:
    """Look for the line that a pack is chained to. The pack itself has been checked before."""
    said = manifest[AUDIT]
    writer, sequence = said["writer"], said["sequence"]
    if not (isinstance(writer, str) and isinstance(sequence, int) and 0 < sequence < MAX_SEQUENCE):
        return EvidenceCheck(NAME, False, "The pack names no line of an audit log")
    place = f"line {sequence} of {writer}"
    with database.read() as transaction:
        row = transaction.audit.get(writer, sequence)
        if row is None:
            return EvidenceCheck(NAME, False, f"The audit log here has no {place}")
        if line_to_plain(to_line(row)) != said or hash_row(row) != row.hash:
            return EvidenceCheck(NAME, False, f"The audit log here says something else in {place}")
    return EvidenceCheck(NAME, True, f"The audit log here holds {place} as the pack says")
