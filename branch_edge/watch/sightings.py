"""What is told of somebody whose face was seen: at once, when it is seen better, and at the end."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from branch_edge.news import SightingNews
from branch_edge.watch.flow import ZonesOf
from branch_edge.watch.people import Someone
from branch_edge.watch.shots import RatedShot, face_px, promise, take_shot
from media.image import ImageRGB
from vision.face_shot import FaceShot
from vision.faces import Faces
from vision.network import DetectorNetwork

MAX_SHOTS = 3
# A further shot is worth the server's time when it is so much better, and not in the same second.
CLEARLY_BETTER, SHOT_GAP_S = 1.2, 1.0
KEEP_ALIVE_S = 3.0
# Faces of one frame that are looked at closely, at about 5 ms each; the others' turn is the next.
# Of those who are told already one is enough, since a better shot can wait.
MAX_CLOSE_LOOKS, MAX_BETTER_LOOKS = 4, 1
# A face that was not fit is tried again, after each time a little later.
RETRY_STEP_S, MAX_RETRY_S = 0.1, 1.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Seen:
    """One frame, and what was found in it. zones: of each who is followed, by number.

    canvas_scale: pixels of the canvas on which faces were looked for, to one of the image.
    """

    image: ImageRGB
    faces: Faces
    canvas_scale: float
    zones: ZonesOf
    at: datetime
    at_s: float

    def __repr__(self) -> str:
        return f"Seen({len(self.faces)} faces, picture=<hidden>)"


@dataclass(slots=True)
class _Told:
    """What has been told of one track."""

    face_at: datetime
    merit: float
    shot_count: int
    shot_s: float
    told_s: float


@dataclass(frozen=True, slots=True)
class _Tried:
    """When a face was last looked at closely, and how often without a shot."""

    at_s: float
    failed_count: int = 0


class Sightings:
    """The sightings of one camera. Not safe to share."""

    def __init__(self, network: DetectorNetwork) -> None:
        self._network = network
        self._told: dict[int, _Told] = {}
        self._tried: dict[int, _Tried] = {}

    def see(self, seen: Seen, people: Sequence[Someone], min_face_px: int) -> list[SightingNews]:
        """Return what there is to tell of one frame. people: all who are followed."""
        news = []
        for one, row in self._worth_a_look(seen, people, min_face_px):
            face = seen.faces.take([row])
            rated = take_shot(self._network, seen.image, face, seen.canvas_scale, seen.at)
            if rated is not None and self._is_news(one, rated):
                self._tried[one.number] = _Tried(seen.at_s)
                news.append(self._tell_shot(one, rated, seen))
            else:
                failed_count = self._last_try(one).failed_count + 1
                self._tried[one.number] = _Tried(seen.at_s, failed_count)
        silent = [one for one in people if self._is_silent(one, seen.at_s)]
        return news + [self._tell_presence(one, seen) for one in silent]

    def end(self, gone: Iterable[Someone]) -> list[SightingNews]:
        """Return the last of those who have gone, if anything was told of them."""
        last = []
        for one in gone:
            self._tried.pop(one.number, None)
            told = self._told.pop(one.number, None)
            if told is not None:
                last.append(_news(one, told, is_final=True))
        return last

    def _worth_a_look(
        self, seen: Seen, people: Sequence[Someone], min_face_px: int
    ) -> list[tuple[Someone, int]]:
        """Return whose face may be worth a shot, and its row: new ones first, then in turns."""
        wanted = [
            (one, one.face_row)
            for one in people
            if one.face_row is not None
            and face_px(seen.faces.boxes_xyxy[one.face_row]) >= min_face_px
            and self._is_due(one, seen.at_s)
            and self._may_gain(one, promise(seen.faces, one.face_row), seen.at_s)
        ]
        wanted.sort(key=lambda pair: self._last_try(pair[0]).at_s)
        new = [pair for pair in wanted if pair[0].number not in self._told]
        told = [pair for pair in wanted if pair[0].number in self._told]
        return (new + told[:MAX_BETTER_LOOKS])[:MAX_CLOSE_LOOKS]

    def _last_try(self, one: Someone) -> _Tried:
        return self._tried.get(one.number, _Tried(-math.inf))

    def _is_due(self, one: Someone, at_s: float) -> bool:
        tried = self._last_try(one)
        return at_s - tried.at_s >= min(RETRY_STEP_S * tried.failed_count, MAX_RETRY_S)

    def _may_gain(self, one: Someone, promised: float, at_s: float) -> bool:
        told = self._told.get(one.number)
        if told is None:
            return promised > 0
        return (
            told.shot_count < MAX_SHOTS
            and at_s - told.shot_s >= SHOT_GAP_S
            and promised >= told.merit * CLEARLY_BETTER
        )

    def _is_news(self, one: Someone, rated: RatedShot) -> bool:
        told = self._told.get(one.number)
        return told is None or rated.merit >= told.merit * CLEARLY_BETTER

    def _is_silent(self, one: Someone, at_s: float) -> bool:
        told = self._told.get(one.number)
        is_here = one.unseen_s == 0
        return told is not None and is_here and at_s - told.told_s >= KEEP_ALIVE_S

    def _tell_shot(self, one: Someone, rated: RatedShot, seen: Seen) -> SightingNews:
        before = self._told.get(one.number)
        told = _Told(
            face_at=seen.at if before is None else before.face_at,
            merit=rated.merit,
            shot_count=1 if before is None else before.shot_count + 1,
            shot_s=seen.at_s,
            told_s=seen.at_s,
        )
        self._told[one.number] = told
        return _news(one, told, seen.zones.get(one.number, ()), rated.shot)

    def _tell_presence(self, one: Someone, seen: Seen) -> SightingNews:
        told = self._told[one.number]
        told.told_s = seen.at_s
        return _news(one, told, seen.zones.get(one.number, ()))


def _news(
    one: Someone,
    told: _Told,
    zones: tuple[str, ...] = (),
    shot: FaceShot | None = None,
    is_final: bool = False,
) -> SightingNews:
    return SightingNews(
        track=one.name,
        first_seen_at=one.first_seen_at,
        last_seen_at=one.last_seen_at,
        face_at=told.face_at,
        zones=zones,
        shot=shot,
        is_final=is_final,
    )
