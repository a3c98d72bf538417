"""Whether what the camera showed was forged: stretch by stretch, in one check at the end."""

from dataclasses import replace

from decision.outcome import Reason
from deepfake.outcome import ForgeryOutcome, ForgeryResult
from kyc.carry import Stretch
from kyc.case import Check, CheckName, CheckOutcome
from kyc.ledger import Ledger
from kyc.parts import ForgeryRun
from kyc.words import reason
from media.frame import SoundChunk
from media.timeline import Sampler
from vision.frame_analysis import FrameAnalysis

# Cuts and blinks are followed by this many frames a second.
LOOK_FPS = 10.0
# Stretches between interruptions that are too short to be judged are forgiven up to so much in all.
MAX_UNJUDGED_S, SHORT_S = 3.0, 2.5
# A restart can happen to anybody, and nobody can make one.
RESTARTED = "DEEPFAKE_EVIDENCE_RESTARTED"
MAX_STRETCHES = 32


class Genuineness:
    """Feeds a judge while faces are asked for; an interruption ends its stretch."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._run: ForgeryRun | None = None
        self._sampler = Sampler(LOOK_FPS)
        self._first_s: float | None = None
        self._last_s = 0.0
        self._was_lost = ledger.carry.is_judging

    @property
    def has_seen(self) -> bool:
        """Whether there is anything to judge."""
        return self._first_s is not None or bool(self._ledger.carry.stretches)

    def see(self, look: FrameAnalysis) -> None:
        """Take one frame of a step that needs a face."""
        time_s = look.frame.received_monotonic_s
        if self._run is None and not self._open():
            return
        self._first_s = time_s if self._first_s is None else self._first_s
        self._last_s = time_s
        if self._run is not None and self._sampler.takes(time_s - self._first_s):
            self._run.look(look)

    def hear(self, chunk: SoundChunk) -> None:
        """Take a piece of sound that belongs to it."""
        if self._run is not None:
            self._run.hear(chunk)

    def break_off(self) -> None:
        """End the stretch and keep what it showed."""
        run, self._run = self._run, None
        if run is None or self._first_s is None:
            return
        length_s = self._last_s - self._first_s
        self._first_s, self._sampler = None, Sampler(LOOK_FPS)
        carry = self._ledger.carry.with_stretch(_stretch(run.conclude(), length_s))
        self._ledger.carry = replace(carry, is_judging=False)

    def check(self) -> Check:
        """Return the check over everything; the stretch that is under way ends."""
        self.break_off()
        outcome, reasons = self._decide()
        stretches = self._ledger.carry.stretches
        models = dict.fromkeys(one for stretch in stretches for one in stretch.model_ids)
        check = self._ledger.check_with(CheckName.DEEPFAKE, outcome, reasons)
        return replace(check, model_ids=tuple(models))

    def _open(self) -> bool:
        opener = self._ledger.parts.open_forgery
        if opener is None or len(self._ledger.carry.stretches) >= MAX_STRETCHES:
            return False
        self._run = opener()
        self._ledger.carry = replace(self._ledger.carry, is_judging=True)
        return True

    def _decide(self) -> tuple[CheckOutcome, tuple[Reason, ...]]:
        if self._ledger.parts.open_forgery is None:
            return CheckOutcome.INCONCLUSIVE, (reason("DEEPFAKE_CHECK_MISSING"),)
        stretches = self._ledger.carry.stretches
        fake = [one for one in stretches if one.outcome is ForgeryOutcome.FAKE]
        if fake:
            return CheckOutcome.FAILED, fake[0].reasons
        genuine = [one for one in stretches if one.outcome is ForgeryOutcome.GENUINE]
        unsure = [one for one in stretches if one.outcome is ForgeryOutcome.INCONCLUSIVE]
        said = tuple(reason(RESTARTED) for _ in range(self._was_lost))
        long = [one for one in unsure if one.length_s > SHORT_S]
        if long:
            return CheckOutcome.INCONCLUSIVE, (*long[0].reasons, *said)
        if not genuine:
            return CheckOutcome.INCONCLUSIVE, (reason("DEEPFAKE_NOTHING_SEEN"), *said)
        is_full = len(stretches) >= MAX_STRETCHES
        if is_full or sum(one.length_s for one in unsure) > MAX_UNJUDGED_S:
            return CheckOutcome.INCONCLUSIVE, (reason("DEEPFAKE_PART_UNJUDGED"), *said)
        return CheckOutcome.PASSED, (*genuine[0].reasons, *said)


def _stretch(result: ForgeryResult, length_s: float) -> Stretch:
    return Stretch(
        outcome=result.outcome,
        reasons=result.decision.reasons,
        length_s=length_s,
        fake_score=result.fake_score,
        model_ids=result.model_ids,
    )
