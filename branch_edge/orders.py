"""Full frames that the server asked for."""

from dataclasses import dataclass, replace

from branch_edge.uplink.port import FrameOrder
from media.timeline import Sampler

MAX_FPS, MAX_LENGTH_S, MAX_ORDERS = 15.0, 3600.0, 4


@dataclass(frozen=True, slots=True)
class Due:
    """One frame that an order wants now. number: from 1."""

    request: str
    number: int
    max_side_px: int


@dataclass(slots=True)
class _Running:
    order: FrameOrder
    until_s: float
    sampler: Sampler
    sent_count: int = 0


class Orders:
    """The orders of one camera; at most four at once, of which the oldest ends for a fifth."""

    def __init__(self) -> None:
        self._running: dict[str, _Running] = {}

    def take(self, order: FrameOrder, now_s: float) -> None:
        """Begin, lengthen or end an order."""
        known = self._running.pop(order.request, None)
        if order.length_s <= 0:
            return
        is_single = order.fps <= 0
        length_s = min(order.length_s, MAX_LENGTH_S)
        bounded = replace(order, fps=min(order.fps, MAX_FPS))
        sampler = Sampler(None if is_single else bounded.fps)
        while len(self._running) >= MAX_ORDERS:
            self._running.pop(next(iter(self._running)))
        self._running[order.request] = _Running(
            bounded, now_s + length_s, sampler, 0 if known is None else known.sent_count
        )

    def clear(self) -> None:
        """End every order."""
        self._running.clear()

    def fps(self, now_s: float) -> float:
        """Return how many frames a second are wanted, 0 for none."""
        self._expire(now_s)
        return max((one.order.fps for one in self._running.values()), default=0.0)

    def due(self, at_s: float, now_s: float) -> list[Due]:
        """Return who wants the frame that came at `at_s`; a single order is then done."""
        self._expire(now_s)
        found = []
        for request, one in list(self._running.items()):
            if not one.sampler.takes(at_s):
                continue
            one.sent_count += 1
            found.append(Due(request, one.sent_count, one.order.max_side_px))
            if one.order.fps <= 0:
                del self._running[request]
        return found

    def _expire(self, now_s: float) -> None:
        for request in [name for name, one in self._running.items() if now_s > one.until_s]:
            del self._running[request]
