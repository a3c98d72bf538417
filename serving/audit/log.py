"""The audit log that services append to, in the transaction of the change they record."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from base.clock import Clock
from base.ids import check_id
from serving.audit.chain import ANCHOR_ACTION, FIRST_SEQUENCE, NO_HASH, canonical, hash_row, to_line
from serving.audit.group import WriteGroup
from serving.audit.heads import SealedHeads
from serving.audit.types import AuditEvent, AuditLine, AuditReport, Details, Outcome
from serving.audit.verify import verify_log
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.crypto.service_keys import service_key
from serving.storage.database import Database, Transaction
from serving.storage.schema import AuditRow

ANCHOR_EVERY = 100
"""Own lines after which a writer anchors the other chains in its own."""
_KEY_NAME = "audit"


class AuditLog:
    """Append-only, one hash chain per writer, each anchored in the others.

    writer: name of this process's chain. Processes that share a database may share a writer,
    since a line is added under the database's write lock.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        heads_dir: Path,
        writer: str = "main",
    ) -> None:
        """Open the log. Raises SecretsUnavailableError if the master key is another one."""
        self._database = database
        self._clock = clock
        self._writer = check_id(writer, "writer")
        self._group = WriteGroup(self._record_group)
        self._heads = SealedHeads(heads_dir, audit_key(database, keyring))
        with database.read() as transaction:
            is_new = transaction.audit.head(writer) is None
        if is_new:
            self._heads.begin(writer)

    def append(
        self,
        actor: str,
        tenant: str,
        action: str,
        resource: str,
        outcome: Outcome = Outcome.OK,
        details: Details | None = None,
    ) -> None:
        """Record one action in a transaction of its own.

        details: ids and numbers only. Raises InvalidArgumentError and StorageFailedError.
        """
        event = AuditEvent(actor, tenant, action, resource, outcome, details or {})
        canonical(event.details)  # Here, so that bad details fail their own caller alone.
        self._group.write(event)

    def record(self, transaction: Transaction, event: AuditEvent) -> None:
        """Record an action in the transaction that makes it: both are durable, or neither."""
        self._record(transaction, [event])

    def record_line(self, transaction: Transaction, event: AuditEvent) -> AuditLine:
        """Record an action like `record`, and return the line, for what is chained to it."""
        return to_line(self._record(transaction, [event])[0])

    def record_all(self, transaction: Transaction, events: Sequence[AuditEvent]) -> None:
        """Record several actions in one transaction, in their order."""
        if events:
            self._record(transaction, events)

    def _record_group(self, events: Sequence[AuditEvent]) -> None:
        with self._database.write() as transaction:
            self._record(transaction, events)

    def _record(self, transaction: Transaction, events: Sequence[AuditEvent]) -> list[AuditRow]:
        rows = self._add(transaction, events)
        last = rows[-1]
        if any(row.sequence % ANCHOR_EVERY == 0 for row in rows):
            last = self._anchor(transaction) or last
        transaction.on_commit(lambda: self._heads.advance(last.writer, last.sequence, last.hash))
        return rows

    def anchor(self) -> None:
        """Record the heads of all other chains in ours; call it now and then."""
        with self._database.write() as transaction:
            row = self._anchor(transaction)
            if row is not None:
                last = row
                transaction.on_commit(
                    lambda: self._heads.advance(last.writer, last.sequence, last.hash)
                )

    def lines(self, tenant: str, writer: str | None = None) -> Iterator[AuditLine]:
        """Return the lines of one tenant, chain by chain, in order."""
        with self._database.read() as transaction:
            for name in [writer] if writer else transaction.audit.writers():
                for row in transaction.audit.lines(name):
                    if row.tenant == tenant:
                        yield to_line(row)

    def verify(self) -> AuditReport:
        """Walk every chain and say the first line that does not add up."""
        return verify_log(self._database, self._heads)

    def reseal(self, actor: str) -> None:
        """Seal the heads anew after the database was restored, and record that.

        It accepts the log as it stands: call it only when the reason is known.
        """
        self.append(actor, "system", "audit.reseal", self._writer)
        with self._database.read() as transaction:
            heads = [transaction.audit.head(name) for name in transaction.audit.writers()]
        for head in heads:
            if head is not None:
                self._heads.reseal(head.writer, head.sequence, head.hash)

    def _add(self, transaction: Transaction, events: Sequence[AuditEvent]) -> list[AuditRow]:
        last, previous = transaction.audit.end(self._writer) or (FIRST_SEQUENCE - 1, NO_HASH)
        rows: list[AuditRow] = []
        for sequence, event in enumerate(events, last + 1):
            row = self._row(event, sequence, previous)
            previous = row.hash = hash_row(row)
            rows.append(row)
        transaction.audit.add(rows)
        return rows

    def _row(self, event: AuditEvent, sequence: int, previous: str) -> AuditRow:
        return AuditRow(
            writer=self._writer,
            sequence=sequence,
            time=self._clock.now(),
            actor=event.actor,
            tenant=event.tenant,
            action=event.action,
            resource=event.resource,
            outcome=event.outcome.value,
            details=canonical(event.details),
            previous_hash=previous,
        )

    def _anchor(self, transaction: Transaction) -> AuditRow | None:
        """Anchor every other chain that has grown; return the last line written."""
        last: AuditRow | None = None
        for writer in transaction.audit.writers():
            head = transaction.audit.head(writer)
            if writer == self._writer or head is None or self._is_anchored(transaction, head):
                continue
            details: Details = {"sequence": head.sequence, "hash": head.hash}
            event = AuditEvent("system", "system", ANCHOR_ACTION, writer, Outcome.OK, details)
            (last,) = self._add(transaction, [event])
        return last

    def _is_anchored(self, transaction: Transaction, head: AuditRow) -> bool:
        """Return whether nothing but anchors came since our last anchor of a chain.

        Anchoring anchors would make two idle chains grow for ever.
        """
        newest = transaction.audit.last_other_than(head.writer, ANCHOR_ACTION)
        if newest is None:
            return True
        anchor = transaction.audit.last_anchor(self._writer, head.writer, ANCHOR_ACTION)
        if anchor is None:
            return False
        return bool(json.loads(anchor.details)["sequence"] >= newest.sequence)


def audit_key(database: Database, keyring: Keyring) -> Key:
    """Return the key that seals heads, made on first use. Raises SecretsUnavailableError."""
    return service_key(database, keyring, _KEY_NAME)
