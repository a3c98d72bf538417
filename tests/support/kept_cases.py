"""A few cases in an empty folder, with findings, pictures and recordings that nobody made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from base.ids import InterviewName
from kyc.events import Recorded
from kyc.evidence.types import ModelFact
from kyc.policy import Policy, Product
from kyc.states import Move, Role
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.caller import Role as CallerRole
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.galleries.vault import Vaults
from serving.interview.books import CaseBooks
from serving.interview.evidence import EvidenceDesk
from serving.interview.evidence_export import EvidenceDeps
from serving.interview.evidence_keys import EvidenceKeys
from serving.interview.files import CaseFiles
from serving.interview.recording_heads import RecordingHeads
from serving.interview.types import Invitation, Ticket
from serving.interview.views import CaseViews
from serving.storage.database import DATABASE_FILE, Database
from serving.streams.types import Chunk, Codec
from tests.support.databases import open_database
from tests.support.evidence import FACE, SNAPSHOT, findings
from tests.support.galleries import ManualClock

TENANT = "bank-a"
HOST = Caller(TENANT, "app", frozenset({CallerRole.INTERVIEW_APP, CallerRole.OPERATOR}))
REVIEWER = Caller(TENANT, "rita", frozenset({CallerRole.REVIEWER}))
STRANGER = Caller("bank-b", "eve", frozenset(CallerRole))
KEEP_S = 1000.0


@dataclass(frozen=True)
class CaseWorld:
    """Cases with everything that keeps them."""

    folder: Path
    clock: ManualClock
    database: Database
    keyring: Keyring
    audit: AuditLog
    books: CaseBooks
    files: CaseFiles
    desk: EvidenceDesk

    def make(self, chunk_count: int = 30) -> InterviewName:
        """Return a case of one customer who was asked everything, and is in review."""
        people = [Invitation(Role.CUSTOMER, "Customer Name")]
        name, accesses = self.books.create(HOST, "account", people, "A-7")
        ticket = self.books.enter(accesses[0].attend_token)
        self.books.record(ticket, Recorded(findings(), moves=((Move.BEGIN, ""),)))
        self.put(ticket, "face", FACE)
        self.put(ticket, "event-1", SNAPSHOT)
        self.record(ticket, chunk_count)
        self.books.hand_over(HOST, name, "wants a person")
        return name

    def put(self, ticket: Ticket, picture: str, data: bytes) -> None:
        """Keep a picture of a participant."""
        place = ticket.tenant, ticket.name.interview, ticket.participant
        self.files.put(*place, picture, data, ticket.key)

    def record(self, ticket: Ticket, chunk_count: int) -> None:
        """Record a few chunks of a participant."""
        place = ticket.tenant, ticket.name.interview, ticket.participant
        recorder = self.files.recorder(*place, ticket.key)
        for number in range(1, chunk_count + 1):
            recorder.append(Chunk(number, "camera", Codec.JPEG, FACE * number, None, None, 0.0))
        recorder.close()

    def close_case(self, name: InterviewName) -> None:
        """Let a reviewer approve a case."""
        self.books.review(REVIEWER, name, True, "Looked at both faces")


@contextmanager
def open_cases(
    folder: Path, keyring: Keyring | None = None, clock: ManualClock | None = None
) -> Iterator[CaseWorld]:
    """Open the cases of a folder; the same keyring opens them again."""
    clock, keyring = clock or ManualClock(), keyring or Keyring(Key.generate())
    database = open_database(folder / DATABASE_FILE)
    try:
        yield _world(folder, clock, keyring, database)
    finally:
        database.close()


def _world(folder: Path, clock: ManualClock, keyring: Keyring, database: Database) -> CaseWorld:
    vaults = Vaults(keyring, clock)
    audit = AuditLog(database, keyring, clock, folder / "audit")
    policy = Policy("v1", {"account": Product("account", keep_s=KEEP_S)})
    books = CaseBooks(database, vaults, audit, clock, policy)
    files = CaseFiles(folder, clock, book=RecordingHeads(database, clock))
    views = CaseViews(database, vaults, audit, clock, books, files)
    deps = EvidenceDeps(
        database=database,
        audit=audit,
        clock=clock,
        keys=EvidenceKeys(database, keyring, clock),
        files=files,
        whole=views.whole,
        key_of=books.key_of,
        models=lambda: [ModelFact("sface-r1", "ef" * 32, "Apache-2.0", "undisclosed-data", "cpu")],
        version="0.1",
    )
    desk = EvidenceDesk(deps, vaults, books.purgeable)
    return CaseWorld(folder, clock, database, keyring, audit, books, files, desk)
