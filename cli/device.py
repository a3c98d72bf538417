"""`smartbranch device`: boxes and cameras, on a server that runs."""

import json
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from base.errors import CameraNotFoundError, InvalidArgumentError
from cli import device_words as words
from cli.asking import ask_server
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from client import SmartBranchClient
    from client.devices import Camera

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Invite and revoke boxes; show and change cameras.")

DeviceArgument = Annotated[str, typer.Argument(help="Id of the box.")]
CameraArgument = Annotated[str, typer.Argument(metavar="DEVICE/CAMERA", help="The camera.")]
BranchOption = Annotated[str, typer.Option(help="Only those of this branch.")]
TenantOption = Annotated[str, typer.Option(help="Tenant of the token.")]
ServerOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="gRPC address of the server.")]
TokenOption = Annotated[str | None, typer.Option(help="Bearer token of an operator.")]
CaOption = Annotated[Path | None, typer.Option(help="Who signed the server's certificate, PEM.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SERVER = "127.0.0.1:50051"
MAX_FILE_BYTES = 256 * 1024


@app.command("create-code")
def create_code(
    device: DeviceArgument,
    branch: Annotated[str, typer.Option(help="The branch where it will stand.")],
    name: Annotated[str, typer.Option(help="Name for people.")] = "",
    hours: Annotated[float, typer.Option(help="How long the code is good, at most 168.")] = 1.0,
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a one-time code that one box registers with; it is shown once."""
    with errors_reported(as_json):
        made = ask_server(
            *(server, token, ca),
            lambda client: client.devices.create_code(
                device, branch, display_name=name, lifetime=timedelta(hours=hours)
            ),
        )
        payload = {
            "device": device,
            "branch": branch,
            "code": made.code,
            "expires_at": made.expires_at.isoformat(),
        }
        emit(payload, as_json, words.code)


@app.command("list")
def list_(
    branch: BranchOption = "",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the boxes."""
    with errors_reported(as_json):
        found = ask_server(server, token, ca, lambda client: client.devices.list_devices(branch))
        emit({"devices": [words.device_payload(one) for one in found]}, as_json, words.devices)


@app.command()
def revoke(
    device: DeviceArgument,
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a box's right to connect away, at once and for good."""
    with errors_reported(as_json):
        name = f"tenants/{tenant}/devices/{device}"
        gone = ask_server(server, token, ca, lambda client: client.devices.revoke_device(name))
        emit(words.device_payload(gone), as_json, words.device)


@app.command()
def cameras(
    branch: BranchOption = "",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the cameras and how they are."""
    with errors_reported(as_json):
        found = ask_server(server, token, ca, lambda client: client.devices.list_cameras(branch))
        emit({"cameras": [words.camera_payload(one) for one in found]}, as_json, words.cameras)


@app.command("set-scene")
def set_scene(
    camera: CameraArgument,
    file: Annotated[Path, typer.Argument(help="The scene, JSON or TOML; see docs/edge-server.md.")],
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change zones, lines and masks of a camera; its box applies them without a restart.

    A file without `version` replaces whatever there is.
    """
    with errors_reported(as_json):
        name, scene = _name(camera, tenant), _read_scene(file)

        async def change(client: "SmartBranchClient") -> "Camera":
            if "version" not in scene:
                scene["version"] = await _version(client, name)
            try:
                return await client.devices.update_camera(name, scene=scene)
            except ValueError as error:
                raise InvalidArgumentError(f"{file} is no scene: {error}") from None

        changed = ask_server(server, token, ca, change)
        emit(words.camera_payload(changed), as_json, words.camera)


@app.command()
def frame(
    camera: CameraArgument,
    file: Annotated[Path, typer.Argument(help="Where to write the JPEG.")],
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one frame as a camera sees it now, masks applied; who looks is recorded."""
    with errors_reported(as_json):
        name = _name(camera, tenant)
        seen = ask_server(server, token, ca, lambda client: client.devices.get_frame(name))
        file.write_bytes(seen.picture)
        payload = {"file": str(file), "captured_at": seen.captured_at.isoformat()}
        emit(payload, as_json, f"{file}: taken {payload['captured_at']}")


def _name(camera: str, tenant: str) -> str:
    device, separator, own = camera.partition("/")
    if not separator:
        raise InvalidArgumentError("expected a camera as DEVICE/CAMERA", field="camera")
    return f"tenants/{tenant}/devices/{device}/cameras/{own}"


async def _version(client: "SmartBranchClient", name: str) -> Any:
    for camera in await client.devices.list_cameras():
        if camera.name == name:
            return camera.scene.get("version", 0)
    raise CameraNotFoundError(f"there is no camera {name}")


def _read_scene(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_FILE_BYTES).decode()
        found = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise InvalidArgumentError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:  # Bad UTF-8, JSON and TOML are all of this kind.
        raise InvalidArgumentError(f"{file} cannot be read: {error}") from None
    if not isinstance(found, Mapping):
        raise InvalidArgumentError(f"{file} holds no scene; expected an object")
    return dict(found)
