"""Shots of a few real people, as a box would send them, and a lobby that knows some of them."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from media.image import ImageRGB
from tests.support.galleries import START, lenient
from tests.support.lobby import LobbyWorld, make_galleries, open_lobby, shot_of
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot


@pytest.fixture(scope="session")
def faces(pipeline: FacePipeline) -> FacePipeline:
    return lenient(pipeline)


@pytest.fixture(scope="session")
def people(portraits: Mapping[str, ImageRGB]) -> Mapping[str, ImageRGB]:
    """Customers `ann` and `ben`, `wolf` of the watchlist, and one whom nobody knows."""
    return dict(zip(("ann", "ben", "wolf", "stranger"), portraits.values(), strict=False))


@pytest.fixture(scope="session")
def shots(faces: FacePipeline, people: Mapping[str, ImageRGB]) -> Mapping[str, FaceShot]:
    return {name: shot_of(faces, image, START) for name, image in people.items()}


@pytest.fixture(scope="session")
def enrolled(
    tmp_path_factory: pytest.TempPathFactory,
    faces: FacePipeline,
    people: Mapping[str, ImageRGB],
) -> Path:
    """A data folder with `ann`, `ben` and `wolf`, to be copied."""
    folder = tmp_path_factory.mktemp("enrolled")
    with open_lobby(folder, faces) as running:
        make_galleries(running, {name: people[name] for name in ("ann", "ben", "wolf")})
    return folder


@pytest.fixture
def folder(tmp_path: Path, enrolled: Path) -> Path:
    """A data folder of the test's own with everybody enrolled."""
    return Path(shutil.copytree(enrolled, tmp_path / "data"))


@pytest.fixture
def lobby(folder: Path, faces: FacePipeline) -> Iterator[LobbyWorld]:
    with open_lobby(folder, faces) as running:
        yield running
