"""Somebody speaks, and it is not the mouth in the picture: a whisper from aside."""

from typing import ClassVar

from kyc.conduct.speech import Speech
from vision.frame_analysis import FrameAnalysis

CODE = "VOICE_WITHOUT_MOUTH"
# Looked at in stretches this long, for there have to be words: who clears the throat says nothing.
STRETCH_S, MIN_SPOKEN_S = 4.0, 1.5
# Sound comes later than its picture.
_BEHIND_S = 0.4
STEP_S = 0.5


class VoiceWithoutMouth:
    """Compares voice and mouth twice a second."""

    code: ClassVar[str] = CODE
    after_s: ClassVar[float] = 0.4
    clear_s: ClassVar[float] = 0.9

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._due_s = float("-inf")

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether somebody else speaks; None between looks and where it cannot be told."""
        if time_s < self._due_s or not self._speech.can_hear:
            return None
        self._due_s = time_s + STEP_S
        end_s = time_s - _BEHIND_S
        agreement = self._speech.agreement(end_s - STRETCH_S, end_s)
        if agreement.spoken_s < MIN_SPOKEN_S:
            return False
        return None if agreement.speaks is None else not agreement.speaks

    def restart(self) -> None:
        """Nothing is kept here."""
