"""Walk the audit log and find the first place where it does not add up."""

import json

from serving.audit.chain import ANCHOR_ACTION, FIRST_SEQUENCE, NO_HASH, hash_row
from serving.audit.heads import Head, SealedHeads
from serving.audit.types import AuditReport, BrokenLine
from serving.storage.audit import AuditRecords
from serving.storage.database import Database
from serving.storage.schema import AuditRow


def verify_log(database: Database, heads: SealedHeads) -> AuditReport:
    """Check every chain, then every anchor, then every sealed head."""
    # Heads first: a line that is added meanwhile is then in the database, not only in its head.
    sealed = {writer: heads.read(writer) for writer in heads.writers()}
    with database.read() as transaction:
        walk = _Walk(transaction.audit)
        for writer in transaction.audit.writers():
            walk.follow(writer)
        broken = walk.broken or walk.check_anchors() or walk.check_heads(sealed)
    return AuditReport(walk.line_count, walk.last, len(walk.anchors), broken)


class _Walk:
    """One walk over all chains."""

    def __init__(self, records: AuditRecords) -> None:
        self._records = records
        self.line_count = 0
        self.last: dict[str, int] = {}
        self.anchors: list[tuple[str, int, str]] = []
        self.broken: BrokenLine | None = None

    def follow(self, writer: str) -> None:
        """Walk one chain up to its end or its first broken line."""
        sequence, previous_hash = FIRST_SEQUENCE, NO_HASH
        self.last[writer] = FIRST_SEQUENCE - 1
        for row in self._records.lines(writer):
            problem = _problem(row, sequence, previous_hash)
            if problem is not None:
                self.broken = self.broken or BrokenLine(writer, sequence, problem)
                return
            if row.action == ANCHOR_ACTION:
                details = json.loads(row.details)
                self.anchors.append((row.resource, details["sequence"], details["hash"]))
            self.line_count += 1
            self.last[writer] = row.sequence
            sequence, previous_hash = row.sequence + 1, row.hash

    def check_anchors(self) -> BrokenLine | None:
        """Return the first line that another chain remembers differently."""
        for writer, sequence, line_hash in self.anchors:
            broken = self._compare(writer, sequence, line_hash, "an anchor in another chain")
            if broken is not None:
                return broken
        return None

    def check_heads(self, sealed: dict[str, Head | None]) -> BrokenLine | None:
        """Return the first chain that is not as its sealed head says."""
        for writer in sorted(self.last.keys() | sealed.keys()):
            head = sealed.get(writer)
            if head is None:
                return BrokenLine(writer, self.last[writer], "its sealed head is missing")
            if not head.is_genuine:
                return BrokenLine(writer, self.last.get(writer, 0), "its sealed head was forged")
            if head.sequence >= FIRST_SEQUENCE:
                broken = self._compare(writer, head.sequence, head.hash, "the sealed head")
                if broken is not None:
                    return broken
        return None

    def _compare(
        self, writer: str, sequence: int, line_hash: str, witness: str
    ) -> BrokenLine | None:
        row = self._records.get(writer, sequence)
        if row is None:
            problem = f"the chain was cut: {witness} remembers {sequence} lines"
            return BrokenLine(writer, self.last.get(writer, 0) + 1, problem)
        if row.hash != line_hash:
            return BrokenLine(writer, sequence, f"{witness} remembers another line")
        return None


def _problem(row: AuditRow, sequence: int, previous_hash: str) -> str | None:
    if row.sequence != sequence:
        return f"the line is missing; the next one is {row.sequence}"
    if row.previous_hash != previous_hash:
        return "the line does not follow the one before it"
    if row.hash != hash_row(row):
        return "the line was changed"
    return None
