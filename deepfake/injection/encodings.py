"""Changes of encoder or size in mid-stream: of a client that adapts, or of another source."""

from dataclasses import dataclass
from enum import Enum

from decision.findings import Weight
from decision.signal import Signal
from deepfake.outcome import Moment
from media.encoding import Encoding

SIGNAL = "encoding"
QUALITY, SIZE, ENCODER = "QUALITY_CHANGED", "SIZE_CHANGED", "ENCODER_CHANGED"
TURNED, SOURCE = "PICTURE_TURNED", "SOURCE_CHANGED"
# A picture that becomes another one this close to a change of size or encoder is another source's.
COINCIDENCE_S = 0.5
_MAX_ASPECT_RATIO = 1.03


class Change(Enum):
    """How a frame is encoded otherwise than the one before."""

    QUALITY = QUALITY  # Other tables of the same kind: an encoder that adapts to the line.
    SIZE = SIZE  # Another size of the same shape, for the same reason.
    TURNED = TURNED  # Height and width exchanged: a telephone was turned.
    SHAPE = "SHAPE"  # Another shape.
    ENCODER = ENCODER  # Another codec, or tables of another maker.


# No client of one camera changes its encoder or the shape of its pictures; one that was turned
# shows another picture at the same moment, so that a cut there cannot be told.
_MEANINGS = {
    Change.QUALITY: (QUALITY, Weight.NOTE),
    Change.SIZE: (SIZE, Weight.NOTE),
    Change.TURNED: (TURNED, Weight.HOLDS),
    Change.SHAPE: (SIZE, Weight.HOLDS),
    Change.ENCODER: (ENCODER, Weight.HOLDS),
}


@dataclass(slots=True)
class EncodingWatch:
    """Follows how frames are encoded; keeps the last one and two times."""

    change_count: int = 0
    _last: Encoding | None = None
    _changed_s: float | None = None
    _broken_s: float | None = None

    def push(self, encoding: Encoding | None, time_s: float) -> tuple[Change | None, list[Moment]]:
        """Take one frame; return how it is encoded otherwise, and what to make of that."""
        change = None if self._last is None else _compare(self._last, encoding)
        self._last = encoding or self._last
        if change is None:
            return None, []
        self.change_count += 1
        code, weight = _MEANINGS[change]
        moments = [Moment(code, weight, SIGNAL, time_s)]
        if change in (Change.SIZE, Change.SHAPE, Change.ENCODER):
            self._changed_s = time_s
            moments += self._coincidence()
        return change, moments

    def push_break(self, time_s: float) -> list[Moment]:
        """Take a moment at which the picture became another one."""
        self._broken_s = time_s
        return self._coincidence()

    def signal(self) -> Signal:
        """Return how often the encoding changed; not measured if it was never known."""
        score = None if self._last is None else float(self.change_count)
        return Signal(SIGNAL, score, group=SIGNAL)

    def _coincidence(self) -> list[Moment]:
        if self._changed_s is None or self._broken_s is None:
            return []
        if abs(self._changed_s - self._broken_s) > COINCIDENCE_S:
            return []
        return [Moment(SOURCE, Weight.BREAKS, SIGNAL, self._changed_s)]


def _compare(before: Encoding, after: Encoding | None) -> Change | None:
    if after is None or before == after:
        return None
    if before.codec != after.codec or before.is_standard != after.is_standard:
        return Change.ENCODER
    if (before.width, before.height) == (after.width, after.height):
        return Change.QUALITY
    if (before.width, before.height) == (after.height, after.width):
        return Change.TURNED
    aspects = before.width / before.height, after.width / after.height
    is_same_shape = max(aspects) / min(aspects) <= _MAX_ASPECT_RATIO
    return Change.SIZE if is_same_shape else Change.SHAPE
