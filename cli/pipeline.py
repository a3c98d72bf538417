"""The face pipeline in this process, for commands that need no server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from media.pictures import PictureLimits
    from vision.assembly import FacePipeline, FaceSettings

DETECTOR_ID, EMBEDDER_ID = "retinaface-mnet025", "mobilefacenet-fr"
# Variables that change nothing about the pipeline, or that the cache folder's default reads too.
_NO_SETTINGS = {"SMARTBRANCH_CACHE", "SMARTBRANCH_SHARED"}


@contextmanager
def open_configured_pipeline(
    config: Path | None,
) -> "Iterator[tuple[FacePipeline, PictureLimits]]":
    """Open the pipeline and the picture limits that a settings file and the environment name.

    config: the server's settings file. Without one, and without variables of ours, the
    catalogue's two models are opened directly: that spares the server's imports.
    Raises SettingsError, UnknownModelError, ModelUnavailableError, ModelCorruptError,
    ModelTermsNotAcceptedError and ProviderUnavailableError.
    """
    from media.pictures import PictureLimits

    if config is None and not _has_settings():
        with open_face_pipeline() as pipeline:
            yield pipeline, PictureLimits()
        return
    from serving.open_models import build_pipeline, choose_models, open_engine, picture_limits
    from serving.settings import load_settings

    settings = load_settings(config)
    manifest, detector, embedder = choose_models(settings)
    with open_engine(settings, manifest, detector, embedder) as engine:
        pipeline = build_pipeline(settings, engine, detector, embedder)
        yield pipeline, picture_limits(settings)


def _has_settings() -> bool:
    return any(
        name.upper().startswith("SMARTBRANCH_") and name not in _NO_SETTINGS for name in os.environ
    )


@contextmanager
def open_face_pipeline(settings: "FaceSettings | None" = None) -> "Iterator[FacePipeline]":
    """Load the catalogue's detector and embedder from the cache and close them afterwards.

    Raises ModelUnavailableError if `smartbranch models pull` has not been run.
    """
    from inference.local import LocalEngine
    from inference.manifest import load_manifest
    from inference.store import ModelStore, default_cache_dir
    from vision.assembly import build_face_pipeline

    manifest = load_manifest()
    specs = manifest.model(DETECTOR_ID), manifest.model(EMBEDDER_ID)
    with LocalEngine(specs, ModelStore(manifest, default_cache_dir())) as engine:
        yield build_face_pipeline(engine, *specs, settings)
