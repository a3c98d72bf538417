"""The interview service: what gRPC servicers, HTTP handlers and the command line call."""

from collections.abc import Callable, Sequence
from importlib.metadata import version

from base.clock import Clock
from base.ids import InterviewName
from kyc.evidence.types import ModelFact
from kyc.policy import Policy
from kyc.states import State
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.galleries.vault import Vaults
from serving.interview.books import CaseBooks
from serving.interview.evidence import EvidenceDesk
from serving.interview.evidence_export import EvidenceDeps
from serving.interview.evidence_keys import EvidenceKeys
from serving.interview.files import CaseFiles
from serving.interview.types import Access, CasePage, CaseView, Invitation, Opened
from serving.interview.views import CaseViews
from serving.storage.database import Database

DEFAULT_PAGE_SIZE = 50


class InterviewService:
    """Cases of one deployment; every method sees the caller's tenant alone.

    Blocking, safe to share between threads. Another tenant's case raises InterviewNotFoundError,
    as one that does not exist. Calls that change something are safe to repeat with the same
    `request_id`; the same id with other content raises RequestIdReusedError.
    books: cases and attendances. files: pictures and recordings. views: whole cases. evidence:
    packs, erasure and retention.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        audit: AuditLog,
        clock: Clock,
        policy: Policy,
        files: CaseFiles,
        models: Callable[[], Sequence[ModelFact]] = tuple,
        max_open_count: int = 10_000,
    ) -> None:
        """Put the service together. models: those in use, for evidence."""
        vaults = Vaults(keyring, clock)
        self.policy = policy
        self.files = files
        self.books = CaseBooks(database, vaults, audit, clock, policy, max_open_count)
        self.views = CaseViews(database, vaults, audit, clock, self.books, files)
        deps = EvidenceDeps(
            database=database,
            audit=audit,
            clock=clock,
            keys=EvidenceKeys(database, keyring, clock),
            files=files,
            whole=self.views.whole,
            key_of=self.books.key_of,
            models=models,
            version=version("smartbranch"),
        )
        self.evidence = EvidenceDesk(deps, vaults, self.books.purgeable)

    def create_interview(
        self,
        caller: Caller,
        product: str,
        participants: Sequence[Invitation],
        external_id: str = "",
        request_id: str = "",
    ) -> Opened:
        """Open a case. Raises ProductNotFoundError and InvalidArgumentError.

        The same request again gives the same case, with new tokens for those who have not come.
        """
        name, accesses = self.books.create(caller, product, participants, external_id, request_id)
        return Opened(self.views.get(caller, name), accesses)

    def get_interview(self, caller: Caller, name: InterviewName) -> CaseView:
        """Return one case; with its documents for those who may review."""
        return self.views.get(caller, name)

    def list_interviews(
        self,
        caller: Caller,
        state: State | None = None,
        page_size: int = DEFAULT_PAGE_SIZE,
        page_token: str = "",
    ) -> CasePage:
        """Return the tenant's cases, newest first, without what was found."""
        return self.views.page(caller, state, page_size, page_token)

    def invite_participant(
        self, caller: Caller, name: InterviewName, invitation: Invitation, request_id: str = ""
    ) -> tuple[CaseView, Access]:
        """Add a participant, also in the middle of a case. Raises InterviewClosedError."""
        access = self.books.invite(caller, name, invitation, request_id)
        return self.views.get(caller, name), access

    def hand_over_interview(
        self, caller: Caller, name: InterviewName, text: str = "", request_id: str = ""
    ) -> CaseView:
        """Give a case to a person, whatever state it is in. Raises InterviewClosedError."""
        self.books.hand_over(caller, name, text, request_id)
        return self.views.get(caller, name)

    def review_interview(
        self, caller: Caller, name: InterviewName, approved: bool, reason: str, request_id: str = ""
    ) -> CaseView:
        """Approve or reject a case that is in review.

        Raises ReviewedBeforeError, MoveNotAllowedError for one that is not in review, and
        InterviewClosedError.
        """
        self.books.review(caller, name, approved, reason, request_id)
        return self.views.get(caller, name)

    def hold_interview(
        self, caller: Caller, name: InterviewName, held: bool, reason: str, request_id: str = ""
    ) -> CaseView:
        """Set or end a legal hold: a held case is neither purged nor erased."""
        self.books.hold(caller, name, held, reason, request_id)
        return self.views.get(caller, name)

    def sweep(self) -> None:
        """End what has run out of time, and purge what was kept long enough; call it often."""
        self.books.sweep()
        self.evidence.sweep()
