"""The models that listen."""

from collections.abc import Iterator

import pytest

from deepfake.sync.spoken_mouth import SpokenMouth
from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.voice import VoiceActivity

Ears = tuple[VoiceActivity, SpokenMouth]


@pytest.fixture(scope="session")
def ears() -> Iterator[Ears]:
    """The catalogue's own, on the CPU."""
    manifest = load_manifest()
    specs = manifest.model("silero-vad"), manifest.model("sync-mouth")
    with LocalEngine(specs, ModelStore(manifest)) as engine:
        yield VoiceActivity(engine, specs[0]), SpokenMouth(engine, specs[1])
