"""What every test may ask for: photographs, the development data, the models, a pipeline."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cli.pipeline import open_face_pipeline
from media.image import ImageRGB
from tour import photographs
from vision.assembly import FacePipeline

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.support.skips"]
# What takes longest; with several workers it begins first, so that none ends alone.
LONGEST = "tests/web/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first; everything else keeps its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development data beside the checkout; mark the test `shared`."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"the development data is not there: no folder {path}")
    return path


@pytest.fixture(scope="session")
def table_photograph() -> bytes:
    """Six people in one photograph, JPEG bytes."""
    return photographs.table_photograph()


@pytest.fixture(scope="session")
def portraits() -> Mapping[str, ImageRGB]:
    """One portrait of each of the six people, by seat."""
    return {person.id: person.portrait for person in photographs.people()}


@pytest.fixture(scope="session")
def astronaut() -> ImageRGB:
    """A seventh person, (512, 512, 3)."""
    return photographs.astronaut()


@pytest.fixture(scope="session")
def pipeline() -> Iterator[FacePipeline]:
    """The catalogue's own models on the CPU, as the server and the command line use them."""
    with open_face_pipeline() as pipeline:
        yield pipeline
