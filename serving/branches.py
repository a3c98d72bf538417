"""Boxes and lobbies, which need each other, put together."""

from contextlib import ExitStack
from dataclasses import dataclass

from base.clock import Clock
from lobby.branch import Branch
from lobby.customer import CustomerDirectory
from lobby.directory.http_directory import HttpDirectory
from lobby.directory.opening import open_directory
from lobby.places import Places
from lobby.plan import LobbyPlan, read_plan
from lobby.seen import CameraRef
from serving.audit.log import AuditLog
from serving.crypto.keyring import Keyring
from serving.edge.branches import AnyBranch
from serving.edge.scenes import SceneView
from serving.edge.service import EdgeService
from serving.galleries.service import GalleryService
from serving.lobby.places import ScenePlaces
from serving.lobby.service import LobbyService
from serving.settings import ServerSettings
from serving.storage.database import Database
from vision.assembly import FacePipeline


@dataclass(frozen=True, slots=True)
class Branches:
    """What serves branches."""

    lobby: LobbyService
    edge: EdgeService


def open_branches(
    stack: ExitStack,
    settings: ServerSettings,
    database: Database,
    keyring: Keyring,
    galleries: GalleryService,
    pipeline: FacePipeline,
    audit: AuditLog,
    clock: Clock,
) -> Branches:
    """Read the lobby file and put everything together; `stack` closes it.

    Raises RulesInvalidError for a lobby file that cannot be read.
    """
    has_lobby = settings.lobby_file is not None
    plan = read_plan(settings.lobby_file) if settings.lobby_file else LobbyPlan(())
    scenes = _Scenes(database)

    def places_of(branch: Branch) -> Places:
        return ScenePlaces(branch, scenes.scene_of, scenes.name_of, clock)

    lobby = LobbyService(
        database,
        keyring,
        galleries,
        pipeline,
        audit,
        clock,
        plan,
        _open_directory(stack, plan),
        places_of,
        settings.lobby,
    )
    stack.callback(lobby.close)
    # Without a lobby, boxes may be in any branch, and what they tell is kept nowhere.
    books = plan if has_lobby else AnyBranch()
    scenes.edge = EdgeService(database, keyring, audit, clock, books, lobby.intake, settings.edge)
    return Branches(lobby, scenes.edge)


def _open_directory(stack: ExitStack, plan: LobbyPlan) -> CustomerDirectory | None:
    directory = open_directory(plan)
    if isinstance(directory, HttpDirectory):
        stack.callback(directory.close)
    return directory


class _Scenes:
    """Where lobbies learn what cameras look at; boxes come after lobbies."""

    edge: EdgeService

    def __init__(self, database: Database) -> None:
        self._database = database

    def scene_of(self, tenant: str, camera: CameraRef) -> SceneView:
        """Return a camera's scene."""
        return self.edge.scene_of(tenant, camera)

    def name_of(self, tenant: str, camera: CameraRef) -> str:
        """Return what people call a camera, empty for nothing."""
        with self._database.read() as transaction:
            row = transaction.tenant(tenant).cameras.find(camera.device, camera.camera)
            return "" if row is None else row.display_name
