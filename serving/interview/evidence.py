"""What is proven of cases and when it goes: packs, erasures, retention; one desk for all three."""

from collections.abc import Callable, Sequence

from base.ids import InterviewName
from serving.caller import Caller
from serving.galleries.types import Receipt
from serving.galleries.vault import Vaults
from serving.interview.erasing import CaseEraser, CaseStore
from serving.interview.evidence_export import EvidenceDeps, EvidenceExport, EvidenceExporter
from serving.interview.retention import CaseFileStore, CaseRetention


class EvidenceDesk:
    """Exports and erases cases. Blocking, safe to share between threads.

    purgeable: returns closed cases whose time is over, some at a time. stores: what else holds
    something of cases.
    """

    def __init__(
        self,
        deps: EvidenceDeps,
        vaults: Vaults,
        purgeable: Callable[[], Sequence[InterviewName]],
        stores: Sequence[CaseStore] = (),
    ) -> None:
        self._exporter = EvidenceExporter(deps)
        own = CaseFileStore(deps.files)
        self._eraser = CaseEraser(deps.database, vaults, deps.audit, deps.clock, [own, *stores])
        self._retention = CaseRetention(
            deps.database, deps.clock, deps.files, self._eraser, purgeable
        )

    def register(self, store: CaseStore) -> None:
        """Let a further store take part in every erasure from now on."""
        self._eraser.register(store)

    def public_key(self, tenant: str) -> bytes:
        """Return the key that checks a tenant's packs, PEM."""
        return self._exporter.public_key(tenant)

    def export(self, caller: Caller, name: InterviewName, request_id: str = "") -> EvidenceExport:
        """Make the pack of a case that is in review or decided; see `EvidenceExporter`."""
        return self._exporter.export(caller, name, request_id)

    def erase(
        self, caller: Caller, name: InterviewName, reason: str, request_id: str = ""
    ) -> Receipt:
        """Erase a case, with a receipt. Raises InterviewNotFoundError and InterviewHeldError."""
        return self._eraser.erase(caller, name, reason, request_id)

    def sweep(self) -> int:
        """Finish erasures that a crash left open and purge what is due; call it now and then."""
        return self._retention.sweep()
