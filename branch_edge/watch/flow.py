"""Counts of one camera, without identity: lines, zones, how long, and where people stood."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from branch_edge.news import FlowNews, LineTally
from branch_edge.watch.floor import Flags, Floor
from branch_edge.watch.heat import HEAT_COLUMNS, HeatMap
from branch_edge.watch.people import MIN_BODY_COUNT, Someone
from branch_edge.watch.stays import Presence, Stay, StayBook
from vision.scene import CameraScene

# A person whom one frame misses is still there; after so long a place is empty. Shorter than the
# life of a track, so that a count does not lag behind who walks out of the picture.
MISSING_S = 1.0
# Frames further apart than this tell nothing about the time between them.
MAX_STEP_S = 2.0
_ROUNDING_S = 1e-3  # Of times that were added up.

StayListener = Callable[[Stay], None]
ZonesOf = Mapping[int, tuple[str, ...]]


class FlowCounter:
    """Counts what happens on the floor of one camera. Not safe to share.

    books: of zones that another counter began with. on_stay: told of each stay that has ended.
    """

    def __init__(
        self,
        scene: CameraScene,
        books: Mapping[str, StayBook] | None = None,
        on_stay: StayListener = lambda stay: None,
    ) -> None:
        self._scene = scene
        self._floor = Floor(scene)
        self._on_stay = on_stay
        begun = books or {}
        self._books = [begun.get(zone.id, StayBook(zone.id)) for zone in scene.zones]
        self._crossings = np.zeros((2, len(scene.lines)), np.int64)
        self._heat = HeatMap()
        self._person_count = 0
        self._begun_s: float | None = None
        self._last_s = 0.0
        self._last_at = datetime.min

    def see(
        self, people: Sequence[Someone], size_wh: tuple[int, int], seen_at: datetime, at_s: float
    ) -> ZonesOf:
        """Count one frame; return the zones of each by number. people: all who are followed."""
        if self._begun_s is None:
            self._begun_s = self._last_s = at_s
        step_s = min(at_s - self._last_s, MAX_STEP_S)
        self._last_s, self._last_at = at_s, seen_at
        boxes = np.array([one.box_xyxy for one in people], np.float32).reshape(-1, 4)
        numbers = np.array([one.number for one in people], np.int64)
        standing = self._floor.look(boxes, numbers, size_wh)
        counted = np.array([one.is_counted for one in people], bool)
        here = counted & np.array([one.unseen_s <= MISSING_S for one in people], bool)
        self._crossings[0] += (standing.came_in & counted).sum(axis=1)
        self._crossings[1] += (standing.went_out & counted).sum(axis=1)
        self._note_stays(people, standing.inside & here, at_s, step_s)
        self._heat.add(boxes[here], size_wh, step_s)
        self._person_count = int(here.sum())
        return self._zones_of(people, standing.inside)

    def is_due(self, slice_s: float) -> bool:
        """Whether the span has lasted long enough to be told."""
        return self._begun_s is not None and self._last_s - self._begun_s >= slice_s - _ROUNDING_S

    def tally(self) -> FlowNews | None:
        """Return the span that ends with the last frame, None if it is empty; begin a new one."""
        if self._begun_s is None or self._last_s <= self._begun_s:
            return None
        length_s = self._last_s - self._begun_s
        lines = zip(self._scene.lines, *self._crossings.tolist(), strict=True)
        news = FlowNews(
            start_at=self._last_at - timedelta(seconds=length_s),
            length_s=round(length_s, 3),
            scene_version=self._scene.version,
            lines=tuple(LineTally(line.id, came, went) for line, came, went in lines),
            zones=tuple(book.tally(self._last_s) for book in self._books),
            person_count=self._person_count,
            heat_columns=HEAT_COLUMNS,
            heat_tenths=self._heat.take_tenths(),
        )
        self._crossings[:] = 0
        self._begun_s = self._last_s
        return news

    def hand_over(self, scene: CameraScene) -> dict[str, StayBook]:
        """Return the books of zones that another scene leaves as they are, and end the others."""
        kept = {zone.id for zone in self._scene.zones if zone in scene.zones}
        self._close([book for book in self._books if book.zone not in kept])
        return {book.zone: book for book in self._books if book.zone in kept}

    def close(self) -> None:
        """End every stay; the next tally tells of them."""
        self._person_count = 0
        self._close(self._books)

    def _close(self, books: Sequence[StayBook]) -> None:
        for book in books:
            self._tell(book.close())

    def _note_stays(
        self, people: Sequence[Someone], inside: Flags, at_s: float, step_s: float
    ) -> None:
        for book, who in zip(self._books, inside, strict=True):
            present = [_presence(people[int(n)], at_s) for n in np.flatnonzero(who)]
            self._tell(book.see(present, at_s, step_s))

    def _tell(self, stays: list[Stay]) -> None:
        for stay in stays:
            self._on_stay(stay)

    def _zones_of(self, people: Sequence[Someone], inside: npt.NDArray[np.bool_]) -> ZonesOf:
        names = [book.zone for book in self._books]
        return {
            one.number: tuple(name for name, row in zip(names, inside, strict=True) if row[n])
            for n, one in enumerate(people)
        }


def _presence(one: Someone, at_s: float) -> Presence:
    """Return one person in this frame; who is certain only now was there before already."""
    since_s = one.first_seen_s if one.body_count == MIN_BODY_COUNT else at_s
    return Presence(one.number, since_s, one.last_seen_s)
