"""The services, built from settings in one place for the server and the command line."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from base.clock import Clock, SystemClock
from base.errors import UnknownModelError
from inference.local import LocalEngine
from serving.audit.log import AuditLog
from serving.branches import open_branches
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.crypto.service_keys import service_key
from serving.deepfake.service import DeepfakeService
from serving.documents.port import DocumentPort
from serving.documents.service import DocumentService
from serving.edge.service import EdgeService
from serving.faces import FaceService
from serving.galleries.service import GalleryService
from serving.galleries.settings import GallerySettings
from serving.interview.desk import AttendDesk
from serving.interview.service import InterviewService
from serving.interviews import open_interviews
from serving.liveness.service import LivenessService
from serving.lobby.service import LobbyService
from serving.models import ModelFacts
from serving.open_models import OpenModels, open_models, picture_limits
from serving.settings import ServerSettings
from serving.staff.service import StaffService
from serving.storage.database import DATABASE_FILE, Database
from vision.assembly import FacePipeline

LIVENESS_KEY = "liveness-draw"


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Everything behind gRPC, HTTP and the command line; close it after use."""

    settings: ServerSettings
    open_models: OpenModels
    faces: FaceService
    galleries: GalleryService
    liveness: LivenessService
    deepfake: DeepfakeService
    documents: DocumentService
    interviews: InterviewService
    attend: AttendDesk
    lobby: LobbyService
    edge: EdgeService
    staff: StaffService
    audit: AuditLog
    database: Database
    resources: ExitStack

    @property
    def engine(self) -> LocalEngine:
        """What runs the models."""
        return self.open_models.engine

    @property
    def pipeline(self) -> FacePipeline:
        """What reads and compares faces."""
        return self.open_models.pipeline

    @property
    def detector(self) -> ModelFacts:
        """The face detector in use."""
        return self.open_models.detector

    @property
    def embedder(self) -> ModelFacts:
        """The face embedder in use."""
        return self.open_models.embedder

    @property
    def models(self) -> tuple[ModelFacts, ...]:
        """Every model in use."""
        return self.open_models.facts

    def facts_of(self, model_id: str) -> ModelFacts:
        """Return what is said about a model in use, by its id with or without its variant."""
        for facts in self.models:
            if model_id in (facts.marked_id, facts.model_id):
                return facts
        raise UnknownModelError(f"no model {model_id} is in use", model=model_id)

    def warm_up(self) -> None:
        """Let every model prove itself. Raises ModelDisagreesError."""
        self.open_models.warm_up()

    def close(self) -> None:
        """Let go of models and database."""
        self.resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def build_services(settings: ServerSettings, clock: Clock | None = None) -> Services:
    """Open models, keys and database, and put the services together; no model runs yet.

    Raises SettingsError, SecretsUnavailableError, StorageFailedError, ModelUnavailableError,
    ModelCorruptError, ModelTermsNotAcceptedError, ProviderUnavailableError and
    RulesInvalidError.
    """
    clock = clock or SystemClock()
    with ExitStack() as stack:
        models = stack.enter_context(open_models(settings))
        database = Database.open_file(settings.data_dir / DATABASE_FILE)
        stack.callback(database.close)
        keyring = Keyring(_master_key(settings))
        audit = AuditLog(database, keyring, clock, settings.data_dir / "audit")
        limits = picture_limits(settings)
        kept = GallerySettings(snapshot_dir=settings.data_dir / "snapshots")
        galleries = GalleryService(database, keyring, models.pipeline, audit, clock, kept, limits)
        stack.callback(galleries.close)
        # Kept with the other keys, so that a record can be shown later to be what was drawn.
        secret = service_key(database, keyring, LIVENESS_KEY).mac(b"", LIVENESS_KEY)
        judge = replace(models.liveness, secret=secret)
        liveness = LivenessService(
            judge,
            models.vision.open_analyzer,
            database,
            audit,
            clock,
            settings.liveness,
            limits,
        )
        deepfake = DeepfakeService(
            models.forgery, models.vision, audit, clock, settings.deepfake, limits
        )
        interviews = open_interviews(
            *(stack, settings, database, keyring, galleries),
            *(models, judge, DocumentPort(models.documents, models.pipeline, clock), audit, clock),
        )
        branches = open_branches(
            stack, settings, database, keyring, galleries, models.pipeline, audit, clock
        )
        return Services(
            settings=settings,
            open_models=models,
            faces=FaceService(models.pipeline, galleries, audit, limits),
            galleries=galleries,
            liveness=liveness,
            deepfake=deepfake,
            documents=DocumentService(models.documents, models.pipeline, audit, limits),
            interviews=interviews.service,
            attend=interviews.desk,
            lobby=branches.lobby,
            edge=branches.edge,
            staff=StaffService(database, audit, clock, settings.staff),
            audit=audit,
            database=database,
            resources=stack.pop_all(),
        )


def _master_key(settings: ServerSettings) -> Key:
    value = settings.master_key
    return choose_master_key(
        None if value is None else value.get_secret_value(),
        settings.master_key_file,
        settings.data_dir,
    )
