"""What may happen in a branch, written down line by line, to try rules on."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from base.errors import InvalidArgumentError, RulesInvalidError
from base.toml_table import read_toml
from lobby.alert import AlertAction
from lobby.flow import CameraCondition
from lobby.seen import CameraRef
from lobby.visit import ZonePlace
from vision.scene import ZoneKind

MAX_EVENTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person is at a camera, from now on. subject: None for a stranger."""

    visit: str
    camera: CameraRef
    subject: str | None = None
    tier: str = ""
    watchlist: str = ""
    appointments: tuple[datetime, ...] = ()
    place: ZonePlace | None = None
    kind: ZoneKind | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A person has left."""

    visit: str


@dataclass(frozen=True, slots=True)
class Counted:
    """People in a zone, from now on. longest_stay_s: of who is there longest, now."""

    place: ZonePlace
    kind: ZoneKind
    person_count: int
    longest_stay_s: float | None = None


@dataclass(frozen=True, slots=True)
class CameraIs:
    """A camera is so, from now on."""

    camera: CameraRef
    condition: CameraCondition
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Staff do something with the newest open alert of a rule."""

    rule: str
    action: AlertAction


Happening = Somebody | Gone | Counted | CameraIs | Done

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "visit": ("visit", "camera", "subject", "tier", "watchlist", "appointments", "zone",
              "zone_kind", "late"),
    "leave": ("visit",),
    "count": ("camera", "zone", "zone_kind", "persons", "longest_stay_s"),
    "camera": ("camera", "condition", "late"),
    "act": ("rule", "action"),
}  # fmt: skip


def read_story(path: Path) -> tuple[tuple[datetime, Happening], ...]:
    """Read a file of one JSON object a line, in the order of time.

    Raises InvalidArgumentError, which names the line and what was expected.
    """
    story: list[tuple[datetime, Happening]] = []
    for number, line in enumerate(read_toml(path, RulesInvalidError).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(story) == MAX_EVENTS:
            raise _Line({}, number).wrong(f"at most {MAX_EVENTS} events are read")
        row = _Line(_object(line, number), number)
        story.append((row.moment("at"), _happening(row)))
        if len(story) > 1 and story[-1][0] < story[-2][0]:
            raise row.wrong("at is before the line above; expected the order of time")
    return tuple(story)


class _Line:
    """One object, asked for its values."""

    def __init__(self, values: Mapping[str, Any], number: int) -> None:
        self._values = values
        self._number = number

    def wrong(self, what: str) -> InvalidArgumentError:
        return InvalidArgumentError(f"line {self._number} of the events: {what}", field="events")

    def check_keys(self, keys: tuple[str, ...]) -> None:
        known = ("at", "event", *keys)
        for key in self._values:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1) or [", ".join(known)]
                raise self.wrong(f"{key} is not known here; expected {close[0]}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(f"{key} has to be a text")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.wrong(f"{key} has to be a number of 0 or more")
        return float(value)

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def flag(self, key: str) -> bool:
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} has to be true or false")
        return value

    def moment(self, key: str) -> datetime:
        return self.as_moment(self._values.get(key), key)

    def moments(self, key: str) -> tuple[datetime, ...]:
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} has to be a list of times")
        return tuple(self.as_moment(one, key) for one in value)

    def as_moment(self, value: object, key: str) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self.wrong(f"{key} has to be a time such as 2026-03-02T09:00:00+08:00")
        return moment

    def camera(self) -> CameraRef:
        device, slash, camera = self.text("camera").partition("/")
        if not slash or not device or not camera:
            raise self.wrong("camera has to be device/camera")
        return CameraRef(device, camera)

    def place(self, camera: CameraRef) -> ZonePlace | None:
        return ZonePlace(camera, self.text("zone")) if self.has("zone") else None

    def kind(self) -> ZoneKind:
        return ZoneKind(self.one_of("zone_kind", [kind.value for kind in ZoneKind], "area"))

    def one_of(self, key: str, names: list[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in names:
            raise self.wrong(f"{key} has to be one of {', '.join(names)}")
        return value


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Line({}, number).wrong(f"it is not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise _Line({}, number).wrong('expected an object such as {"at": ..., "event": "visit"}')
    return value


def _happening(row: _Line) -> Happening:
    event = row.one_of("event", list(_KEYS))
    row.check_keys(_KEYS[event])
    if event == "visit":
        return _somebody(row)
    if event == "leave":
        return Gone(row.text("visit"))
    if event == "act":
        action = row.one_of("action", [one.value for one in AlertAction])
        return Done(row.text("rule"), AlertAction(action))
    camera = row.camera()
    if event == "camera":
        names = [one.value.lower() for one in CameraCondition]
        condition = CameraCondition(row.one_of("condition", names).upper())
        return CameraIs(camera, condition, row.flag("late"))
    stay_s = row.number("longest_stay_s") if row.has("longest_stay_s") else None
    persons = int(row.number("persons"))
    return Counted(ZonePlace(camera, row.text("zone")), row.kind(), persons, stay_s)


def _somebody(row: _Line) -> Somebody:
    camera = row.camera()
    if row.has("watchlist") and not row.has("subject"):
        raise row.wrong("a watchlist needs a subject who is on it")
    return Somebody(
        row.text("visit"),
        camera,
        row.text("subject") if row.has("subject") else None,
        row.text("tier", ""),
        row.text("watchlist", ""),
        row.moments("appointments"),
        row.place(camera),
        row.kind() if row.has("zone") else None,
        row.flag("late"),
    )
