"""What was heard in the last seconds, and where somebody spoke."""

from collections import deque

import numpy as np

from deepfake.sync.lips import Bools
from deepfake.sync.spoken_mouth import STEP_S
from media.frame import Samples
from media.voice import RATE_HZ, WINDOW_S, VoiceActivity, VoiceWindow, speech_spans

# The mouth moves a little before and after it is heard.
AROUND_S = 0.16
# Sound comes unevenly over a network; further apart than this, some is missing or came twice.
MAX_SLIP_S = 0.25
_MAX_PIECES = 4096


class SoundTrack:
    """The last seconds of sound; memory is bounded, sound that is missing is silence."""

    def __init__(self, voice: VoiceActivity, kept_s: float) -> None:
        self._listener = voice.open()
        self._kept_s = kept_s
        self._pieces: deque[tuple[float, Samples]] = deque(maxlen=_MAX_PIECES)
        self._windows: deque[VoiceWindow] = deque(maxlen=round(kept_s / WINDOW_S))
        self.end_s = 0.0

    def push(self, samples: Samples, rate_hz: int, time_s: float) -> None:
        """Take a piece of sound. Raises InvalidArgumentError for another rate than 16 kHz."""
        self._windows.extend(self._listener.push(samples, rate_hz, time_s))
        if not self._pieces or abs(time_s - self.end_s) > MAX_SLIP_S:
            self.end_s = time_s
        piece = samples[-round(self._kept_s * RATE_HZ) :]
        self.end_s += len(samples) / RATE_HZ
        self._pieces.append((self.end_s - len(piece) / RATE_HZ, piece))
        while self._pieces[0][0] + len(self._pieces[0][1]) / RATE_HZ < self.end_s - self._kept_s:
            self._pieces.popleft()

    def between(self, start_s: float, count: int) -> Samples:
        """Return what was heard in so many steps of 20 ms, (count * 320,); silence if nothing."""
        heard = np.zeros(round(count * STEP_S * RATE_HZ), np.float32)
        for piece_s, piece in self._pieces:
            place = round((piece_s - start_s) * RATE_HZ)
            first, last = max(place, 0), min(place + len(piece), len(heard))
            if first < last:
                heard[first:last] = piece[first - place : last - place]
        return heard

    def speech(self, start_s: float, count: int) -> Bools:
        """Return in which steps of 20 ms somebody speaks, or is about to, (count,)."""
        times = start_s + np.arange(count) * STEP_S
        spoken = np.zeros(count, np.bool_)
        for span in speech_spans(self._windows):
            spoken |= (times >= span.start_s - AROUND_S) & (times <= span.end_s + AROUND_S)
        return spoken
