"""The books of liveness sessions: attempts are counted, records kept, audit lines written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from base.clock import Clock
from base.errors import TooManyAttemptsError
from base.ids import new_id
from liveness.events import VerdictEvent
from liveness.outcome import LivenessOutcome, LivenessResult
from liveness.plan import SessionPlan
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.liveness.settings import LivenessSettings
from serving.storage.database import Database, Transaction
from serving.storage.liveness import OPEN
from serving.storage.records import TenantRecords
from serving.storage.schema import LivenessRow
from serving.telemetry.decisions import DecisionCounts

# Ended by us, so it counts for nothing.
VOID = "VOID"
LOST = "SESSION_LOST"
ACTION = "liveness.session"
LIVE = LivenessOutcome.LIVE.value
SPOOF, INCONCLUSIVE = LivenessOutcome.SPOOF.value, LivenessOutcome.INCONCLUSIVE.value
COUNTED = (SPOOF, INCONCLUSIVE, OPEN)
# Others of the same person are under way; they end within seconds.
SHORT_WAIT_S = 5
# Who still runs a session ends it at its time; only what is later than that was lost.
SWEEP_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who is tested, for whom. person: the caller's pseudonym, None where nobody is known."""

    caller: Caller
    session: str
    person: str | None
    request_id: str

    @property
    def name(self) -> str:
        """Resource name of the session."""
        return f"tenants/{self.caller.tenant}/livenessSessions/{self.session}"


