"""The signal `sound_in_step`: whether what is heard is what the mouth says."""

from decision.signal import Signal
from deepfake.clip_signal import Heard
from deepfake.outcome import Moment
from media.frame import SoundChunk
from media.voice import VoiceActivity
from vision.frame_analysis import FrameAnalysis

SOUND_IN_STEP = "sound_in_step"


class SoundSync:
    """Follows mouth and sound of one clip; implements ClipSignal.

    voice: None where there is no model for it; then nothing can be told.
    """

    def __init__(self, voice: VoiceActivity | None) -> None:
        self._voice = voice

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; nothing becomes certain before the end."""
        return ()

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        """Take a piece of sound; nothing becomes certain before the end."""
        return ()

    def conclude(self) -> Heard:
        """Return the signal, without a score where nothing could be told."""
        return Heard(signals=(Signal(SOUND_IN_STEP, None),))
