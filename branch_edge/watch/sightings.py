"""What is told of somebody whose face was seen: at once, when it is seen better, and at the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from branch_edge.news import FaceShot, SightingNews
from branch_edge.watch.flow import ZonesOf
from branch_edge.watch.people import Someone
from branch_edge.watch.shots import RatedShot, face_px, promise, take_shot
from media.image import ImageRGB
from vision.faces import Faces
from vision.network import DetectorNetwork

MAX_SHOTS = 3
# A further shot is worth the server's time when it is so much better, and not in the same second.
CLEARLY_BETTER, SHOT_GAP_S = 1.2, 1.0
KEEP_ALIVE_S = 3.0
# Faces of one frame that are looked at closely; about 5 ms each. The others' turn is the next.
MAX_CLOSE_LOOKS = 4


@dataclass(slots=True)
class _Told:
    """What has been told of one track."""

    face_at: datetime
    merit: float
    shot_count: int
    shot_s: float
    told_s: float


class Sightings:
    """The sightings of one camera. Not safe to share."""

    def __init__(self, network: DetectorNetwork) -> None:
        self._network = network
        self._told: dict[int, _Told] = {}
        self._tried_s: dict[int, float] = {}

    def see(
        self,
        image: ImageRGB,
        faces: Faces,
        people: Sequence[Someone],
        zones: ZonesOf,
        seen_at: datetime,
        at_s: float,
        min_face_px: int,
    ) -> list[SightingNews]:
        """Return what there is to tell of one frame."""
        news = []
        for one in self._worth_a_look(faces, people, at_s, min_face_px):
            self._tried_s[one.number] = at_s
            assert one.face_row is not None
            shot = take_shot(self._network, image, faces, one.face_row, seen_at)
            if shot is not None and self._is_news(one, shot):
                news.append(self._tell_shot(one, shot, zones, at_s))
        return news + [self._tell(one, zones, at_s) for one in people if self._is_silent(one, at_s)]

    def end(self, gone: Iterable[Someone], zones: ZonesOf) -> list[SightingNews]:
        """Return the last of those who have gone."""
        last = []
        for one in gone:
            self._tried_s.pop(one.number, None)
            told = self._told.pop(one.number, None)
            if told is not None:
                last.append(_news(one, told, zones, None, is_final=True))
        return last

    def _worth_a_look(
        self, faces: Faces, people: Sequence[Someone], at_s: float, min_face_px: int
    ) -> list[Someone]:
        """Return those whose face may be worth a shot: the unknown first, who waited longest."""
        wanted = [
            one
            for one in people
            if one.face_row is not None
            and face_px(faces.boxes_xyxy[one.face_row]) >= min_face_px
            and self._may_gain(one, promise(faces, one.face_row), at_s)
        ]
        wanted.sort(key=lambda p: (p.number in self._told, self._tried_s.get(p.number, 0.0)))
        return wanted[:MAX_CLOSE_LOOKS]

    def _may_gain(self, one: Someone, promised: float, at_s: float) -> bool:
        told = self._told.get(one.number)
        if told is None:
            return promised > 0
        return (
            told.shot_count < MAX_SHOTS
            and at_s - told.shot_s >= SHOT_GAP_S
            and promised >= told.merit * CLEARLY_BETTER
        )

    def _is_news(self, one: Someone, shot: RatedShot) -> bool:
        told = self._told.get(one.number)
        return told is None or shot.merit >= told.merit * CLEARLY_BETTER

    def _is_silent(self, one: Someone, at_s: float) -> bool:
        told = self._told.get(one.number)
        was_seen = one.last_seen_s == at_s
        return told is not None and was_seen and at_s - told.told_s >= KEEP_ALIVE_S

    def _tell_shot(
        self, one: Someone, rated: RatedShot, zones: ZonesOf, at_s: float
    ) -> SightingNews:
        before = self._told.get(one.number)
        told = _Told(
            face_at=rated.shot.captured_at if before is None else before.face_at,
            merit=rated.merit,
            shot_count=1 if before is None else before.shot_count + 1,
            shot_s=at_s,
            told_s=at_s,
        )
        self._told[one.number] = told
        return _news(one, told, zones, rated.shot)

    def _tell(self, one: Someone, zones: ZonesOf, at_s: float) -> SightingNews:
        told = self._told[one.number]
        told.told_s = at_s
        return _news(one, told, zones, None)


def _news(
    one: Someone, told: _Told, zones: ZonesOf, shot: FaceShot | None, is_final: bool = False
) -> SightingNews:
    return SightingNews(
        track=one.name,
        first_seen_at=one.first_seen_at,
        last_seen_at=one.last_seen_at,
        face_at=told.face_at,
        zones=zones.get(one.number, ()),
        shot=shot,
        is_final=is_final,
    )
