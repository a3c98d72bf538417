"""A box put together from its settings."""

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from base.addresses import is_loopback
from base.clock import Clock
from base.errors import SecretsUnavailableError, SettingsError
from branch_edge.agent import AgentSettings, BoxAgent
from branch_edge.camera_agent import Box, CameraAgent, Feed
from branch_edge.health import BoxMeter
from branch_edge.news import CameraNews
from branch_edge.sampling import SamplingSettings
from branch_edge.scenes import SceneFolder
from branch_edge.settings import CameraFields, EdgeSettings
from branch_edge.sources.address import CameraAddress
from branch_edge.sources.opening import open_source
from branch_edge.sources.settings import SourceSettings
from branch_edge.spool.cipher import SpoolCipher, read_key
from branch_edge.spool.spool import Spool
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import Identity, IdentityFolder
from branch_edge.uplink.registration import Renewal
from branch_edge.uplink.stream import Sender
from branch_edge.watch.camera_watch import CameraWatch
from branch_edge.watch.views import Eyes, build_eyes, eye_models
from inference.local import EngineSettings, LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from vision.scene import CameraScene

LOCK_FILE, KEY_FILE, SCENES_FOLDER = "box.lock", "spool.key", "scenes"


def agent_version() -> str:
    """Return the version that the server is told."""
    return version("smartbranch")


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a second agent from the folder: two of them would give numbers twice.

    Raises SettingsError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"data_dir {folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SettingsError(f"another agent uses data_dir {folder}; give each its own") from None
    finally:
        os.close(handle)  # Which also lets the lock go.


@contextmanager
def open_eyes(settings: EdgeSettings) -> Iterator[Eyes]:
    """Open the models that cameras are looked at with, checked against their examples.

    Raises ModelUnavailableError, ModelCorruptError and ModelDisagreesError.
    """
    manifest = load_manifest(settings.manifest_file)
    store = ModelStore(manifest, settings.cache or default_cache_dir())
    workers = EngineSettings(workers=settings.worker_count)
    with LocalEngine(eye_models(manifest), store, workers) as engine:
        engine.warm_up()
        yield build_eyes(engine, manifest)


def server_place(settings: EdgeSettings, address: str = "") -> ServerPlace:
    """Return where the server is. address: another than the settings', `:port` on its host.

    Raises SecretsUnavailableError and SettingsError.
    """
    if address.startswith(":"):
        address = settings.server.rpartition(":")[0] + address
    address = address or settings.server
    if settings.insecure and not is_loopback(address):
        raise SettingsError(f"the server takes streams at {address}, which needs TLS")
    if settings.insecure or settings.server_ca_file is None:
        return ServerPlace(address, None, settings.insecure)
    try:
        return ServerPlace(address, settings.server_ca_file.read_bytes())
    except OSError as error:
        raise SecretsUnavailableError(
            f"server_ca_file {settings.server_ca_file} cannot be read: {error.strerror}"
        ) from error


def code_of(settings: EdgeSettings) -> str | None:
    """Return the one-time code, None if there is none. Raises SecretsUnavailableError."""
    if settings.code is not None:
        return settings.code.get_secret_value().strip()
    if settings.code_file is None:
        return None
    try:
        return settings.code_file.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None  # Somebody took it away after the box was registered.
    except (OSError, UnicodeDecodeError) as error:
        raise SecretsUnavailableError(f"code_file {settings.code_file} cannot be read") from error


def open_spool(settings: EdgeSettings, clock: Clock, log: FilteringBoundLogger) -> Spool:
    """Open the spool. Raises SpoolFailedError and SecretsUnavailableError."""
    given = None if settings.spool_key is None else settings.spool_key.get_secret_value()
    key = read_key(given, settings.spool_key_file, settings.data_dir / KEY_FILE)
    return Spool(settings.data_dir, SpoolCipher(key), clock, log, settings.spool_limits)


def feed_opener(
    camera: CameraFields, clock: Clock, log: FilteringBoundLogger
) -> Callable[[float, Callable[[CameraNews], None]], Feed]:
    """Return what begins to read a camera."""
    address = CameraAddress.parse(camera.address.get_secret_value())
    source = SourceSettings(
        transport=camera.transport, stall_after_s=camera.stall_after_s, is_looped=camera.loop
    )

    def open_feed(target_fps: float, on_news: Callable[[CameraNews], None]) -> Feed:
        sampling = SamplingSettings(target_fps)
        return open_source(camera.id, address, log, source, sampling, on_news, clock)

    return open_feed


def build_agent(
    settings: EdgeSettings,
    identity: Identity,
    link: ServerLink,
    spool: Spool,
    eyes: Eyes,
    pool: Executor,
    clock: Clock,
    log: FilteringBoundLogger,
) -> BoxAgent:
    """Put the agent together; nothing runs yet."""
    scenes = SceneFolder(settings.data_dir / SCENES_FOLDER, log)
    box = Box(spool, scenes, BoxMeter(settings.data_dir, clock), pool, clock, log)
    cameras = [_camera(camera, box, eyes) for camera in settings.camera]
    sender = Sender(identity.device, agent_version(), clock, log, settings.health_every_s)
    folder = IdentityFolder(settings.data_dir)
    renewal = None if settings.insecure else Renewal(folder, link, clock, log)
    return BoxAgent(cameras, spool, link, sender, renewal, AgentSettings(settings.max_backoff_s))


def _camera(camera: CameraFields, box: Box, eyes: Eyes) -> CameraAgent:
    given = CameraScene() if camera.scene is None else camera.scene.scene()
    scene = box.scenes.read(camera.id) or given
    watch = CameraWatch(scene, eyes)
    feed = feed_opener(camera, box.clock, box.log)
    return CameraAgent(camera.id, camera.display_name, scene, box, watch, feed)
