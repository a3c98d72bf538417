"""What the catalogue ships was learned as it says."""

import numpy as np
import pytest

from base.errors import SettingsError
from inference.manifest import SHARE
from training.damages import damages
from training.face_quality import RECIPES, fit_logistic, to_toml
from vision.judges import FILE, load_judges


def test_a_regression_finds_what_separates_two_classes() -> None:
    chance = np.random.default_rng(1)
    damaged, harmless = chance.normal([3, 0], 1, (300, 2)), chance.normal([0, 0], 1, (3000, 2))
    weights, offset = fit_logistic(damaged, harmless)
    assert weights[0] > 5 * abs(weights[1])
    assert (damaged @ weights + offset > 0).mean() > 0.9
    assert (harmless @ weights + offset < 0).mean() > 0.9


def test_what_is_shipped_reads_back_as_it_was_written() -> None:
    judges, mean_face = load_judges()
    assert to_toml(judges) == (SHARE / FILE).read_text(encoding="utf-8")
    assert mean_face.shape == (56, 56)
    np.testing.assert_array_equal(mean_face, mean_face[:, ::-1])


def test_every_kind_of_damage_but_light_and_compression_has_a_judge() -> None:
    judged = tuple(kind for recipe in RECIPES.values() for kind in recipe.kinds)
    left = {kind.split()[0] for kind in damages() if not kind.startswith(judged)}
    assert left == {"JPEG", "brightness", "contrast"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("offset =", "ofset =", id="misspelled key"),
        pytest.param("[noise]", "[noises]", id="unknown judge"),
        pytest.param("mean_face = [\n", "mean_face = [\n[1],\n", id="odd face"),
    ],
)
def test_a_spoiled_file_is_told(
    tmp_path_factory: pytest.TempPathFactory, old: str, new: str
) -> None:
    path = tmp_path_factory.mktemp("models") / FILE
    path.write_text((SHARE / FILE).read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SettingsError, match=FILE):
        load_judges(path)
