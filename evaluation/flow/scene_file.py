"""A camera's scene as a file: zones, lines and masks, in TOML."""

import tomllib
from pathlib import Path
from typing import Any

from base.errors import InvalidArgumentError, SmartBranchError
from vision.scene import CameraScene, CountingLine, Point, Zone, ZoneKind

MAX_BYTES = 64 * 1024
_KINDS = {kind.value: kind for kind in ZoneKind}


def read_scene(path: Path) -> CameraScene:
    """Read a scene. Raises InvalidArgumentError that says what is wrong and what was expected.

    `[[zone]]` has `id`, `polygon` (corners as shares of width and height) and, if it is no plain
    area, `kind`; `[[line]]` has `id`, `start`, `end`; `[[mask]]` has `polygon`.
    """
    try:
        with path.open("rb") as file:
            plan = tomllib.loads(file.read(MAX_BYTES).decode())
    except OSError as error:
        raise _wrong(f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(f"is no TOML: {error}") from error
    unknown = set(plan) - {"zone", "line", "mask"}
    if unknown:
        raise _wrong(f"has an unknown part {sorted(unknown)[0]!r}; expected zone, line or mask")
    try:
        return CameraScene(
            zones=tuple(_zone(part) for part in _parts(plan, "zone")),
            lines=tuple(_line(part) for part in _parts(plan, "line")),
            masks=tuple(_points(part, "polygon") for part in _parts(plan, "mask")),
        )
    except SmartBranchError:
        raise
    except ValueError as error:
        raise _wrong(f"holds a shape that is none: {error}") from error


def _parts(plan: dict[str, Any], name: str) -> list[dict[str, Any]]:
    parts = plan.get(name, [])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise _wrong(f"must give each {name} as a [[{name}]]")
    return parts


def _zone(part: dict[str, Any]) -> Zone:
    kind = part.get("kind", ZoneKind.AREA.value)
    if kind not in _KINDS:
        raise _wrong(f"has a zone of kind {kind!r}; expected one of {', '.join(_KINDS)}")
    return Zone(_text(part, "id"), _KINDS[kind], _points(part, "polygon"))


def _line(part: dict[str, Any]) -> CountingLine:
    return CountingLine(_text(part, "id"), _point(part.get("start")), _point(part.get("end")))


def _text(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    if not isinstance(value, str):
        raise _wrong(f"has a shape without {name}")
    return value


def _points(part: dict[str, Any], name: str) -> tuple[Point, ...]:
    values = part.get(name)
    if not isinstance(values, list):
        raise _wrong(f"has a shape without {name}")
    return tuple(_point(value) for value in values)


def _point(value: object) -> Point:
    match value:
        case [int() | float() as x, int() | float() as y]:
            return float(x), float(y)
    raise _wrong(f"has {value!r} for a point; expected [x, y] as shares from 0 to 1")


def _wrong(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"the scene file {what}", field="scene")
