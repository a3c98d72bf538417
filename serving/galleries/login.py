"""Face login: a picture against one enrolled subject, with an end to guessing."""

from dataclasses import dataclass
from datetime import timedelta

from base.errors import SmartBranchError, TooManyAttemptsError
from base.ids import SubjectName
from decision.outcome import MatchOutcome
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.catalogue import Catalogue
from serving.galleries.deps import Deps, check_tenant
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow, SubjectRow
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.match import MatchResult

# An attempt under way counts as failed until it ends, so that attempts made at the same time
# do not slip past the limit and a crash gives nobody a free one.
_OPEN = "OPEN"
_VOID = "VOID"


@dataclass(frozen=True, slots=True, repr=False)
class _Attempt:
    attempt_id: int
    references: list[Embedding]


class FaceLogin:
    """Verifies pictures against enrolled subjects."""

    def __init__(self, deps: Deps, catalogue: Catalogue) -> None:
        self._deps = deps
        self._catalogue = catalogue

    def verify(
        self, caller: Caller, name: SubjectName, reading: FaceReading, target_fmr: float
    ) -> MatchResult:
        """Compare a reading with a subject's templates, and count the attempt."""
        check_tenant(caller, name)
        if self._deps.table is not None:
            self._deps.table.threshold_at(target_fmr)  # A rate that cannot be had counts nothing.
        try:
            attempt = self._begin(name, target_fmr)
        except TooManyAttemptsError as error:
            details: Details = {"reason": error.reason, "target_fmr": target_fmr}
            self._deps.audit.append(
                caller.subject, name.tenant, "subject.verify", str(name), Outcome.REFUSED, details
            )
            raise
        try:
            result = self._deps.pipeline.matcher.compare_embeddings(
                attempt.references, reading, target_fmr
            )
        except SmartBranchError:
            self._settle(name, attempt, _VOID)
            raise
        self._finish(caller, name, attempt, result)
        return result

    def _begin(self, name: SubjectName, target_fmr: float) -> _Attempt:
        """Refuse a locked subject, else note that an attempt is under way."""
        with self._deps.database.write() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            self._deps.check_model(gallery)
            subject = records.subjects.get(gallery, name.subject)
            self._catalogue.check_not_expired(subject, name)
            self._check_limits(records, subject, name)
            vault = self._deps.vaults.open(records)
            references = self._references(records, gallery, subject, vault, name, target_fmr)
            return _Attempt(
                records.attempts.add(subject, _OPEN, self._deps.clock.now()), references
            )

    def _check_limits(self, records: TenantRecords, subject: SubjectRow, name: SubjectName) -> None:
        now, settings = self._deps.clock.now(), self._deps.settings
        if subject.locked_until is not None and subject.locked_until > now:
            raise _too_many(name, (subject.locked_until - now).total_seconds())
        counts = self._counts(records, subject)
        if counts.get(_OPEN, 0) + counts.get("NO_MATCH", 0) >= settings.max_failed_attempts:
            # Not locked, so some are still under way: they end within seconds.
            raise _too_many(name, 1.0)

    def _counts(self, records: TenantRecords, subject: SubjectRow) -> dict[str, int]:
        window = timedelta(seconds=self._deps.settings.attempt_window_s)
        return records.attempts.counts_since(subject, self._deps.clock.now() - window)

    def _references(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        subject: SubjectRow,
        vault: TenantVault,
        name: SubjectName,
        target_fmr: float,
    ) -> list[Embedding]:
        """Return the best templates, as many as the error rates bear.

        Each template is one more chance to match falsely and is held to its share of
        `target_fmr`, which has to stay a rate that the table supports.
        """
        own = vault.subject(name, subject.wrapped_key)
        rows = [
            row for row in records.templates.of_subject(subject) if row.model_id == gallery.model_id
        ]
        if self._deps.table is not None:
            # A hair more than the ratio, so that 1e-4 over 1e-6 bears 100 and not 99.
            rows = rows[: max(1, int(target_fmr / self._deps.table.min_fmr * (1 + 1e-9)))]
        return [
            Embedding(own.open_vector(row.template, row.model_id, row.sealed_vector), row.model_id)
            for row in rows
        ]

    def _finish(
        self, caller: Caller, name: SubjectName, attempt: _Attempt, result: MatchResult
    ) -> None:
        details: Details = {
            "decision": result.outcome.value,
            "similarity": round(result.similarity, 4),
            "target_fmr": result.target_fmr,
            "model": result.model_id,
            "reason": result.decision.reasons[0].code,
        }
        event = AuditEvent(
            caller.subject, name.tenant, "subject.verify", str(name), Outcome.OK, details
        )
        self._settle(name, attempt, result.outcome.value, event)

    def _settle(
        self,
        name: SubjectName,
        attempt: _Attempt,
        outcome: str,
        event: AuditEvent | None = None,
    ) -> None:
        """Write down how an attempt ended, and lock the subject if that was one too many."""
        settings = self._deps.settings
        with self._deps.database.write() as transaction:
            records = transaction.tenant(name.tenant)
            records.attempts.settle(attempt.attempt_id, outcome)
            gallery = records.galleries.find(name.gallery)
            subject = None if gallery is None else records.subjects.find(gallery, name.subject)
            if subject is not None:
                counts = self._counts(records, subject)
                if outcome == MatchOutcome.MATCH.value:
                    records.attempts.forget_of(subject)
                elif (
                    counts.get(MatchOutcome.NO_MATCH.value, 0) >= settings.max_failed_attempts
                    or counts.get(MatchOutcome.INCONCLUSIVE.value, 0)
                    >= settings.max_inconclusive_attempts
                ):
                    lockout = timedelta(seconds=settings.lockout_s)
                    subject.locked_until = self._deps.clock.now() + lockout
                    records.attempts.forget_of(subject)
            if event is not None:
                self._deps.audit.record(transaction, event)


def _too_many(name: SubjectName, retry_after_s: float) -> TooManyAttemptsError:
    return TooManyAttemptsError(
        f"too many attempts against {name}; try again in {max(1, round(retry_after_s))} s",
        subject=name,
        retry_after_s=max(1, round(retry_after_s)),
    )
