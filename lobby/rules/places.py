"""What rules say of zones and cameras, without knowing anybody."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from lobby.alert import AlertKind
from lobby.flow import CameraCondition, CameraNews
from lobby.flow_book import FlowNow, ZoneNow
from lobby.places import Places
from lobby.rules.cue import Cue, place_key
from lobby.rules.people import STAYS, minutes_of
from lobby.rules.rule import Rule
from lobby.seen import CameraRef
from lobby.visit import Visit

COUNTS: Final = frozenset({AlertKind.QUEUE_LENGTH, AlertKind.CROWD})
_OF_ZONES: Final = {
    AlertKind.QUEUE_LENGTH: "QUEUE_LONG",
    AlertKind.CROWD: "ZONE_CROWDED",
    AlertKind.LONG_WAIT: "QUEUE_WAIT_LONG",
    AlertKind.LONG_DWELL: "ZONE_DWELL_LONG",
}
# A visit begins with a face and a box tells of it every few seconds, so its wait is measured
# shorter than the one that the zone counted for the same person.
_SAME_WAIT_S: Final = 30.0

_Key = tuple[str, str]


class PlaceRules:
    """Reads rules against counts and cameras; remembers since when something is so."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._since: dict[_Key, datetime] = {}
        self._over_since: dict[_Key, datetime] = {}
        self._cameras: dict[CameraRef, CameraNews] = {}

    def of_zone(
        self, rule: Rule, zone: ZoneNow, visits: Iterable[Visit], now: datetime
    ) -> Cue | None:
        """Return what a rule tells of a zone now, None if it is not so, or not for long enough."""
        if not rule.scope.holds_on(zone.place, zone.kind):
            return None
        if rule.kind in STAYS:
            return self._stay(rule, zone, visits)
        key = (rule.id, place_key(zone.place))
        if zone.person_count < rule.cause.min_persons:
            self._since.pop(key, None)
            return None
        self._over_since.pop(key, None)
        since = self._since.setdefault(key, now)
        if (now - since).total_seconds() < rule.cause.for_s:
            return None
        return self._zone_cue(rule, zone, {"persons": str(zone.person_count)})

    def is_over(self, rule: Rule, zone: ZoneNow, now: datetime) -> bool:
        """Whether what was told of a zone is over.

        A count has to be low for as long as it had to be high, so that one person who steps aside
        does not end a queue.
        """
        if rule.kind in STAYS:
            return (zone.longest_stay_s or 0.0) < rule.cause.after_s
        if zone.person_count >= rule.cause.min_persons:
            return False
        key = (rule.id, place_key(zone.place))
        since = self._over_since.setdefault(key, now)
        if (now - since).total_seconds() < rule.cause.for_s:
            return False
        del self._over_since[key]
        return True

    def keep_zones(self, flow: FlowNow) -> None:
        """Forget since when something is so in zones that are not counted any more."""
        counted = {place_key(zone.place) for zone in flow.zones}
        for memory in (self._since, self._over_since):
            for key in [key for key in memory if key[1] not in counted]:
                del memory[key]

    def note(self, news: CameraNews, now: datetime) -> None:
        """Note how a camera is. What is told late counts from now: it may be over already."""
        known = self._cameras.get(news.camera)
        if known is not None and known.condition is news.condition:
            return
        since = now if news.is_late else min(news.since, now)
        self._cameras[news.camera] = CameraNews(
            news.camera, news.condition, since, news.reason, news.is_late
        )

    def camera(self, camera: CameraRef) -> CameraCondition | None:
        """Return how a camera is, None if nothing was told of it."""
        known = self._cameras.get(camera)
        return known.condition if known is not None else None

    def of_cameras(self, rule: Rule, now: datetime) -> Iterator[Cue]:
        """Yield what a rule tells of cameras now."""
        for camera, news in self._cameras.items():
            is_meant = news.condition in rule.cause.conditions and rule.scope.holds_for(camera)
            if is_meant and now - news.since >= timedelta(seconds=rule.cause.for_s):
                facts = {"camera": self._places.camera_name(camera)}
                code = f"CAMERA_{news.condition.value}"
                yield Cue(rule, code, facts, str(camera), str(camera), camera=camera)

    def _stay(self, rule: Rule, zone: ZoneNow, visits: Iterable[Visit]) -> Cue | None:
        """Return what is told of who is there longest, unless it is told of their visit.

        Nobody's tier is known by a count.
        """
        stay_s = zone.longest_stay_s
        if stay_s is None or stay_s < rule.cause.after_s or rule.cause.tiers:
            return None
        for visit in visits:
            if visit.place == zone.place and visit.place_since is not None:
                wait_s = (visit.last_seen_at - visit.place_since).total_seconds()
                if wait_s >= stay_s - _SAME_WAIT_S:
                    return None
        return self._zone_cue(rule, zone, {"minutes": minutes_of(stay_s)})

    def _zone_cue(self, rule: Rule, zone: ZoneNow, facts: dict[str, str]) -> Cue:
        place = zone.place
        key = place_key(place)
        facts["place"] = self._places.zone_name(place)
        return Cue(
            rule, _OF_ZONES[rule.kind], facts, key, key, camera=place.camera, zone=place.zone
        )
