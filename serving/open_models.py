"""The models that settings name: chosen, opened, and put together into what looks and judges."""

import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from base.errors import SettingsError
from decision.rates import ErrorRateTable
from deepfake.assembly import Forgery, build_forgery
from deepfake.sync.spoken_mouth import SpokenMouth
from inference.local import EngineSettings, LocalEngine
from inference.manifest import BundleSpec, Manifest, ModelSpec, load_manifest
from inference.operating_points import OperatingPoints
from inference.packs import load_pack
from inference.store import ModelStore
from inference.terms import check_terms
from liveness.assembly import Liveness, build_liveness
from media.pictures import PictureLimits
from media.voice import VoiceActivity
from serving.models import ModelFacts, variant_of
from serving.settings import ServerSettings
from serving.work import BoundEngine
from vision.assembly import (
    FacePipeline,
    FaceSettings,
    StreamVision,
    build_face_pipeline,
    to_table,
)
from vision.detection import FaceDetector
from vision.documents.assembly import DocumentReader, open_document_reader
from vision.documents.finding import find_card
from vision.documents.portrait import PortraitFinder
from vision.documents.rapid_text import FINDER, READER, TURNER
from vision.landmarkers import LandmarkerPool, open_landmarkers


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The models that the settings name."""

    manifest: Manifest
    detector: ModelSpec
    embedder: ModelSpec
    passive: ModelSpec
    landmarker: BundleSpec
    forgery: ModelSpec
    voice: ModelSpec | None
    spoken_mouth: ModelSpec | None

    @property
    def networks(self) -> tuple[ModelSpec, ...]:
        """Those that the engine runs."""
        return self.detector, self.embedder, self.passive, self.forgery, *self.ears

    @property
    def ears(self) -> tuple[ModelSpec, ...]:
        """Those that listen."""
        return tuple(spec for spec in (self.voice, self.spoken_mouth) if spec is not None)


@dataclass(frozen=True, slots=True, eq=False)
class OpenModels:
    """Models in memory and what is built on them; needs neither keys nor a database."""

    engine: LocalEngine
    landmarkers: LandmarkerPool
    pipeline: FacePipeline
    vision: StreamVision
    liveness: Liveness
    forgery: Forgery
    voice: VoiceActivity | None
    documents: DocumentReader
    detector: ModelFacts
    embedder: ModelFacts
    others: tuple[ModelFacts, ...]
    text_facts: tuple[ModelFacts, ...]
    warms_documents: bool = False

    @property
    def facts(self) -> tuple[ModelFacts, ...]:
        """What is said about each."""
        return self.detector, self.embedder, *self.others, *self.text_facts

    def warm_up(self) -> None:
        """Let every model prove itself. Raises ModelDisagreesError."""
        self.engine.warm_up()
        self.landmarkers.warm_up()
        if self.warms_documents:
            self.documents.warm_up()


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


def choose_all_models(settings: ServerSettings) -> ModelChoice:
    """Return every model that the settings name. Raises what `choose_models` raises."""
    manifest, detector, embedder = choose_models(settings)
    chosen = ModelChoice(
        manifest=manifest,
        detector=detector,
        embedder=embedder,
        passive=manifest.model(settings.passive),
        landmarker=manifest.bundle(settings.landmarker),
        forgery=manifest.model(settings.forgery),
        voice=manifest.model(settings.voice) if settings.voice else None,
        spoken_mouth=manifest.model(settings.spoken_mouth) if settings.spoken_mouth else None,
    )
    if settings.mode == "production":
        asked = *chosen.networks, chosen.landmarker, *text_bundles(manifest)
        check_terms(asked, settings.accepted_models)
    return chosen


def text_bundles(manifest: Manifest) -> tuple[BundleSpec, ...]:
    """Return the models that read text."""
    return tuple(manifest.bundle(model_id) for model_id in (FINDER, READER, TURNER))


def picture_limits(settings: ServerSettings) -> PictureLimits:
    """Return what is decoded at all."""
    return PictureLimits(
        max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels
    )


def open_engine(settings: ServerSettings, manifest: Manifest, *specs: ModelSpec) -> LocalEngine:
    """Load models; none runs yet. Raises what `open_models` raises for models."""
    return LocalEngine(
        specs,
        ModelStore(manifest, settings.cache),
        EngineSettings(
            providers=settings.providers,
            allow_cpu_fallback=settings.allow_cpu_fallback,
            workers=settings.workers,
        ),
    )


@contextmanager
def open_models(settings: ServerSettings) -> Iterator[OpenModels]:
    """Open everything that looks and judges, and let go of it afterwards; no model runs yet.

    Raises SettingsError, UnknownModelError, ModelUnavailableError, ModelCorruptError,
    ModelTermsNotAcceptedError and ProviderUnavailableError.
    """
    chosen = choose_all_models(settings)
    manifest, embedder = chosen.manifest, chosen.embedder
    with ExitStack() as stack:
        engine = stack.enter_context(open_engine(settings, manifest, *chosen.networks))
        store = ModelStore(manifest, settings.cache)
        landmarkers = stack.enter_context(
            open_landmarkers(store, chosen.landmarker, settings.workers)
        )
        pipeline = build_pipeline(settings, engine, chosen.detector, embedder)
        bound = BoundEngine(engine)
        voice = None if chosen.voice is None else VoiceActivity(bound, chosen.voice)
        yield OpenModels(
            engine=engine,
            landmarkers=landmarkers,
            pipeline=pipeline,
            vision=StreamVision(pipeline, landmarkers),
            liveness=build_liveness(bound, chosen.passive, pipeline, root=manifest.root),
            forgery=_build_forgery(bound, chosen, pipeline, voice),
            voice=voice,
            documents=open_document_reader(store, find_card, PortraitFinder(pipeline.detector)),
            detector=_facts(engine, chosen.detector),
            embedder=_facts(engine, embedder, settings.mirror),
            others=_other_facts(engine, chosen),
            text_facts=tuple(_processor_facts(spec) for spec in text_bundles(manifest)),
            warms_documents=settings.warm_up_documents,
        )


@contextmanager
def open_documents(settings: ServerSettings) -> Iterator[DocumentReader]:
    """Open what reads documents and nothing else. Raises what `open_models` raises."""
    manifest, detector, _ = choose_models(settings)
    if settings.mode == "production":
        check_terms(text_bundles(manifest), settings.accepted_models)
    with open_engine(settings, manifest, detector) as engine:
        portraits = PortraitFinder(FaceDetector(BoundEngine(engine), detector))
        yield open_document_reader(ModelStore(manifest, settings.cache), find_card, portraits)


def _build_forgery(
    engine: BoundEngine,
    chosen: ModelChoice,
    pipeline: FacePipeline,
    voice: VoiceActivity | None,
) -> Forgery:
    mouth = None if chosen.spoken_mouth is None else SpokenMouth(engine, chosen.spoken_mouth)
    root = chosen.manifest.root
    return build_forgery(engine, chosen.forgery, pipeline, voice, root=root, mouth=mouth)


def _other_facts(engine: LocalEngine, chosen: ModelChoice) -> tuple[ModelFacts, ...]:
    passive, forgery = _facts(engine, chosen.passive), _facts(engine, chosen.forgery)
    landmarker = _processor_facts(chosen.landmarker)
    ears = (_facts(engine, spec) for spec in chosen.ears)
    return passive, landmarker, forgery, *ears


def _processor_facts(spec: BundleSpec) -> ModelFacts:
    """Other runtimes than the engine's are on the processor, whatever the engine is on."""
    return ModelFacts(spec.id, variant_of(False), "cpu", spec.terms)


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


def _facts(engine: LocalEngine, spec: ModelSpec, mirror: bool = False) -> ModelFacts:
    return ModelFacts(spec.id, variant_of(mirror), engine.provider(spec.id), spec.terms)
