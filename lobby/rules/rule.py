"""One rule: what raises an alert, when, for whom, and what happens if nobody answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from lobby.alert import AlertKind, Severity
from lobby.flow import CameraCondition
from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from vision.scene import ZoneKind

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the day by the branch's clock; over midnight if it ends before it begins."""

    start: time
    end: time

    def hold(self, moment: time) -> bool:
        """Whether the moment lies in it; the end does not."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens when nobody answers. roles: told as well. severity: then."""

    after_s: float
    roles: tuple[str, ...]
    severity: Severity


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a rule holds; an empty part holds everywhere.

    cameras: `{device}` or `{device}/{camera}`. zones: `{zone}` or `{device}/{camera}/{zone}`.
    weekdays: 0 is Monday.
    """

    branches: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    zone_kinds: frozenset[ZoneKind] = frozenset()
    hours: tuple[Hours, ...] = ()
    weekdays: frozenset[int] = frozenset()

    def holds_in(self, branch: str) -> bool:
        """Whether it concerns a branch."""
        return not self.branches or branch in self.branches

    def holds_at(self, local: datetime) -> bool:
        """Whether it concerns a moment, given by the branch's clock."""
        if self.weekdays and local.weekday() not in self.weekdays:
            return False
        return not self.hours or any(hours.hold(local.time()) for hours in self.hours)

    def holds_for(self, camera: CameraRef) -> bool:
        """Whether it concerns a camera."""
        return not self.cameras or bool(self.cameras & {camera.device, str(camera)})

    def holds_on(self, place: ZonePlace, kind: ZoneKind | None) -> bool:
        """Whether it concerns a zone of this kind, None if that is not known."""
        if not self.holds_for(place.camera):
            return False
        if self.zones and not self.zones & {place.zone, f"{place.camera}/{place.zone}"}:
            return False
        return not self.zone_kinds or kind in self.zone_kinds


@dataclass(frozen=True, slots=True)
class Cause:
    """What has to be so; each kind of alert reads its own part.

    tiers: `*` for every customer. watchlists: gallery ids, empty for all. within_s: around the
    beginning of an appointment. after_s: of waiting or standing. min_persons, for_s: how many for
    how long. conditions, for_s: of a camera.
    """

    tiers: frozenset[str] = frozenset()
    watchlists: frozenset[str] = frozenset()
    within_s: float = 0.0
    after_s: float = 0.0
    min_persons: int = 0
    for_s: float = 0.0
    conditions: frozenset[CameraCondition] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. cooldown_s: time in which the same subject raises no second alert of it.

    roles: whom it is for, empty for everybody. texts: sentences of its own by language.
    """

    id: str
    kind: AlertKind
    severity: Severity
    cause: Cause
    scope: Scope = Scope()
    cooldown_s: float = 0.0
    roles: tuple[str, ...] = ()
    escalation: Escalation | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of one file, in its order. digest: of the file, hexadecimal."""

    rules: tuple[Rule, ...] = ()
    digest: str = ""

    @property
    def longest_cooldown_s(self) -> float:
        """For how long what was told has to be remembered."""
        return max((rule.cooldown_s for rule in self.rules), default=0.0)

    def find(self, rule_id: str) -> Rule | None:
        """Return a rule, None if there is none of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
