"""Measured error rates travel beside the manifest and belong to one file of weights."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from base.errors import SettingsError
from inference.manifest import SHARE, load_manifest
from inference.operating_points import (
    OperatingPoints,
    load_operating_points,
    write_operating_points,
)

DIGEST = "ab" * 32
FIELDS = {
    "variant": "single",
    "data": 'LFW, all "impostor" pairs',
    "model_sha256": DIGEST,
    "impostor_pairs": 30_000_000,
    "genuine_pairs": 3_000,
    "similarities": (-1.0, 0.25, 0.31415926535),
    "fmrs": (1.0, 1e-3, 3.3e-8),
    "fnmrs": (0.0, 0.012, 0.4),
}


def points(**changed: object) -> OperatingPoints:
    return OperatingPoints.model_validate(FIELDS | changed)


def test_what_is_written_is_read_again_to_the_last_digit(tmp_path: Path) -> None:
    path = write_operating_points(tmp_path, "toy", points())
    assert path.name == "toy.single.toml"
    assert load_operating_points(tmp_path, "toy", DIGEST) == (points(),)


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_operating_points(tmp_path, "toy", points()).read_bytes()
    assert write_operating_points(tmp_path, "toy", points()).read_bytes() == first


def test_variants_lie_side_by_side_and_models_apart(tmp_path: Path) -> None:
    for model_id, variant in [("toy", "single"), ("toy", "mirrored"), ("other", "single")]:
        write_operating_points(tmp_path, model_id, points(variant=variant))
    found = load_operating_points(tmp_path, "toy", DIGEST)
    assert [one.variant for one in found] == ["mirrored", "single"]


def test_what_was_not_measured_is_empty(tmp_path: Path) -> None:
    assert load_operating_points(tmp_path / "absent", "toy", DIGEST) == ()


def test_figures_of_other_weights_are_refused(tmp_path: Path) -> None:
    write_operating_points(tmp_path, "toy", points())
    with pytest.raises(ValueError, match="measured on other weights"):
        load_operating_points(tmp_path, "toy", "cd" * 32)


def test_a_renamed_file_is_refused(tmp_path: Path) -> None:
    write_operating_points(tmp_path, "toy", points()).rename(tmp_path / "toy.mirrored.toml")
    with pytest.raises(ValueError, match="holds the variant 'single'"):
        load_operating_points(tmp_path, "toy", DIGEST)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"fmrs": (1.0, 1e-3)}, id="lengths differ"),
        pytest.param({"similarities": (), "fmrs": (), "fnmrs": ()}, id="empty"),
        pytest.param({"similarities": (0.1, 0.1, 0.2)}, id="thresholds do not rise"),
        pytest.param({"fmrs": (1e-3, 1.0, 0.0)}, id="fmr rises"),
        pytest.param({"fnmrs": (0.4, 0.2, 0.0)}, id="fnmr falls"),
        pytest.param({"fmrs": (1.5, 1e-3, 0.0)}, id="no rate"),
        pytest.param({"similarities": (0.1, float("nan"), 0.2)}, id="not a number"),
        pytest.param({"impostor_pairs": 0}, id="no pairs"),
        pytest.param({"variant": "Not A Name"}, id="variant"),
    ],
)
def test_figures_that_cannot_be_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        points(**changed)


def test_the_manifest_carries_the_figures_beside_it(tmp_path: Path) -> None:
    text = (SHARE / "manifest.toml").read_text(encoding="utf-8")
    (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    digest = load_manifest().model("mobilefacenet-fr").sha256
    folder = tmp_path / "operating_points"
    write_operating_points(folder, "mobilefacenet-fr", points(model_sha256=digest))
    spec = load_manifest(tmp_path / "manifest.toml").model("mobilefacenet-fr")
    assert spec.operating_points == (points(model_sha256=digest),)

    write_operating_points(folder, "mobilefacenet-fr", points())
    with pytest.raises(SettingsError, match="other weights"):
        load_manifest(tmp_path / "manifest.toml")
