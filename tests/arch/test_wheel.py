"""What is installed elsewhere is what works here."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT, rooms, tracked_files

NOT_INSTALLED = {".gitignore"}
PAGES = ROOT / "serving/http/static"  # Built by set-up, and not tracked.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from a copy of the tracked files."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in (*tracked_files(), *built_pages()):
        target = folder / "source" / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation",
         "--wheel-dir", folder, folder / "source"],
        check=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def built_pages() -> list[Path]:
    return [path for path in PAGES.rglob("*") if path.is_file()]


def packaged(path: Path) -> bool:
    return path.parts[0] in {*rooms(), "models"} - {"training"} and path.name not in NOT_INSTALLED


def test_the_wheel_carries_every_file_of_every_package(wheel: set[str]) -> None:
    """A page, a migration or the catalogue that stays behind fails only in production."""
    names = (path.relative_to(ROOT) for path in tracked_files())
    assert {name.as_posix() for name in names if packaged(name)} <= wheel


def test_the_wheel_carries_the_pages(wheel: set[str]) -> None:
    names = {path.relative_to(ROOT).as_posix() for path in built_pages()}
    assert "serving/http/static/try/faces.html" in names, "run scripts/web build"
    assert names <= wheel


def test_the_wheel_carries_no_tests_and_no_scripts(wheel: set[str]) -> None:
    outside = {"tests", "scripts", "docs", "training", "web"}
    assert not {name for name in wheel if name.split("/")[0] in outside}
