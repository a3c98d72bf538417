"""What a mesh over a face costs, what cleaning gives back, and that nothing else is touched."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from base.errors import InvalidInputError
from cli.pipeline import open_face_pipeline
from media.image import ImageRGB
from media.pictures import decode_picture
from tests.support.meshes import draw_mesh
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.embedding import Embedding
from vision.watermark import clean_mesh

PAIRS, SEED = 300, 20
FMR = 1e-3


def test_a_photograph_without_a_mesh_comes_back_as_it_is(
    portraits: Mapping[str, ImageRGB],
) -> None:
    for portrait in portraits.values():
        cleaned, finding = clean_mesh(portrait)
        assert finding is None
        assert cleaned is portrait


def test_a_mesh_is_found_and_most_of_it_taken_off(portraits: Mapping[str, ImageRGB]) -> None:
    random = np.random.default_rng(3)
    found = 0
    for portrait in portraits.values():
        meshed = draw_mesh(portrait, random)
        cleaned, finding = clean_mesh(meshed)
        if finding is None:
            assert cleaned is meshed
            continue
        found += 1
        assert cleaned.shape == meshed.shape
        assert 0 < finding.line_share < 0.5
        assert _distance(cleaned, portrait) < _distance(meshed, portrait)
    assert found >= len(portraits) - 1


@pytest.mark.parametrize("size", [(20, 20), (64, 400), (900, 700)])
def test_pictures_of_any_size_are_taken(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    cleaned, _ = clean_mesh(noise)
    assert cleaned.shape == noise.shape


def _distance(one: ImageRGB, other: ImageRGB) -> float:
    return float(np.abs(one.astype(np.float32) - other.astype(np.float32)).mean())


@pytest.mark.slow
@pytest.mark.shared
def test_cleaning_brings_most_refused_people_back(shared_data: Path) -> None:
    """People of the development data, the second photograph of each under a mesh; prints rates."""
    with open_face_pipeline() as pipeline:  # With the rates that were measured.
        _compare_ways(pipeline, shared_data)


def _compare_ways(pipeline: FacePipeline, shared_data: Path) -> None:
    random = np.random.default_rng(SEED)
    folders = sorted(path for path in (shared_data / "lfw").iterdir() if path.is_dir())
    people = [sorted(folder.glob("*.jpg"))[:2] for folder in folders]
    people = [pair for pair in people if len(pair) == 2]
    chosen = [people[place] for place in random.permutation(len(people))[:PAIRS]]
    references = [_embed(pipeline, _read(first)) for first, _ in chosen]
    clean = [_read(second) for _, second in chosen]
    meshed = [draw_mesh(picture, random) for picture in clean]
    probes = {
        "unmeshed": clean,
        "unmeshed, cleaned": [clean_mesh(picture)[0] for picture in clean],
        "meshed": meshed,
        "meshed, cleaned": [clean_mesh(picture)[0] for picture in meshed],
    }
    rates = {}
    table = pipeline.matcher.table
    assert table is not None
    for name, pictures in probes.items():
        embedded = [_embed(pipeline, picture) for picture in pictures]
        rates[name], impostors = _rates(references, embedded, table.threshold_at(FMR))
        print(f"{name}: FNMR {rates[name]:.3f}, false matches {impostors} of {len(embedded)}")
    for name in ("unmeshed", "meshed"):
        found = sum(clean_mesh(picture)[1] is not None for picture in probes[name])
        print(f"{name}: a mesh found in {found} of {PAIRS}")
    assert rates["meshed, cleaned"] < 0.7 * rates["meshed"]
    assert rates["unmeshed, cleaned"] <= rates["unmeshed"] + 0.01


def _read(path: Path) -> ImageRGB:
    return decode_picture(path.read_bytes())


def _embed(pipeline: FacePipeline, picture: ImageRGB) -> Embedding | None:
    try:
        return pipeline.analyzer.read(picture, Select.CENTRAL).embedding
    except InvalidInputError:
        return None


def _rates(
    references: list[Embedding | None], probes: list[Embedding | None], threshold: float
) -> tuple[float, int]:
    """Return the share of people who are not matched, and how many neighbours are."""
    genuine = [_similarity(*pair) for pair in zip(references, probes, strict=True)]
    moved = [*probes[1:], probes[0]]
    impostor = [_similarity(*pair) for pair in zip(references, moved, strict=True)]
    missed = sum(value < threshold for value in genuine)
    return missed / len(genuine), sum(value >= threshold for value in impostor)


def _similarity(one: Embedding | None, other: Embedding | None) -> float:
    return -1.0 if one is None or other is None else float(one.vector @ other.vector)
