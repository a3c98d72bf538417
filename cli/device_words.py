"""What the device commands say to people; each takes the payload that `--json` prints."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client.devices import Camera, Device

Payload = Mapping[str, Any]


def device_payload(device: "Device") -> Payload:
    """Return a box as JSON."""
    return _plain(asdict(device))


def camera_payload(camera: "Camera") -> Payload:
    """Return a camera as JSON."""
    return _plain(asdict(camera))


def code(payload: Payload) -> str:
    """Say a new code."""
    return (
        f"{payload['code']}\n"
        f"  registers one box as {payload['device']} of {payload['branch']}, "
        f"until {payload['expires_at']}; it is not shown again"
    )


def device(payload: Payload) -> str:
    """Describe one box."""
    state = "good"
    if payload["revoked_at"]:
        state = f"revoked {payload['revoked_at']}"
    elif payload["last_seen_at"] is None:
        state = "never seen"
    ahead_s = payload["clock_offset_s"]
    clock = "" if ahead_s is None or abs(ahead_s) < 2 else f", clock {ahead_s:+.0f} s"
    return f"{payload['name']}  {payload['branch']}  {state}{clock}"


def devices(payload: Payload) -> str:
    """List boxes."""
    return "\n".join(device(one) for one in payload["devices"]) or "no devices"


def camera(payload: Payload) -> str:
    """Describe one camera."""
    state = payload["report"].get("state", "UNKNOWN") if payload["is_connected"] else "OFFLINE"
    scene = payload["scene"]
    shapes = ", ".join(f"{len(scene.get(what, ()))} {what}" for what in ("zones", "lines", "masks"))
    return (
        f"{payload['name']}  {payload['display_name']}  {state}\n"
        f"  scene {scene.get('version', 0)}: {shapes}; record {payload['last_sequence']}, "
        f"{payload['missing_count']} missing"
    )


def cameras(payload: Payload) -> str:
    """List cameras."""
    return "\n".join(camera(one) for one in payload["cameras"]) or "no cameras"


def _plain(values: dict[str, Any]) -> Payload:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
