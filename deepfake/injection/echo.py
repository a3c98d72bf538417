"""Movements of the face that were there before: life does not repeat itself, and a loop does.

What is compared is how the picture changes, and not what it looks like: another encoding, more
noise, other light, a slight zoom or shift leave the movement what it was. Other speeds and time
running backwards are tried as well.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats

Box = tuple[float, float, float, float]

# Samples a second, and how far apart the two are whose difference is the movement.
RATE_HZ, _STEP = 12.5, 4
WINDOW_S = 2.0
_WINDOW = round(WINDOW_S * RATE_HZ)
# How often the last two seconds are looked for.
_EVERY = 5
MAX_KEPT = 750
# What lies in a longer gap was not seen.
_MAX_GAP_S = 0.35
# How fast the earlier movement runs, in terms of the later one; below 0 backwards.
SPEEDS = (1.0, 0.9, 1.1, 0.8, 1.25, 0.65, 1.5, 0.5, 2.0, -1.0, -0.8, -1.25)
# Neighbouring moments are alike, and a move out and back is its own mirror picture.
_MIN_LAG, _MIN_MIRROR_LAG = round(0.7 * RATE_HZ), round(1.0 * RATE_HZ)
# What may repeat has to move, for some time and in some places: one blink is like every other,
# and a still face like itself.
MIN_ENERGY, MIN_TIMES, MIN_CELLS = 1.0, 6.0, 8.0
_GRID, _CELLS = 32, 1024
# Pictures are brought to this contrast; flatter ones than the second are noise.
_CONTRAST, _MIN_CONTRAST = 50.0, 4.0
# How much around the face belongs to it.
_BOX_SCALE = 1.5
_CENTRES = (np.arange(_GRID) + 0.5) / _GRID


@dataclass(frozen=True, slots=True)
class Echo:
    """A movement that was there before.

    likeness: correlation of the two, at most 1. start_s, end_s: of the later one; speed: as in
    `SPEEDS`.
    """

    likeness: float
    speed: float
    start_s: float
    end_s: float


@dataclass(slots=True)
class EchoWatch:
    """Keeps a minute of movement, sampled evenly, and looks for the last two seconds in it.

    highest: the greatest likeness so far; None as long as nothing could be compared.
    """

    highest: float | None = None
    _moves: Floats = field(default_factory=lambda: np.zeros((2 * MAX_KEPT, _CELLS), np.float32))
    _count: int = 0
    _recent: list[Floats] = field(default_factory=list)
    _last: tuple[float, Floats] | None = None
    _next_s: float = 0.0
    _since_look: int = 0

    def push(self, grid: npt.NDArray[np.uint8], box: Box | None, time_s: float) -> Echo | None:
        """Take one frame; return the likest earlier movement when it was time to look for one.

        grid: (32, 32) grey. box: of the face, in shares of width and height, x1 y1 x2 y2.
        """
        flat = _evened(grid)
        if self._last is None:
            self._next_s = time_s
        else:
            self._sample(self._last, (time_s, flat))
        self._last = time_s, flat
        if box is None or self._since_look < _EVERY or self._count < _WINDOW + _MIN_LAG:
            return None
        self._since_look = 0
        return self._look(_cells_of(box))

    def _sample(self, before: tuple[float, Floats], after: tuple[float, Floats]) -> None:
        """Add the movement between two frames at even times, in straight lines."""
        (one_s, one), (two_s, two) = before, after
        if two_s - one_s > _MAX_GAP_S:
            # The clock of samples goes on, and so do lags; nothing moves meanwhile.
            self._recent.clear()
        if two_s - one_s > MAX_KEPT / RATE_HZ:
            self._count, self._next_s = 0, two_s
        while self._next_s <= two_s:
            share = np.float32((self._next_s - one_s) / max(two_s - one_s, 1e-6))
            now = one + np.clip(share, 0, 1) * (two - one)
            self._recent.append(now)
            is_known = len(self._recent) > _STEP
            self._keep(now - self._recent.pop(0) if is_known else np.zeros_like(now))
            self._next_s += 1 / RATE_HZ

    def _keep(self, move: Floats) -> None:
        if self._count == 2 * MAX_KEPT:
            # Once in a while the younger half moves to the front; nothing grows.
            self._moves[:MAX_KEPT] = self._moves[MAX_KEPT:]
            self._count = MAX_KEPT
        self._moves[self._count] = move
        self._count += 1
        self._since_look += 1

    def _look(self, cells: npt.NDArray[np.bool_]) -> Echo | None:
        moves = self._moves[max(0, self._count - MAX_KEPT) : self._count, cells]
        last = moves[: -_WINDOW - 1 : -1]
        if not _is_rich(last):
            return None
        products, energies = last @ moves.T, (moves * moves).sum(axis=1)
        found = [(_likest(products, energies, speed), speed) for speed in SPEEDS]
        likeness, speed = max(found)
        self.highest = likeness if self.highest is None else max(self.highest, likeness)
        end_s = self._next_s - 1 / RATE_HZ
        return Echo(likeness, speed, end_s - WINDOW_S, end_s)


def _likest(products: Floats, energies: Floats, speed: float) -> float:
    """Return how like the likest earlier movement is, at one speed.

    products: (window, kept) of the last moves, latest first, with all. energies: (kept,).
    """
    count, steps = products.shape[1], np.arange(_WINDOW)
    offsets = np.round(steps * speed).astype(np.intp)
    ends = np.arange(count)
    places = ends[:, None] - offsets[None]
    nows = count - 1 - steps[None]
    lag = _MIN_LAG if speed > 0 else _MIN_MIRROR_LAG
    is_earlier = (places.min(axis=1) >= 0) & ((nows - places).min(axis=1) >= lag)
    if not is_earlier.any():
        return -1.0
    places = places[is_earlier]
    own = float(energies[-_WINDOW:].sum())
    alike = products[steps[None], places].sum(axis=1) * np.sign(speed)
    norms = np.sqrt(own * energies[places].sum(axis=1))
    return float((alike / np.maximum(norms, 1e-6)).max())


def _is_rich(moves: Floats) -> bool:
    """Return whether a face moves enough to be told from itself at another time."""
    squares = moves * moves
    if not squares.size or float(squares.mean()) < MIN_ENERGY:
        return False
    times, cells = squares.sum(axis=1), squares.sum(axis=0)
    return _effective(times) >= MIN_TIMES and _effective(cells) >= MIN_CELLS


def _effective(energies: Floats) -> float:
    """Return over how many places energy is spread, as the inverse of their concentration."""
    return float(energies.sum()) ** 2 / max(float((energies * energies).sum()), 1e-9)


def _evened(grid: npt.NDArray[np.uint8]) -> Floats:
    """Return the picture at one brightness and contrast, without what whole rows or columns share.

    Lamps that flicker paint bands across a picture, and bands come again.
    """
    grey = grid.astype(np.float32)
    grey = (grey - grey.mean()) * np.float32(_CONTRAST / max(float(grey.std()), _MIN_CONTRAST))
    grey = grey - grey.mean(axis=0, keepdims=True) - grey.mean(axis=1, keepdims=True)
    return np.asarray(grey.reshape(-1), np.float32)


def _cells_of(box: Box) -> npt.NDArray[np.bool_]:
    """Return which cells a face and what is close to it cover."""
    x1, y1, x2, y2 = box
    is_column = np.abs(_CENTRES - (x1 + x2) / 2) <= _BOX_SCALE * (x2 - x1) / 2
    is_row = np.abs(_CENTRES - (y1 + y2) / 2) <= _BOX_SCALE * (y2 - y1) / 2
    return np.outer(is_row, is_column).reshape(-1)
