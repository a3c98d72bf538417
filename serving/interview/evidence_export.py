"""Evidence packs: what happened in a case, signed, and chained to the audit log."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from base.clock import Clock
from base.errors import MoveNotAllowedError, StorageFailedError
from base.ids import InterviewName, new_id
from kyc.codec import to_plain
from kyc.evidence.pack import Pack, make_pack
from kyc.evidence.signing import key_id
from kyc.evidence.types import CaseEvidence, ModelFact
from kyc.states import FINAL, State
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, AuditLine, Outcome
from serving.caller import Caller
from serving.crypto.key import Key
from serving.interview.case_evidence import gather_participants
from serving.interview.checks import MAX_REQUEST_ID, check_line, tenant_of
from serving.interview.evidence_keys import EvidenceKeys
from serving.interview.files import CaseFiles
from serving.interview.types import CaseView
from serving.storage.database import Database

ACTION = "evidence.export"
PART_BYTES = 256 * 1024
"""A pack goes out in pieces of this size at most, which every message can carry."""
EXPORTABLE = FINAL | {State.REVIEW}


@dataclass(frozen=True, slots=True)
class EvidenceDeps:
    """What packs are made with.

    whole, key_of: read a case and its data key, by tenant and id; both raise
    InterviewNotFoundError. models: those in use. version: the product's own.
    """

    database: Database
    audit: AuditLog
    clock: Clock
    keys: EvidenceKeys
    files: CaseFiles
    whole: Callable[[str, str], CaseView]
    key_of: Callable[[str, str], Key]
    models: Callable[[], Sequence[ModelFact]]
    version: str


class EvidenceExport:
    """One pack on its way out: read `parts` once, to its end; `sha256` is known then."""

    def __init__(self, pack_id: str, pack: Pack) -> None:
        self.pack_id = pack_id
        self.byte_count = pack.byte_count
        self._pack = pack
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes that were read so far, hex."""
        return self._digest.hexdigest()

    def parts(self) -> Iterator[bytes]:
        """Yield the pack. Raises StorageFailedError if a picture is not as it was."""
        try:
            for data in self._pack.parts():
                self._digest.update(data)
                for at in range(0, len(data), PART_BYTES):
                    yield data[at : at + PART_BYTES]
        except ValueError as error:
            raise StorageFailedError(f"the pack cannot be finished: {error}") from error


class EvidenceExporter:
    """Writes evidence packs. Blocking, safe to share between threads."""

    def __init__(self, deps: EvidenceDeps) -> None:
        self._deps = deps

    def public_key(self, tenant: str) -> bytes:
        """Return the key that checks a tenant's packs, PEM."""
        return self._deps.keys.signer(tenant).public_key

    def export(self, caller: Caller, name: InterviewName, request_id: str = "") -> EvidenceExport:
        """Make the pack of a case that is in review or decided; it is written down in the log.

        Raises InterviewNotFoundError, MoveNotAllowedError for a case that is still going on, and
        StorageFailedError.
        """
        deps = self._deps
        check_line(request_id, "request_id", MAX_REQUEST_ID)
        case = deps.whole(tenant_of(caller, name), name.interview)
        _check_exportable(case)
        evidence = self._gather(case, deps.key_of(name.tenant, name.interview))
        signer = deps.keys.signer(name.tenant)
        details = {"pack": evidence.pack_id, "key": key_id(signer.public_key)}

        def anchor(content: str) -> dict[str, Any]:
            more = {**details, "content": content, "request_id": request_id}
            event = AuditEvent(caller.subject, name.tenant, ACTION, str(name), Outcome.OK, more)
            with deps.database.write() as transaction:
                return line_to_plain(deps.audit.record_line(transaction, event))

        try:
            return EvidenceExport(evidence.pack_id, make_pack(evidence, signer, anchor))
        except ValueError as error:
            raise StorageFailedError(f"the pack of {name} cannot be made: {error}") from error

    def _gather(self, case: CaseView, key: Key) -> CaseEvidence:
        deps = self._deps
        return CaseEvidence(
            pack_id=new_id("pack"),
            product_version=deps.version,
            exported_at=deps.clock.now(),
            interview=case.interview,
            rules=to_plain(case.product),
            transitions=case.transitions,
            participants=tuple(gather_participants(deps.files, case, key)),
            models=tuple(deps.models()),
        )


def _check_exportable(case: CaseView) -> None:
    state = case.interview.state
    if state not in EXPORTABLE:
        raise MoveNotAllowedError(
            f"{case.name} is at {state.value}; evidence is there once it is in review or decided",
            state=state.value,
        )


def line_to_plain(line: AuditLine) -> dict[str, Any]:
    """Return an audit line with everything that its hash covers."""
    event = line.event
    return {
        "writer": line.writer,
        "sequence": line.sequence,
        "time": to_plain(line.time),
        "actor": event.actor,
        "tenant": event.tenant,
        "action": event.action,
        "resource": event.resource,
        "outcome": event.outcome.value,
        "details": dict(event.details),
        "previous_hash": line.previous_hash,
        "hash": line.hash,
    }
