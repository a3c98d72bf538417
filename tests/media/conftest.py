"""The model that tells speech."""

from collections.abc import Iterator

import pytest

from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.voice import VoiceActivity


@pytest.fixture(scope="session")
def voice() -> Iterator[VoiceActivity]:
    """The catalogue's own, on the CPU."""
    manifest = load_manifest()
    spec = manifest.model("silero-vad")
    with LocalEngine([spec], ModelStore(manifest)) as engine:
        yield VoiceActivity(engine, spec)
