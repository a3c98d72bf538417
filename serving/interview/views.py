"""Cases as callers see them: one with everything, many without what was found."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from base.clock import Clock
from base.errors import RecordingDamagedError, StorageFailedError
from base.ids import InterviewName
from kyc.case import Interview, Participant
from kyc.states import State
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.galleries.pages import check_page_size, make_token, read_token
from serving.galleries.vault import TenantVault, Vaults
from serving.interview import checks, rows
from serving.interview.books import CaseBooks
from serving.interview.files import CaseFiles
from serving.interview.open_case import OpenCase
from serving.interview.types import CasePage, CaseView, ParticipantView
from serving.interview.vault import CaseVault
from serving.permissions import ALLOWED, INTERVIEW_MEDIA
from serving.storage.database import Database
from serving.storage.interview_schema import (
    InterviewRow,
    ParticipantRow,
    ReviewRow,
    TransitionRow,
)
from serving.storage.interviews import After, InterviewRecords
from serving.storage.schema import from_micros, to_micros

MAX_PAGE_SIZE = 500


class CaseViews:
    """Reads cases for their tenant's callers; blocking, safe to share between threads."""

    def __init__(
        self,
        database: Database,
        vaults: Vaults,
        audit: AuditLog,
        clock: Clock,
        books: CaseBooks,
        files: CaseFiles,
    ) -> None:
        self._database = database
        self._vaults = vaults
        self._audit = audit
        self._clock = clock
        self._books = books
        self._files = files

    def get(self, caller: Caller, name: InterviewName) -> CaseView:
        """Return one case. Raises InterviewNotFoundError.

        The document is for those alone who may see what was recorded.
        """
        view = self.whole(checks.tenant_of(caller, name), name.interview)
        if caller.roles & ALLOWED[INTERVIEW_MEDIA]:
            return view
        people = tuple(_without_document(one) for one in view.participants)
        return replace(view, participants=people)

    def whole(self, tenant: str, interview: str) -> CaseView:
        """Return everything of one case. Raises InterviewNotFoundError."""
        self._books.expire(tenant)
        with self._database.read() as transaction:
            records = transaction.tenant(tenant)
            row, vault = records.interviews.get(interview), self._vaults.open(records)
            case = OpenCase(transaction, self._audit, vault, row, self._clock.now())
            made = records.interviews.transitions(interview)
            return CaseView(
                name=case.name,
                interview=case.interview,
                product=case.product,
                participants=tuple(self._whole(case, one) for one in case.interview.participants),
                transitions=tuple(rows.transition_of(one) for one in made),
                purges_at=row.purges_at,
            )

    def page(
        self, caller: Caller, state: State | None, page_size: int, page_token: str
    ) -> CasePage:
        """Return cases, newest first. Raises InvalidArgumentError for another listing's token."""
        size = check_page_size(page_size, MAX_PAGE_SIZE)
        self._books.expire(caller.tenant)
        with self._database.read() as transaction:
            records = transaction.tenant(caller.tenant)
            if records.wrapped_key() is None:
                return CasePage((), "")
            vault, wanted = self._vaults.open(records), state.value if state else ""
            before = _place(read_token(vault, f"interviews:{wanted}", page_token))
            # One more than asked for says whether there is a next page.
            found = records.interviews.page(wanted or None, before, size + 1)
            cases = self._listed(records.interviews, found[:size], vault)
            token = ""
            if len(found) > size:
                last = found[size - 1]
                place = f"{to_micros(last.created_at)}:{last.interview}"
                token = make_token(vault, f"interviews:{wanted}", place)
            return CasePage(cases, token)

    def _listed(
        self, records: InterviewRecords, found: Sequence[InterviewRow], vault: TenantVault
    ) -> tuple[CaseView, ...]:
        ids = [row.interview for row in found]
        people: dict[str, list[ParticipantRow]] = defaultdict(list)
        reviews: dict[str, list[ReviewRow]] = defaultdict(list)
        for person in records.participants_of(ids):
            people[person.interview].append(person)
        for review in records.reviews_of(ids):
            reviews[review.interview].append(review)
        # Since when a case waits for its reviewers.
        moves: dict[str, list[TransitionRow]] = defaultdict(list)
        for move in records.moves_to(ids, State.REVIEW.value):
            moves[move.interview].append(move)
        return tuple(
            self._short(
                row, people[row.interview], reviews[row.interview], vault, moves[row.interview]
            )
            for row in found
        )

    def _short(
        self,
        row: InterviewRow,
        people: Sequence[ParticipantRow],
        reviews: Sequence[ReviewRow],
        vault: TenantVault,
        moves: Sequence[TransitionRow],
    ) -> CaseView:
        name = InterviewName(row.tenant, row.interview)
        own = CaseVault.of(name, vault, row.wrapped_key)
        interview = rows.interview_of(row, people, reviews, own)
        shown = tuple(self._view(interview, one) for one in interview.participants)
        made = tuple(rows.transition_of(one) for one in moves)
        return CaseView(name, interview, rows.product_of(row), shown, made, row.purges_at)

    def _view(self, interview: Interview, person: Participant) -> ParticipantView:
        is_there = self._books.is_attending(interview.tenant, interview.id, person.id)
        return ParticipantView(person, is_attending=is_there)

    def _whole(self, case: OpenCase, person: Participant) -> ParticipantView:
        where = (case.name.tenant, case.name.interview, person.id)
        return replace(
            self._view(case.interview, person),
            findings=case.findings_of(person.id),
            pictures=self._files.names(*where),
            recorded_count=self._recorded_count(case, person.id),
        )

    def _recorded_count(self, case: OpenCase, participant: str) -> int:
        where = (case.name.tenant, case.name.interview, participant)
        try:
            return self._files.recording(*where, case.vault.key).head.count
        except (RecordingDamagedError, StorageFailedError):
            return 0  # Whoever opens the recording is told; the case can be read all the same.


def _without_document(view: ParticipantView) -> ParticipantView:
    findings = view.findings
    return view if findings is None else replace(view, findings=replace(findings, document=None))


def _place(text: str) -> After | None:
    if not text:
        return None
    micros, _, interview = text.partition(":")
    return from_micros(int(micros)), interview
