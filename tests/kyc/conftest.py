"""The real eyes and ears, and a scene that looks with them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from kyc.background import Now
from kyc.parts import AttendanceParts
from liveness.assembly import Liveness, build_liveness
from media.voice import VoiceActivity
from tests.support.scripted_desks import ScriptedClock
from tests.support.watched_clips import WatchedClip, watch_clip
from vision.assembly import FacePipeline, StreamVision
from vision.landmarkers import open_landmarkers

LANDMARKER_ID, PASSIVE_ID, VOICE_ID = "face-landmarker", "pad-texture", "silero-vad"


@pytest.fixture(scope="session")
def stream_vision(pipeline: FacePipeline) -> Iterator[StreamVision]:
    manifest = load_manifest()
    store = ModelStore(manifest, default_cache_dir())
    with open_landmarkers(store, manifest.bundle(LANDMARKER_ID), limit=1) as landmarkers:
        yield StreamVision(pipeline, landmarkers)


@pytest.fixture(scope="session")
def voice() -> Iterator[VoiceActivity]:
    manifest = load_manifest()
    spec = manifest.model(VOICE_ID)
    with LocalEngine([spec], ModelStore(manifest, default_cache_dir())) as engine:
        yield VoiceActivity(engine, spec)


@pytest.fixture(scope="session")
def liveness(pipeline: FacePipeline) -> Iterator[Liveness]:
    manifest = load_manifest()
    spec = manifest.model(PASSIVE_ID)
    with LocalEngine([spec], ModelStore(manifest, default_cache_dir())) as engine:
        yield build_liveness(engine, spec, pipeline)


@pytest.fixture(scope="session")
def real_parts(pipeline: FacePipeline, liveness: Liveness, voice: VoiceActivity) -> AttendanceParts:
    """The parts of an attendance that need no server."""
    return AttendanceParts(
        open_liveness=liveness.open_session,
        matcher=pipeline.matcher,
        background=Now(),
        clock=ScriptedClock(),
        voice=voice,
    )


@pytest.fixture(scope="session")
def watch(
    stream_vision: StreamVision, real_parts: AttendanceParts, shared_data: Path
) -> Callable[..., WatchedClip]:
    """Watch a clip of the development data as if questions were asked meanwhile."""

    def run(name: str, sound: str | None = None, **part: float) -> WatchedClip:
        heard = shared_data / (sound or name)
        return watch_clip(stream_vision, real_parts, shared_data / name, heard, **part)

    return run
