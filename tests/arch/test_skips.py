"""A test that wants a browser or an RTSP server may not be skipped on CI: there, both are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_tree import ROOT

SKIPPED = """
import pytest

@pytest.mark.browser
def test_page():
    pytest.skip("no browser")

@pytest.mark.rtsp
def test_camera():
    pytest.skip("no server")

@pytest.mark.shared
def test_data():
    pytest.skip("no data")
"""


@pytest.mark.parametrize(("on_ci", "code"), [("true", 1), ("", 0)], ids=["CI", "a laptop"])
def test_what_is_installed_on_ci_is_not_skipped_there(
    on_ci: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "test_pages.py").write_text(SKIPPED)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n rtsp\n shared\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.skips", "--rootdir", tmp_path,
         "-c", tmp_path / "pytest.ini", tmp_path],
        cwd=ROOT, env=os.environ | {"CI": on_ci}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert ("2 failed, 1 skipped" in done.stdout) is bool(on_ci)