class SessionBooks:
    """Opens and closes the record of each session; blocking, safe to share between threads.

    A session counts as an attempt from its opening, so that breaking it off evades nothing.
    """

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        settings: LivenessSettings,
        counts: DecisionCounts,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._settings = settings
        self._counts = counts

    def open(
        self, caller: Caller, person: str | None, request_id: str, nonce: str, plan: SessionPlan
    ) -> Ticket:
        """Write down that a session begins. Raises TooManyAttemptsError with `retry_after_s`."""
        ticket = Ticket(caller, new_id("ls"), person, request_id)
        now = self._clock.now()
        try:
            with self._database.write() as transaction:
                records = transaction.tenant(caller.tenant)
                self._check_attempts(records, ticket, now)
                records.liveness.add(self._row(ticket, nonce, plan, now))
        except TooManyAttemptsError as error:
            self._audit.append(
                caller.subject,
                caller.tenant,
                ACTION,
                ticket.name,
                Outcome.REFUSED,
                {"reason": error.reason, "person": person, "request_id": request_id},
            )
            raise
        return ticket

    def close(
        self, ticket: Ticket, verdict: VerdictEvent, is_void: bool, resumed_count: int
    ) -> None:
        """Write down how a session ended, once.

        is_void: ended by us, so it does not count, unless an attack was seen already.
        """
        result = verdict.result
        is_void &= result.outcome is LivenessOutcome.INCONCLUSIVE
        challenges = [
            {
                "challenge": one.challenge.value,
                "state": one.state.value,
                "response_s": one.response_s,
            }
            for one in verdict.challenges
        ]
        codes = [reason.code for reason in result.decision.reasons]
        with self._database.write() as transaction:
            is_first = transaction.tenant(ticket.caller.tenant).liveness.close(
                ticket.session,
                self._clock.now(),
                VOID if is_void else result.outcome.value,
                json.dumps(codes),
                json.dumps(challenges),
                verdict.frame_count,
                resumed_count,
            )
            if is_first:
                details = {**result_details(result), "frames": verdict.frame_count}
                self._record(transaction, ticket, Outcome.OK, details)
                outcome = result.outcome.value
                transaction.on_commit(lambda: self._counts.add(ACTION, outcome))

    def void(self, ticket: Ticket, reason: str) -> None:
        """Write down that a session ended by a fault of ours, once."""
        with self._database.write() as transaction:
            is_first = transaction.tenant(ticket.caller.tenant).liveness.close(
                ticket.session, self._clock.now(), VOID, json.dumps([reason])
            )
            if is_first:
                self._record(transaction, ticket, Outcome.FAILED, {"reason": reason})

    def sweep(self) -> None:
        """Close what a crash left open, and forget what is too old."""
        now = self._clock.now()
        with self._database.read() as transaction:
            tenants = transaction.tenants_of_liveness()
        for tenant in tenants:
            with self._database.write() as transaction:
                self._sweep_tenant(transaction, tenant, now)

    def _sweep_tenant(self, transaction: Transaction, tenant: str, now: datetime) -> None:
        records = transaction.tenant(tenant).liveness
        for session in records.lost_before(now - SWEEP_MARGIN):
            # Whether the client or the server went away is not known any more: it counts.
            records.close(session, now, INCONCLUSIVE, json.dumps([LOST]))
            name = f"tenants/{tenant}/livenessSessions/{session}"
            details: Details = {"reason": LOST}
            event = AuditEvent("system", tenant, ACTION, name, Outcome.FAILED, details)
            self._audit.record(transaction, event)
        records.forget_before(now - timedelta(seconds=self._settings.memory_s))

    def _check_attempts(self, records: TenantRecords, ticket: Ticket, now: datetime) -> None:
        settings = self._settings
        window = timedelta(seconds=settings.attempt_window_s)
        is_known = ticket.person is not None
        factor = 1 if is_known else settings.caller_factor
        limits = (
            ((SPOOF, OPEN), settings.max_spoof_attempts * factor),
            ((INCONCLUSIVE, OPEN), settings.max_inconclusive_attempts * factor),
        )
        attempts = records.liveness.attempts_since(
            ticket.person,
            ticket.caller.subject,
            now - window,
            (*COUNTED, LIVE) if is_known else COUNTED,
            sum(limit for _, limit in limits),
        )
        if is_known:
            attempts = _since_success(attempts)
        for outcomes, limit in limits:
            counted = [one for one in attempts if one[1] in outcomes]
            if len(counted) >= limit:
                free_at = counted[limit - 1][0] + window
                is_locked = sum(outcome != OPEN for _, outcome in counted) >= limit
                wait_s = (free_at - now).total_seconds() if is_locked else SHORT_WAIT_S
                raise _too_many(ticket, max(1, round(wait_s)))

    def _row(self, ticket: Ticket, nonce: str, plan: SessionPlan, now: datetime) -> LivenessRow:
        return LivenessRow(
            tenant=ticket.caller.tenant,
            session=ticket.session,
            caller=ticket.caller.subject,
            person=ticket.person,
            request_id=ticket.request_id,
            nonce=nonce,
            challenge_count=plan.challenge_count,
            is_accessible=plan.accessible,
            started_at=now,
            expires_at=now + timedelta(seconds=self._settings.session_s),
            outcome=OPEN,
            reasons="[]",
            challenges="[]",
        )

    def _record(
        self, transaction: Transaction, ticket: Ticket, outcome: Outcome, details: Details
    ) -> None:
        more: Details = {**details, "person": ticket.person, "request_id": ticket.request_id}
        caller = ticket.caller
        event = AuditEvent(caller.subject, caller.tenant, ACTION, ticket.name, outcome, more)
        self._audit.record(transaction, event)


def result_details(result: LivenessResult) -> Details:
    """Return what the audit log keeps of a result."""
    score = result.live_score
    return {
        "decision": result.outcome.value,
        "live_score": None if score is None else round(score, 4),
        "max_apcer": result.target.max_apcer,
        "max_bpcer": result.target.max_bpcer,
        "models": " ".join(result.model_ids),
        "reason": result.decision.reasons[0].code,
    }


def _since_success(attempts: Sequence[tuple[datetime, str]]) -> Sequence[tuple[datetime, str]]:
    """Return the attempts after the last one that showed a living person, newest first."""
    outcomes = [outcome for _, outcome in attempts]
    return attempts[: outcomes.index(LIVE)] if LIVE in outcomes else attempts


def _too_many(ticket: Ticket, retry_after_s: int) -> TooManyAttemptsError:
    return TooManyAttemptsError(
        f"too many liveness sessions without a pass; try again in {retry_after_s} s",
        retry_after_s=retry_after_s,
    )
