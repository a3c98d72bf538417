"""A gallery service in an empty folder, and several pictures of each of a few people."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import pytest

from media.image import ImageRGB
from tests.support.galleries import World, lenient, open_world, shots
from vision.assembly import FacePipeline


@pytest.fixture(scope="session")
def faces(pipeline: FacePipeline) -> FacePipeline:
    return lenient(pipeline)


@pytest.fixture
def world(tmp_path: Path, faces: FacePipeline) -> Iterator[World]:
    with open_world(tmp_path, faces) as world:
        yield world


@pytest.fixture(scope="session")
def pictures(portraits: Mapping[str, ImageRGB]) -> Mapping[str, list[bytes]]:
    """Four pictures of each of six people, by seat."""
    return {seat: list(islice(shots(portrait), 4)) for seat, portrait in portraits.items()}
