"""Scenes to messages, to JSON, and back."""

from google.protobuf import json_format

from base.errors import InvalidArgumentError, InvalidResourceNameError
from protos.smartbranch.edge.v1 import edge_pb2 as messages
from serving.edge.devices import check_text
from serving.edge.scenes import SceneView
from vision.scene import MAX_SHAPES, CameraScene, CountingLine, Point, Zone, ZoneKind

MAX_ZONE_NAME = 64
_KINDS = {
    messages.Zone.KIND_UNSPECIFIED: ZoneKind.AREA,
    messages.Zone.AREA: ZoneKind.AREA,
    messages.Zone.ENTRANCE: ZoneKind.ENTRANCE,
    messages.Zone.QUEUE: ZoneKind.QUEUE,
    messages.Zone.COUNTER: ZoneKind.COUNTER,
    messages.Zone.MACHINE: ZoneKind.MACHINE,
}
_KIND_VALUES = {kind: value for value, kind in _KINDS.items()}


def scene_of(message: messages.CameraScene) -> SceneView:
    """Return a scene. Raises InvalidArgumentError, which says what was wrong with it."""
    for what, count in (
        ("zones", len(message.zones)),
        ("lines", len(message.lines)),
        ("masks", len(message.masks)),
    ):
        if count > MAX_SHAPES:
            raise _wrong(f"at most {MAX_SHAPES} {what} are taken, got {count}")
    names = {}
    for zone in message.zones:
        check_text(zone.display_name, "scene.zones.display_name", MAX_ZONE_NAME)
        if zone.display_name:
            names[zone.id] = zone.display_name
    try:
        return SceneView(_scene(message), names)
    except (ValueError, InvalidResourceNameError) as error:
        raise _wrong(str(error)) from None


def _scene(message: messages.CameraScene) -> CameraScene:
    default = CameraScene()
    has = message.HasField
    return CameraScene(
        version=message.version,
        zones=tuple(_zone(zone) for zone in message.zones),
        lines=tuple(
            CountingLine(line.id, _point(line.start), _point(line.end)) for line in message.lines
        ),
        masks=tuple(_polygon(mask) for mask in message.masks),
        target_fps=message.target_fps if has("target_fps") else default.target_fps,
        min_face_px=message.min_face_px if has("min_face_px") else default.min_face_px,
        detect_width_px=message.detect_width_px if has("detect_width_px") else None,
        wants_faces=message.wants_faces if has("wants_faces") else default.wants_faces,
        wants_flow=message.wants_flow if has("wants_flow") else default.wants_flow,
    )


def _zone(message: messages.Zone) -> Zone:
    if message.kind not in _KINDS:
        raise _wrong(f"zone {message.id} has a kind that is not known")
    return Zone(message.id, _KINDS[message.kind], _polygon(message.polygon))


def _polygon(message: messages.Polygon) -> tuple[Point, ...]:
    return tuple(_point(corner) for corner in message.corners)


def _point(message: messages.Point) -> Point:
    return message.x, message.y


def scene_message(view: SceneView) -> messages.CameraScene:
    """Return a scene as a message."""
    scene = view.scene
    return messages.CameraScene(
        version=scene.version,
        zones=[
            messages.Zone(
                id=zone.id,
                kind=_KIND_VALUES[zone.kind],
                polygon=_polygon_message(zone.polygon),
                display_name=view.zone_names.get(zone.id, ""),
            )
            for zone in scene.zones
        ],
        lines=[
            messages.CountingLine(
                id=line.id, start=_point_message(line.start), end=_point_message(line.end)
            )
            for line in scene.lines
        ],
        masks=[_polygon_message(mask) for mask in scene.masks],
        target_fps=scene.target_fps,
        min_face_px=scene.min_face_px,
        detect_width_px=scene.detect_width_px,
        wants_faces=scene.wants_faces,
        wants_flow=scene.wants_flow,
    )


def _polygon_message(corners: tuple[Point, ...]) -> messages.Polygon:
    return messages.Polygon(corners=[_point_message(corner) for corner in corners])


def _point_message(point: Point) -> messages.Point:
    return messages.Point(x=point[0], y=point[1])


def scene_text(view: SceneView) -> str:
    """Return a scene as JSON of its message, as it is kept."""
    return json_format.MessageToJson(
        scene_message(view), preserving_proto_field_name=True, indent=None
    )


def scene_of_text(text: str) -> SceneView:
    """Read what `scene_text` wrote."""
    return scene_of(json_format.Parse(text, messages.CameraScene()))


def _wrong(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"the scene cannot be used: {what}", field="scene")
