"""Serves H.264 files over RTSP with GStreamer; run by the system's Python, which has `gi`.

One argument, JSON: `port` (0 finds a free one), `files` {name: path}, `fps`, `launches`
{name: what gst-launch takes, with a payloader named pay0}, `user`, `password`. Every file is played
over and over, as one timeline that all its clients see, as a camera's is. Writes the port to
standard output once it listens, and runs until it is ended.
"""

import json
import sys
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
# What begins an access unit in a file that was made with delimiters (H.264, 7.3.2.4); a zero more
# before it does no harm.
DELIMITER = b"\x00\x00\x01\x09"
LAUNCH = (
    "( appsrc name=feed is-live=true format=time max-bytes=4000000 "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au "
    "! h264parse ! rtph264pay name=pay0 pt=96 )"
)


def access_units(path: Path) -> list[bytes]:
    """Return the encoded pictures of a file, in order."""
    return [DELIMITER + unit for unit in path.read_bytes().split(DELIMITER)[1:]]


def serve(plan: dict[str, Any]) -> None:
    """Serve until the process is ended."""
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(HOST)
    server.set_service(str(plan.get("port", 0)))
    mounts = server.get_mount_points()
    for name, path in plan.get("files", {}).items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(LAUNCH)
        _feed(factory, access_units(Path(path)), int(plan.get("fps", 25)), Gst)
        mounts.add_factory(f"/{name}", _guarded(factory, plan, GstRtspServer))
    for name, launch in plan.get("launches", {}).items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        mounts.add_factory(f"/{name}", _guarded(factory, plan, GstRtspServer))
    if "user" in plan:
        server.set_auth(_auth(plan, GstRtspServer))
    if not server.attach(None):
        sys.exit("the port is taken")
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def _feed(factory: Any, units: list[bytes], fps: int, gst: Any) -> None:
    """Let a mount play pictures for ever."""
    step = gst.SECOND // fps

    def configure(_factory: Any, media: Any) -> None:
        place = 0

        def give(feed: Any, _wanted: int) -> None:
            nonlocal place
            buffer = gst.Buffer.new_wrapped(units[place % len(units)])
            buffer.pts = buffer.dts = place * step
            buffer.duration = step
            place += 1
            feed.emit("push-buffer", buffer)

        media.get_element().get_by_name_recurse_up("feed").connect("need-data", give)

    factory.connect("media-configure", configure)


def _guarded(factory: Any, plan: dict[str, Any], server: Any) -> Any:
    factory.set_shared(True)
    if "user" in plan:
        allowed = server.RTSPPermissions()
        for right in ("media.factory.access", "media.factory.construct"):
            allowed.add_permission_for_role("camera", right, True)
        factory.set_permissions(allowed)
    return factory


def _auth(plan: dict[str, Any], server: Any) -> Any:
    auth = server.RTSPAuth()
    token = server.RTSPToken()
    token.set_string("media.factory.role", "camera")
    auth.add_basic(server.RTSPAuth.make_basic(plan["user"], plan["password"]), token)
    return auth


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
