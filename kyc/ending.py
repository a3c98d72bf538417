"""The end of an attendance: the checks that sum it up, the verdict, and the move that follows."""

from dataclasses import replace

from decision.outcome import Reason
from kyc.case import Check, Verdict, VerdictOutcome
from kyc.checks import answers_check, conduct_check, position_check, still_check
from kyc.events import AttendEvent, Concluded
from kyc.genuineness import Genuineness
from kyc.ledger import Ledger
from kyc.look_ups import LookUps
from kyc.states import Move, State
from kyc.steps.consent import DECLINED
from kyc.verdict import judge
from kyc.words import reason

FACE_DECLINED = "FACE_CONSENT_DECLINED"
MAX_WISH_CHARS = 500


class Ending:
    """Puts everything together once; what did not come in time stays open."""

    def __init__(self, ledger: Ledger, genuineness: Genuineness, look_ups: LookUps) -> None:
        self._ledger = ledger
        self._genuineness = genuineness
        self._look_ups = look_ups
        self._sums: tuple[Check, ...] = ()

    def complete(self) -> list[AttendEvent]:
        """End behind the last step: the verdict decides on the move."""
        self._sum_up(is_whole=True)
        declined = None if self._ledger.accepts_face else FACE_DECLINED
        verdict = self._judge(declined)
        if verdict.outcome is VerdictOutcome.REFUSED:
            return self._write(verdict, Move.REFUSE, verdict.reasons[0].code)
        if declined is not None:
            return self._write(verdict, Move.HAND_OVER, declined)
        return self._write(verdict, Move.STEP_DONE, "")

    def decline(self) -> list[AttendEvent]:
        """End because the participant does not agree."""
        verdict = Verdict(VerdictOutcome.REFUSED, (reason(DECLINED),), self._ledger.now)
        return self._write(verdict, Move.DECLINE, DECLINED)

    def hand_over(self, code: str, wish: str = "") -> list[AttendEvent]:
        """End because a person is to decide. wish: in the participant's words."""
        self._sum_up(is_whole=False)
        verdict = self._judge(code)
        if wish:
            said = Reason(code, f"{reason(code).text} {wish[:MAX_WISH_CHARS]}")
            reasons = tuple(said if one.code == code else one for one in verdict.reasons)
            verdict = replace(verdict, reasons=reasons)
        return self._write(verdict, Move.HAND_OVER, code)

    def lock_out(self, code: str, is_motionless: bool = False) -> list[AttendEvent]:
        """End because every attempt of a step was used up. code: of the last one.

        is_motionless: whether the face never moved while it was asked to.
        """
        self._sum_up(is_whole=False)
        if self._ledger.step is State.LIVENESS:
            still = still_check(self._ledger, is_motionless)
            if still is not None:
                self._ledger.add_checks((still,))
                self._sums = (*self._sums, still)
                return self._write(self._judge(None), Move.REFUSE, still.reasons[0].code)
        verdict = self._judge("LOCKED_OUT")
        if verdict.outcome is VerdictOutcome.REFUSED:
            # A rule that was broken outweighs that there are no attempts left.
            return self._write(verdict, Move.REFUSE, verdict.reasons[0].code)
        return self._write(verdict, Move.LOCK_OUT, code)

    def refuse(self, code: str) -> list[AttendEvent]:
        """End because a rule was broken."""
        self._sum_up(is_whole=False)
        return self._write(self._judge(code), Move.REFUSE, code)

    def _sum_up(self, is_whole: bool) -> None:
        ledger = self._ledger
        late = (*self._look_ups.fetch(), *self._look_ups.give_up())
        sums: list[Check | None] = [conduct_check(ledger), position_check(ledger)]
        is_asked = is_whole and ledger.accepts_face
        sums += [self._genuineness.check()] if is_asked or self._genuineness.has_seen else []
        sums += [answers_check(ledger)] if is_whole else []
        self._sums = (*late, *(check for check in sums if check is not None))
        ledger.add_checks(self._sums)

    def _judge(self, ended_by: str | None) -> Verdict:
        ledger = self._ledger
        plan = ledger.plan
        return judge(ledger.findings, plan.product, ledger.steps, ledger.now, ended_by)

    def _write(self, verdict: Verdict, move: Move, code: str) -> list[AttendEvent]:
        ledger = self._ledger
        ledger.findings = replace(ledger.findings, verdict=verdict)
        recorded = replace(ledger.record(moves=((move, code),)), checks=self._sums)
        return [recorded, Concluded(verdict)]
