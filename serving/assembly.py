"""The services, built from settings in one place for the server and the command line."""

import tomllib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from pydantic import ValidationError

from base.clock import Clock, SystemClock
from base.errors import ModelUnavailableError, SettingsError, UnknownModelError
from decision.rates import ErrorRateTable
from inference.local import EngineSettings, LocalEngine
from inference.manifest import Manifest, ModelSpec, load_manifest
from inference.operating_points import OperatingPoints
from inference.packs import load_pack
from inference.store import ModelStore
from inference.terms import check_terms
from liveness.plan import SessionPlan
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import PictureLimits
from serving.audit.log import AuditLog
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.faces import FaceService
from serving.galleries.service import GalleryService
from serving.galleries.settings import GallerySettings
from serving.liveness.service import LivenessService
from serving.liveness.settings import LivenessSettings
from serving.models import ModelFacts, variant_of
from serving.settings import ServerSettings
from serving.storage.database import DATABASE_FILE, Database
from serving.work import BoundEngine
from vision.analysis import Select
from vision.assembly import FacePipeline, FaceSettings, build_face_pipeline, to_table


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Everything behind gRPC, HTTP and the command line; close it after use."""

    settings: ServerSettings
    engine: LocalEngine
    pipeline: FacePipeline
    faces: FaceService
    galleries: GalleryService
    liveness: LivenessService
    audit: AuditLog
    database: Database
    detector: ModelFacts
    embedder: ModelFacts
    others: tuple[ModelFacts, ...]
    resources: ExitStack

    @property
    def models(self) -> tuple[ModelFacts, ...]:
        """Every model in use."""
        return self.detector, self.embedder, *self.others

    def facts_of(self, model_id: str) -> ModelFacts:
        """Return what is said about a model in use, by its id with or without its variant."""
        for facts in self.models:
            if model_id in (facts.marked_id, facts.model_id):
                return facts
        raise UnknownModelError(f"no model {model_id} is in use", model=model_id)

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
    ModelCorruptError, ModelTermsNotAcceptedError and ProviderUnavailableError.
    """
    clock = clock or SystemClock()
    manifest, detector, embedder = choose_models(settings)
    with ExitStack() as stack:
        engine = stack.enter_context(open_engine(settings, manifest, detector, embedder))
        pipeline = build_pipeline(settings, engine, detector, embedder)
        database = Database.open_file(settings.data_dir / DATABASE_FILE)
        stack.callback(database.close)
        keyring = Keyring(_master_key(settings))
        audit = AuditLog(database, keyring, clock, settings.data_dir / "audit")
        limits = picture_limits(settings)
        kept = GallerySettings(snapshot_dir=settings.data_dir / "snapshots")
        galleries = GalleryService(database, keyring, pipeline, audit, clock, kept, limits)
        stack.callback(galleries.close)
        return Services(
            settings=settings,
            engine=engine,
            pipeline=pipeline,
            faces=FaceService(pipeline, galleries, audit, limits),
            galleries=galleries,
            liveness=LivenessService(
                NoJudge(), NoJudge, database, audit, clock, LivenessSettings(), limits
            ),
            audit=audit,
            database=database,
            detector=_facts(engine, detector, mirror=False),
            embedder=_facts(engine, embedder, settings.mirror),
            others=(),
            resources=stack.pop_all(),
        )


class NoJudge:
    """Stands where the passive model will: refuses whatever is asked."""

    def check_image(self, image: ImageRGB, select: Select) -> NoReturn:
        """Refuse."""
        raise ModelUnavailableError("no liveness model is in the catalogue yet")

    def open_session(self, plan: SessionPlan) -> NoReturn:
        """Refuse."""
        raise ModelUnavailableError("no liveness model is in the catalogue yet")

    def look(self, frame: Frame) -> NoReturn:
        """Refuse."""
        raise ModelUnavailableError("no liveness model is in the catalogue yet")

    def close(self) -> None:
        """Let go of nothing."""


def choose_models(settings: ServerSettings) -> tuple[Manifest, ModelSpec, ModelSpec]:
    """Return the manifest, the detector and the embedder that the settings name.

    Raises UnknownModelError, SettingsError and, in production, ModelTermsNotAcceptedError.
    """
    manifest = load_manifest(settings.manifest_file)
    if settings.insightface_pack is not None:
        pack = load_pack(settings.insightface_pack)
        detector, embedder = pack.detector, pack.embedder
        manifest = manifest.with_models((detector, embedder))
    else:
        detector = manifest.model(settings.detector)
        embedder = manifest.model(settings.embedder)
    if settings.mode == "production":
        check_terms((detector, embedder), settings.accepted_models)
    return manifest, detector, embedder


def picture_limits(settings: ServerSettings) -> PictureLimits:
    """Return what is decoded at all."""
    return PictureLimits(
        max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels
    )


def open_engine(
    settings: ServerSettings, manifest: Manifest, detector: ModelSpec, embedder: ModelSpec
) -> LocalEngine:
    """Load the models; none runs yet. Raises what `build_services` raises for models."""
    return LocalEngine(
        (detector, embedder),
        ModelStore(manifest, settings.cache),
        EngineSettings(
            providers=settings.providers,
            allow_cpu_fallback=settings.allow_cpu_fallback,
            workers=settings.workers,
        ),
    )


def build_pipeline(
    settings: ServerSettings, engine: LocalEngine, detector: ModelSpec, embedder: ModelSpec
) -> FacePipeline:
    """Put the face pipeline together as the settings say. Raises SettingsError."""
    file = settings.error_rates_file
    table = None if file is None else load_table(file, embedder, variant_of(settings.mirror))
    chosen = FaceSettings(mirror=settings.mirror, table=table)
    return build_face_pipeline(BoundEngine(engine), detector, embedder, chosen)


def load_table(path: Path, embedder: ModelSpec, variant: str) -> ErrorRateTable:
    """Read an error-rate table that was measured on own data. Raises SettingsError."""
    try:
        points = OperatingPoints.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise SettingsError(f"the error-rate table {path} cannot be used: {error}") from error
    if points.model_sha256 != embedder.sha256 or points.variant != variant:
        raise SettingsError(
            f"the error-rate table {path} was measured on other weights or another variant "
            f"({points.variant}) than {embedder.id} ({variant}); measure again"
        )
    return to_table(points)


def _master_key(settings: ServerSettings) -> Key:
    value = settings.master_key
    return choose_master_key(
        None if value is None else value.get_secret_value(),
        settings.master_key_file,
        settings.data_dir,
    )


def _facts(engine: LocalEngine, spec: ModelSpec, mirror: bool) -> ModelFacts:
    return ModelFacts(spec.id, variant_of(mirror), engine.provider(spec.id), spec.terms)
