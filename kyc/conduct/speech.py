"""What is heard beside what one mouth does, over the last minute."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from base.errors import InvalidArgumentError
from deepfake.sync.lips import GAP, lips_of
from media.frame import SoundChunk
from media.voice import WINDOW_S, SpeechSpan, VoiceActivity, VoiceWindow, speech_spans
from vision.mesh import FaceMesh

KEPT_S = 90.0
_MAX_FPS = 20
# Spread of the gap between the lips, over the distance of the outer corners of the eyes, within a
# second. Lips that rest stray by less than half a hundredth, lips that talk by two and a half and
# more (docs/interview.md).
MOVING_ABOVE = 0.012
# A mouth moves a little before and after it is heard, and sound comes later than its picture.
AROUND_S = 0.25
_PIECE_S = 1.0
# Lips that were seen less often than this were not seen to be still.
_MIN_FPS = 5.0
_MIN_FRAMES = 4
# Of the time that somebody speaks: a mouth that moves in half of it speaks; one that hardly ever
# moves does not; what lies between is not told.
SPEAKS_FROM, SILENT_TO = 0.5, 0.2
# Shorter sounds are coughs and clicks.
MIN_SPEECH_S = 0.3


@dataclass(frozen=True, slots=True)
class Agreement:
    """Voice and mouth over a stretch, in seconds.

    spoken_s: that a voice was heard. seen_s: of that, with the mouth in view. moving_s: of that,
    with the mouth moving.
    """

    spoken_s: float
    seen_s: float
    moving_s: float

    @property
    def speaks(self) -> bool | None:
        """Whether it is this mouth; None where that cannot be told."""
        if self.spoken_s < MIN_SPEECH_S or self.seen_s < 0.6 * self.spoken_s:
            return None
        share = self.moving_s / self.seen_s
        if SILENT_TO < share < SPEAKS_FROM:
            return None
        return share >= SPEAKS_FROM


class Speech:
    """Follows sound and lips; memory is bounded. voice: None where nothing can be heard."""

    def __init__(self, voice: VoiceActivity | None) -> None:
        self._listener = None if voice is None else voice.open()
        self._windows: deque[VoiceWindow] = deque(maxlen=round(KEPT_S / WINDOW_S))
        self._lips: deque[tuple[float, float]] = deque(maxlen=round(KEPT_S * _MAX_FPS))
        self.sounded_s: float | None = None

    @property
    def can_hear(self) -> bool:
        """Whether voices can be told from other sound."""
        return self._listener is not None

    def hear(self, chunk: SoundChunk) -> None:
        """Take a piece of sound; one that cannot be understood counts as none."""
        start_s = chunk.received_monotonic_s
        if self._listener is not None:
            try:
                self._windows.extend(self._listener.push(chunk.samples, chunk.rate_hz, start_s))
            except InvalidArgumentError:
                return
        self.sounded_s = start_s + chunk.duration_s

    def see(self, mesh: FaceMesh, time_s: float) -> None:
        """Take the lips of one frame; one that is not later than the last is left out."""
        if self._lips and time_s - self._lips[-1][0] < 1 / _MAX_FPS:
            return
        self._lips.append((time_s, float(lips_of(mesh)[GAP])))

    def spans(self, start_s: float, end_s: float) -> tuple[SpeechSpan, ...]:
        """Return where somebody speaks between two times."""
        windows = [one for one in self._windows if start_s <= one.start_s < end_s]
        return speech_spans(windows)

    def agreement(self, start_s: float, end_s: float) -> Agreement:
        """Return how voice and mouth go together between two times."""
        spoken_s = seen_s = moving_s = 0.0
        times, gaps = self._track()
        for span in self.spans(start_s, end_s):
            for piece_s, length_s in _pieces(span):
                spoken_s += length_s
                first = np.searchsorted(times, piece_s - AROUND_S)
                last = np.searchsorted(times, piece_s + length_s + AROUND_S)
                count = int(last - first)
                if count < max(_MIN_FRAMES, _MIN_FPS * length_s):
                    continue
                seen_s += length_s
                moving_s += length_s * bool(gaps[first:last].std() >= MOVING_ABOVE)
        return Agreement(spoken_s, seen_s, moving_s)

    def _track(self) -> tuple[np.ndarray, np.ndarray]:
        track = np.array(self._lips, np.float64).reshape(-1, 2)
        return track[:, 0], track[:, 1]


def _pieces(span: SpeechSpan) -> list[tuple[float, float]]:
    """Return a span in even pieces of about a second: start and length."""
    count = max(round((span.end_s - span.start_s) / _PIECE_S), 1)
    length_s = (span.end_s - span.start_s) / count
    return [(span.start_s + place * length_s, length_s) for place in range(count)]
