"""What is known of one participant, and how it is told and written down."""

from dataclasses import replace
from datetime import datetime, timedelta

from decision.outcome import Reason
from kyc.carry import Carry
from kyc.case import Answer, Check, CheckOutcome, ConductEvent, Consent, DocumentRecord
from kyc.events import Prompted, PromptKind, Recorded, Side, Snapshot
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.states import FACE_STEPS, Move, State
from kyc.words import reason
from liveness.events import Challenge
from vision.embedding import Embedding

Moves = tuple[tuple[Move, str], ...]
# People who need more time get twice as much.
ACCESSIBLE_FACTOR = 2.0
# Every attempt leaves its checks; policies allow a few attempts.
MAX_CHECKS = 128


class Ledger:
    """Keeps findings and what to go on from; numbers prompts; knows the time.

    now_s: monotonic, of the call that is under way; records carry wall time. step: present one.
    """

    def __init__(self, plan: AttendancePlan, parts: AttendanceParts) -> None:
        self.plan = plan
        self.parts = parts
        self.findings = plan.findings
        self.carry = Carry.from_bytes(plan.sealed)
        self.step = plan.state
        self.now_s = 0.0
        self._prompt_count = 0

    @property
    def now(self) -> datetime:
        """Wall time."""
        return self.parts.clock.now()

    @property
    def accepts_face(self) -> bool:
        """Whether faces may be compared; a policy without that step asked elsewhere."""
        if State.CONSENT not in self.plan.steps:
            return True
        return bool(self.findings.consents) and self.findings.consents[-1].accepted_face

    @property
    def steps(self) -> tuple[State, ...]:
        """The steps of this participant: without those that compare faces, if that was declined."""
        consents = self.findings.consents
        if consents and consents[-1].accepted and not consents[-1].accepted_face:
            return tuple(step for step in self.plan.steps if step not in FACE_STEPS)
        return self.plan.steps

    def wall(self, time_s: float) -> datetime:
        """Return the wall time of a monotonic one that is not long ago."""
        return self.now - timedelta(seconds=max(self.now_s - time_s, 0.0))

    def limit_s(self, seconds: float) -> float:
        """Return a time limit as this participant has it."""
        return seconds * (ACCESSIBLE_FACTOR if self.plan.accessible else 1.0)

    def attempts_left(self, step: State) -> int:
        """Return how often a step may still fail."""
        used = self.findings.attempts.get(step, 0)
        return max(self.plan.product.attempts_of(step).count - used, 0)

    def use_attempt(self, step: State) -> int:
        """Note that a step failed; return how often it may still."""
        attempts = dict(self.findings.attempts)
        attempts[step] = attempts.get(step, 0) + 1
        self.findings = replace(self.findings, attempts=attempts)
        return self.attempts_left(step)

    def prompt(
        self,
        kind: PromptKind,
        limit_s: float | None = None,
        challenge: Challenge | None = None,
        side: Side | None = None,
        question: str | None = None,
    ) -> Prompted:
        """Return the next prompt."""
        self._prompt_count += 1
        return Prompted(self._prompt_count, kind, limit_s, challenge, side, question)

    def record(
        self,
        moves: Moves = (),
        checks: tuple[Check, ...] = (),
        snapshots: tuple[Snapshot, ...] = (),
    ) -> Recorded:
        """Take checks in and return everything as it is to be written down."""
        self.add_checks(checks)
        return Recorded(self.findings, moves, checks, snapshots, self.carry.to_bytes())

    def add_checks(self, checks: tuple[Check, ...]) -> None:
        """Keep checks; the last one of a name counts."""
        kept = (*self.findings.checks, *checks)[-MAX_CHECKS:]
        self.findings = replace(self.findings, checks=kept)

    def check(
        self, name: str, outcome: CheckOutcome, codes: tuple[str, ...], sequence: int = 0
    ) -> Check:
        """Return a check that was decided now, with reasons by their codes."""
        return Check(
            name, outcome, tuple(reason(code) for code in codes), self.now, sequence=sequence
        )

    def check_with(
        self, name: str, outcome: CheckOutcome, reasons: tuple[Reason, ...], sequence: int = 0
    ) -> Check:
        """Return a check that was decided now."""
        return Check(name, outcome, reasons, self.now, sequence=sequence)

    def keep_document(
        self, record: DocumentRecord | None, portrait: Embedding | None, check: Check, sequence: int
    ) -> Check:
        """Keep what a document says; return its check with the chunk that decided."""
        if record is not None:
            self.findings = replace(self.findings, document=record)
        if portrait is not None:
            self.carry = replace(self.carry, portrait=portrait)
        return replace(check, sequence=sequence)

    def keep_face(self, face: Embedding) -> None:
        """Keep the living face that every later step has to show."""
        self.carry = replace(self.carry, face=face)

    def add_consent(self, consent: Consent) -> None:
        """Keep an answer to the prompt for consent."""
        self.findings = replace(self.findings, consents=(*self.findings.consents, consent))

    def add_answer(self, answer: Answer) -> None:
        """Keep an answer; an earlier one to the same question goes."""
        kept = tuple(one for one in self.findings.answers if one.question != answer.question)
        self.findings = replace(self.findings, answers=(*kept, answer))

    def put_event(self, event: ConductEvent) -> None:
        """Keep an event; one of the same number goes."""
        kept = tuple(one for one in self.findings.events if one.number != event.number)
        events = sorted((*kept, event), key=lambda one: one.number)
        self.findings = replace(self.findings, events=tuple(events))
