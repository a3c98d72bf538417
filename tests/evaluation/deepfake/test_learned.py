from pathlib import Path

import pytest

from base.errors import SettingsError
from evaluation.deepfake.learned import Learned, fingerprint, learned_toml, load_learned
from evaluation.deepfake.run import leave_out
from evaluation.manifest import LabelledFile
from inference.manifest import SHARE


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("one.jpg", "two.jpg", "three.jpg")]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def test_what_was_learned_from_is_known_under_any_name(
    pictures: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "deepfake").mkdir()
    text = learned_toml({"table": pictures[:1], "lfw": pictures[1:2]}, "toy")
    (tmp_path / "deepfake/toy.learned.toml").write_text(text)
    learned = load_learned(tmp_path, "toy")
    assert learned is not None
    assert learned.sources == ("lfw", "table")
    renamed = pictures[0].rename(tmp_path / "new.jpg")
    assert [learned.has(path) for path in (renamed, *pictures[1:])] == [True, True, False]


def test_learned_files_are_left_out_and_counted(pictures: list[Path]) -> None:
    rows = [
        LabelledFile(path, path.name, is_good, "" if is_good else "swap", "table")
        for path, is_good in zip(pictures, (True, True, False), strict=True)
    ]
    learned = Learned(("table",), frozenset(map(fingerprint, (pictures[0], pictures[2]))))
    kept, left_out = leave_out(rows, learned)
    # A fake is judged whatever it is, for no fake was learned from.
    assert kept == (rows[1], rows[2])
    assert left_out == {"table": 1}
    assert leave_out(rows, None) == (tuple(rows), {})


def test_a_model_without_a_list_has_none(tmp_path: Path) -> None:
    assert load_learned(tmp_path, "toy") is None


@pytest.mark.parametrize("text", ["files", "[files]\ntable = 3", '[files]\ntable = "abc"'])
def test_a_list_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "deepfake").mkdir()
    (tmp_path / "deepfake/toy.learned.toml").write_text(text)
    with pytest.raises(SettingsError):
        load_learned(tmp_path, "toy")


def test_the_model_that_ships_says_what_it_learned_from() -> None:
    learned = load_learned(SHARE, "forgery-blend")
    assert learned is not None
    assert {"ciplab", "lfw", "stylegan2_ffhq"} <= set(learned.sources)
    assert len(learned.files) > 1000


@pytest.mark.shared
def test_no_fake_and_no_labelled_clip_was_learned_from(shared_data: Path) -> None:
    learned = load_learned(SHARE, "forgery-blend")
    assert learned is not None
    folder = shared_data / "deepfake"
    clips = sorted((folder / "videos").iterdir())
    fakes = sorted((folder / "images").glob("*/fake/*"))
    assert clips
    assert fakes
    assert not [path for path in (*clips, *fakes) if learned.has(path)]
