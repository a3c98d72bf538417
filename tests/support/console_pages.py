"""What a console is shown: boxes, cameras, rules and times that do not exist."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from google.protobuf.json_format import ParseDict

from protos.smartbranch.edge.v1.edge_pb2 import CameraReport, Zone
from protos.smartbranch.edge.v1.edge_service_pb2 import Camera, Device
from tests.support.lobby_pages import Json, LobbyServer, ago, json_of, refused

CODE = "K7QM-2TXA-9FDH-P3WZ-6RBN-8LCE-V5YJ"


class ConsoleDesk:
    """Boxes and cameras behind a server; `saved` holds the changes that were taken."""

    def __init__(self, server: LobbyServer, picture: bytes) -> None:
        self.cameras, self.devices = [hall(), door()], [box("box-1"), box("box-2", 3725)]
        self.saved: list[Json] = []
        self.codes: list[Json] = []
        self.revoked: list[str] = []
        self.lobby = lobby_state()
        self._picture = picture
        server.extra.update(
            {
                "cameras": lambda *_: listed("cameras", self.cameras),
                "devices": lambda *_: listed("devices", self.devices),
                "devices:createCode": self._create_code,
                "devices/box-1:revoke": self._revoke,
                "devices/box-1/cameras/hall": self._update,
                "devices/box-1/cameras/hall/frame": self._frame,
                "devices/box-1/cameras/door/frame": self._frame,
                "console/lobby": lambda *_: JSONResponse(self.lobby),
                "console/galleries": lambda *_: JSONResponse(GALLERIES),
            }
        )

    def _create_code(self, _: Request, body: Any) -> Response:
        if body["device"] == "box-1":
            return refused("DEVICE_EXISTS", "there is a device box-1 already", 409)
        self.codes.append(body)
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        return JSONResponse({"code": CODE, "expire_time": until.replace("+00:00", "Z")})

    def _revoke(self, _: Request, body: Any) -> Response:
        self.revoked.append(body["request_id"])
        self.devices[0].revoke_time.GetCurrentTime()
        return JSONResponse(json_of(self.devices[0]))

    def _update(self, _: Request, body: Any) -> Response:
        camera = self.cameras[0]
        if int(body["scene"].get("version", 0)) != camera.scene.version:
            return refused("SCENE_CHANGED", "the scene was changed meanwhile", 409)
        self.saved.append(body)
        camera.scene.Clear()
        ParseDict(body["scene"], camera.scene)
        camera.scene.version += 1
        camera.display_name = body["display_name"]
        return JSONResponse(json_of(camera))

    def _frame(self, request: Request, _: Any) -> Response:
        if "door" in request.url.path:
            return refused("CAMERA_OFFLINE", "the camera's stream is not open", 400)
        return Response(self._picture, media_type="image/jpeg")


def listed(name: str, messages: Any) -> Response:
    """Return messages as a list."""
    return JSONResponse({name: [json_of(message) for message in messages]})


def hall() -> Camera:
    """Return a camera that works, with a queue, a line and a mask."""
    camera = Camera(name="tenants/bank/devices/box-1/cameras/hall", branch="north")
    camera.display_name, camera.is_connected = "Hall", True
    camera.last_seen_time.FromDatetime(ago(1))
    camera.report.state, camera.report.width_px, camera.report.height_px = (
        CameraReport.UP,
        1600,
        900,
    )
    health = camera.health
    health.source_fps, health.analysed_fps, health.cpu_cores = 25.0, 5.0, 0.42
    health.memory_bytes, health.scene_version = 412_000_000, 3
    scene = camera.scene
    scene.version = 3
    zone = scene.zones.add(id="queue", kind=Zone.QUEUE, display_name="Queue")
    counter = scene.zones.add(id="counter-1", kind=Zone.COUNTER)
    corners((0.1, 0.5), (0.4, 0.5), (0.4, 0.9), (0.1, 0.9), polygon=zone.polygon)
    corners((0.6, 0.4), (0.9, 0.4), (0.9, 0.7), polygon=counter.polygon)
    corners((0.7, 0.0), (1.0, 0.0), (1.0, 0.25), polygon=scene.masks.add())
    line = scene.lines.add(id="door")
    line.start.x, line.start.y, line.end.x, line.end.y = 0.45, 0.35, 0.55, 0.95
    return camera


def corners(*points: tuple[float, float], polygon: Any) -> None:
    """Put corners into a polygon."""
    for x, y in points:
        polygon.corners.add(x=x, y=y)


def door() -> Camera:
    """Return a camera whose box is away."""
    camera = Camera(name="tenants/bank/devices/box-1/cameras/door", branch="north")
    camera.display_name, camera.missing_count = "Door 2", 12
    camera.last_seen_time.FromDatetime(ago(7200))
    return camera


def box(id_: str, clock_s: int = 0) -> Device:
    """Return a box; clock_s: by how much its clock is ahead."""
    device = Device(name=f"tenants/bank/devices/{id_}", branch="north", display_name=id_.title())
    device.register_time.FromDatetime(ago(86_400 * 3))
    device.expire_time.FromDatetime(ago(-86_400 * 60))
    device.last_seen_time.FromDatetime(ago(2))
    device.clock_offset.FromSeconds(clock_s)
    device.agent_version = "0.5.0"
    return device


def lobby_state() -> Json:
    """Return rules that are in use, and times of delivery."""
    spread = {"count": 128, "p50_s": 0.62, "p99_s": 1.44}
    slow = {"count": 9, "p50_s": 1.31, "p99_s": 2.87}
    escalation = {"after_s": 120, "roles": ["security"], "severity": "URGENT"}
    rules = [
        {"id": "private-arrival", "kind": "ARRIVAL", "severity": "NOTICE", "cooldown_s": 1800},
        {"id": "watchlist", "kind": "WATCHLIST", "severity": "URGENT", "escalation": escalation},
    ]
    south = {"branch": "south", "door_to_tablet": slow, "door_to_event": spread, "late_count": 0}
    return {
        "rules": {
            "file": "rules.toml",
            "loaded_time": ago(400).isoformat(),
            "problem": None,
            "rules": rules,
        },
        "directory": {"kind": "csv", "is_up": True},
        "gallery_problems": [
            {
                "branch": "north",
                "gallery": "tenants/bank/galleries/fraud",
                "code": "MODEL_MISMATCH",
                "text": "made with another model",
            }
        ],
        "delivery": {
            "branches": [
                {"branch": "north", "door_to_tablet": spread, "door_to_event": spread},
                south,
            ]
        },
    }


GALLERIES: Json = {
    "galleries": [
        {
            "name": "tenants/bank/galleries/customers",
            "customers_of": ["north"],
            "purpose": "Greeting customers",
            "legal_basis": "consent",
            "subject_count": 1204,
        },
        {
            "name": "tenants/bank/galleries/fraud",
            "watchlist_of": ["north"],
            "purpose": "Keeping out known fraudsters",
            "legal_basis": "legitimate-interest",
            "subject_count": 17,
        },
    ]
}
