"""The signal `sound_in_step`: whether what is heard is what the mouth says.

docs/deepfake-sound.md says what it can tell and what it cannot.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from base.errors import InvalidArgumentError
from decision.findings import Weight
from decision.signal import Signal
from deepfake.clip_signal import Heard
from deepfake.outcome import Moment
from deepfake.sync.lips import GAP, JAW, Bools, LipTrack, lips_of
from deepfake.sync.loudness import Loudness
from deepfake.sync.sound_track import AROUND_S, SoundTrack
from deepfake.sync.spoken_mouth import STEP_S, SpokenMouth
from deepfake.sync.step_curve import MAX_LAG, StepCurve, compare, speed
from deepfake.sync.step_verdict import Step, StepVerdict, judge
from media.frame import SoundChunk
from media.voice import VoiceActivity
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats

SOUND_IN_STEP, SOUND_AGREEMENT = "sound_in_step", "sound_agreement"
SILENT, NO_SPEECH, UNREADABLE = "SOUND_SILENT", "SOUND_WITHOUT_SPEECH", "SOUND_UNREADABLE"
_CODES = {
    Step.TOGETHER: ("SOUND_IN_STEP", Weight.NOTE),
    Step.SHIFTED: ("SOUND_SHIFTED", Weight.HOLDS),
    Step.ANOTHER: ("SOUND_OF_ANOTHER", Weight.HOLDS),
    Step.UNCLEAR: ("SOUND_UNCLEAR", Weight.NOTE),
}

# Lips are compared block by block with the sound around each; sound may come so much later than
# its pictures before it is done without.
BLOCK_S, _LATE_S = 6.0, 4.0
_STEPS = round(BLOCK_S / STEP_S)
_AROUND_S = MAX_LAG * STEP_S
_KEPT_S = BLOCK_S + 2 * _AROUND_S + _LATE_S + 2.0
# What is left at the end and shorter is not compared.
_MIN_BLOCK_STEPS = 50
# Lips that are measured well move with the jaw; where they do not, or hardly move, the face is too
# small, too blurred, or listens while somebody else speaks.
_MIN_JAW_CORRELATION, _MIN_SPEED = 0.5, 0.03
# A few seconds out of the middle of talk fit many shifts: they hold nothing. A whole utterance
# shows where it begins and ends; so much silence is on both sides of it.
_HOLDING_SPEECH_S, _SILENCE_S = 3.5, 0.3
# Music and noise that speech hardly stands out of make a person's own sound look like another's.
_HOLDING_SPREAD_DB = 20.0


@dataclass(slots=True)
class _Told:
    """What the blocks so far showed: memory does not grow with them."""

    curve: StepCurve | None = None
    is_spoken: bool = False
    start_s: float = 0.0
    end_s: float = 0.0
    spoken_from_s: float = math.inf
    spoken_to_s: float = -math.inf
    loudness: Loudness = field(default_factory=Loudness)

    def note_speech(self, is_spoken: Bools, start_s: float) -> None:
        """Take in which steps around a block somebody speaks, or is about to."""
        places = np.flatnonzero(is_spoken)
        self.is_spoken = True
        self.spoken_from_s = min(self.spoken_from_s, start_s + places[0] * STEP_S + AROUND_S)
        self.spoken_to_s = max(self.spoken_to_s, start_s + places[-1] * STEP_S - AROUND_S)

    def holds(self, seen_s: float) -> bool:
        """Return whether enough was said, and clearly, for what was found to hold a clip."""
        if self.loudness.spread_db < _HOLDING_SPREAD_DB:
            return False
        is_whole = _SILENCE_S <= self.spoken_from_s and self.spoken_to_s <= seen_s - _SILENCE_S
        return is_whole or (self.curve is not None and self.curve.speech_s >= _HOLDING_SPEECH_S)

    def add(self, curve: StepCurve, start_s: float) -> None:
        if self.curve is None:
            self.start_s = start_s
        self.curve = curve if self.curve is None else StepCurve.joined([self.curve, curve])
        self.end_s = start_s + BLOCK_S


class SoundSync:
    """Follows mouth and sound of one clip; implements ClipSignal, of bounded memory.

    voice, mouth: None where there is no model for it; then nothing can be told.
    """

    def __init__(self, voice: VoiceActivity | None, mouth: SpokenMouth | None = None) -> None:
        self._mouth = mouth
        self._lips = LipTrack(_KEPT_S)
        self._sound = None if voice is None or mouth is None else SoundTrack(voice, _KEPT_S)
        self._told = _Told()
        self._block_s = 0.0
        self._seen_s = 0.0
        self._is_heard = False
        self._is_readable = True

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain before the end."""
        self._seen_s = time_s
        if self._sound is None or not self._is_heard:
            return ()
        mesh = analysis.mesh
        if mesh is not None:
            self._lips.push(lips_of(mesh), time_s)
        self._advance()
        return ()

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        """Take a piece of sound; nothing becomes certain before the end."""
        if self._sound is None or not self._is_readable:
            return ()
        try:
            self._sound.push(chunk.samples, chunk.rate_hz, time_s)
        except InvalidArgumentError:
            self._is_readable = False
            return (Moment(UNREADABLE, Weight.NOTE, SOUND_IN_STEP, time_s),)
        self._is_heard = True
        self._advance()
        return ()

    def conclude(self) -> Heard:
        """Return offset in ms and evidence, without scores where nothing could be told.

        Evidence is agreement times the root of the seconds of speech.
        """
        if self._sound is None or not self._is_readable:
            return _untold(None)
        steps = round((self._seen_s - self._block_s) / STEP_S)
        if steps >= _MIN_BLOCK_STEPS:
            self._compare(min(steps, _STEPS))
        verdict = None if self._told.curve is None else judge(self._told.curve)
        if verdict is not None:
            return self._heard(verdict)
        code = SILENT if not self._is_heard else NO_SPEECH
        if self._told.is_spoken:
            code = _CODES[Step.UNCLEAR][0]
        return _untold(Moment(code, Weight.NOTE, SOUND_IN_STEP, 0.0, self._seen_s))

    def _heard(self, verdict: StepVerdict) -> Heard:
        code, weight = _CODES[verdict.step]
        told = self._told
        if not told.holds(self._seen_s):
            weight = Weight.NOTE
        end_s = min(told.end_s, self._seen_s)
        moment = Moment(code, weight, SOUND_IN_STEP, told.start_s, end_s)
        is_told = verdict.step in (Step.TOGETHER, Step.SHIFTED)
        offset = Signal(SOUND_IN_STEP, 1000 * verdict.offset_s if is_told else None, group="sound")
        return Heard((offset, Signal(SOUND_AGREEMENT, verdict.evidence, group="sound")), (moment,))

    def _advance(self) -> None:
        """Compare every block around which everything has come, or should have."""
        assert self._sound is not None
        while True:
            needed_s = self._block_s + BLOCK_S + _AROUND_S
            is_late = self._seen_s > needed_s + _LATE_S
            if self._seen_s < needed_s or (self._sound.end_s < needed_s and not is_late):
                return
            self._compare(_STEPS)
            self._block_s += BLOCK_S

    def _compare(self, steps: int) -> None:
        assert self._sound is not None
        assert self._mouth is not None
        start_s, count = self._block_s - _AROUND_S, steps + 2 * MAX_LAG
        is_spoken = self._sound.speech(start_s, count)
        if not is_spoken.any():
            return
        self._told.note_speech(is_spoken, start_s)
        lips, is_seen = self._lips.between(self._block_s, steps)
        if not _is_measured(lips, is_seen & is_spoken[MAX_LAG : MAX_LAG + steps]):
            return
        heard = self._sound.between(start_s, count)
        self._told.loudness.push(heard)
        mouth = self._mouth.submit(heard).result()[:count]
        curve = compare(lips, is_seen, mouth, is_spoken)
        if curve.speech_s > 0:
            self._told.add(curve, self._block_s)


def _is_measured(lips: Floats, is_used: Bools) -> bool:
    """Return whether lips move with the jaw where something is said."""
    if is_used.sum() < _MIN_BLOCK_STEPS // 2:
        return False
    speeds = speed(lips)[is_used]
    gap, jaw = speeds[:, GAP], speeds[:, JAW]
    if gap.std() < _MIN_SPEED or jaw.std() == 0:
        return False
    return float(np.corrcoef(gap, jaw)[0, 1]) >= _MIN_JAW_CORRELATION


def _untold(moment: Moment | None) -> Heard:
    signals = (
        Signal(SOUND_IN_STEP, None, group="sound"),
        Signal(SOUND_AGREEMENT, None, group="sound"),
    )
    return Heard(signals, () if moment is None else (moment,))
