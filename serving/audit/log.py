"""The audit log that services append to."""

from serving.audit.types import AuditReport, Details, Outcome


class AuditLog:
    """Append-only, one hash chain per writer."""

    def append(
        self,
        actor: str,
        tenant: str,
        action: str,
        resource: str,
        outcome: Outcome = Outcome.OK,
        details: Details | None = None,
    ) -> None:
        """Record one action in a transaction of its own."""
        raise NotImplementedError

    def verify(self) -> AuditReport:
        """Walk every chain and say the first line that does not add up."""
        raise NotImplementedError
