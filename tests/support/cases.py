"""A service of interviews in a folder, and attendances that are scripted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from base.ids import InterviewName
from decision.outcome import Reason
from kyc.case import Consent, Verdict, VerdictOutcome
from kyc.events import Recorded
from kyc.policy import Attempts, Policy, Product, Question, Texts
from kyc.states import STEPS, Move, Role, State
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.caller import Role as CallerRole
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.interview.files import CaseFiles
from serving.interview.service import InterviewService
from serving.interview.types import CaseView, Invitation, Ticket
from serving.storage.database import DATABASE_FILE, Database
from tests.support.databases import open_database
from tests.support.galleries import ManualClock

ACCOUNT = Product(
    "account",
    steps={Role.CUSTOMER: STEPS, Role.SPOUSE: STEPS[:3], Role.GUARANTOR: STEPS},
    consent=Texts("May we?", "可以吗"),
    questions=(Question("q", Texts("Is it you?", "是您吗")),),
    attempts={State.LIVENESS: Attempts(2)},
)
LOAN = replace(ACCOUNT, id="loan", reviewer_count=2)
QUICK = replace(ACCOUNT, id="quick", reviewer_count=0, rejects_refused=True)
POLICY = Policy("v1", {one.id: one for one in (ACCOUNT, LOAN, QUICK)})

APP = Caller("bank-a", "app", frozenset({CallerRole.INTERVIEW_APP}))
REVIEWER = Caller("bank-a", "li.wei", frozenset({CallerRole.REVIEWER}))
SECOND = Caller("bank-a", "wang.fang", frozenset({CallerRole.REVIEWER}))
AUDITOR = Caller("bank-a", "auditor", frozenset({CallerRole.AUDITOR}))
OTHER = Caller("bank-b", "other", frozenset(CallerRole))
CUSTOMER = Invitation(Role.CUSTOMER, "Li Hua")


@dataclass(frozen=True, slots=True, eq=False)
class Office:
    """The service and what it stands on."""

    data_dir: Path
    service: InterviewService
    database: Database
    audit: AuditLog
    clock: ManualClock

    def open(
        self, *invitations: Invitation, product: str = "account", request_id: str = ""
    ) -> tuple[InterviewName, list[str]]:
        """Open a case; return its name and the tokens."""
        people = invitations or (CUSTOMER,)
        opened = self.service.create_interview(APP, product, people, "case-7", request_id)
        return opened.case.name, [one.attend_token for one in opened.accesses]

    def get(self, name: InterviewName, caller: Caller = REVIEWER) -> CaseView:
        """Return a case as it stands."""
        return self.service.get_interview(caller, name)

    def actions(self) -> list[str]:
        """Return what the audit log holds, in order."""
        return [line.event.action for line in self.audit.lines("bank-a")]


class Attendee:
    """Somebody whose attendance is scripted: writes what the engine would write."""

    def __init__(self, office: Office, token: str = "", resume_token: str = "") -> None:
        self._books = office.service.books
        self._clock = office.clock
        self.ticket: Ticket = self._books.enter(token, resume_token)
        self.findings = self.ticket.findings

    def write(self, *moves: tuple[Move, str], sealed: bytes = b"") -> State:
        """Write findings and moves down; each time they are others than before."""
        attempts = dict(self.findings.attempts)
        attempts[State.CREATED] = attempts.get(State.CREATED, 0) + 1
        self.findings = replace(self.findings, attempts=attempts)
        return self._books.record(self.ticket, Recorded(self.findings, moves, sealed=sealed))

    def begin(self) -> State:
        """Come for the first time."""
        return self.write((Move.BEGIN, ""))

    def step(self) -> State:
        """Finish the present step."""
        return self.write((Move.STEP_DONE, ""))

    def agree(self, accepted_face: bool = True) -> State:
        """Agree to the interview, and perhaps to faces being compared."""
        consent = Consent("1", "May we?", True, accepted_face, self._clock.now())
        self.findings = replace(self.findings, consents=(consent,))
        return self.step()

    def conclude(self, outcome: VerdictOutcome = VerdictOutcome.PASSED) -> State:
        """Finish the last step with a verdict."""
        verdict = Verdict(outcome, (Reason("X", "x"),), self._clock.now())
        self.findings = replace(self.findings, verdict=verdict)
        return self.step()

    def finish(self, outcome: VerdictOutcome = VerdictOutcome.PASSED) -> State:
        """Go through every step that is left."""
        state = self.begin() if self.ticket.state is State.CREATED else self.ticket.state
        steps = list(self.ticket.steps)
        for _ in steps[steps.index(state) : -1]:
            self.step()
        return self.conclude(outcome)


@contextmanager
def open_office(
    data_dir: Path,
    policy: Policy = POLICY,
    clock: ManualClock | None = None,
    master: Key | None = None,
    max_open_count: int = 1000,
) -> Iterator[Office]:
    """Open a service; the same folder and master key again go on with what is there."""
    clock = clock or ManualClock()
    keyring = Keyring(master or Key(b"k" * 32))
    database = open_database(data_dir / DATABASE_FILE)
    audit = AuditLog(database, keyring, clock, data_dir / "audit")
    files = CaseFiles(data_dir, clock)
    service = InterviewService(
        database, keyring, audit, clock, policy, files, max_open_count=max_open_count
    )
    try:
        yield Office(data_dir, service, database, audit, clock)
    finally:
        database.close()


def states_of(view: CaseView) -> list[State]:
    """Return where everybody stands."""
    return [one.participant.state for one in view.participants]
