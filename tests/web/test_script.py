"""The script that installs, builds and checks the pages."""

import os
import subprocess
from pathlib import Path

from tests.support.source_tree import ROOT

SCRIPT = ROOT / "scripts/web"
TOOLS = ("bash", "dirname", "sed")


def run(tmp_path: Path, *arguments: str, node: str = "") -> subprocess.CompletedProcess[str]:
    """Run it where there are no other commands; node: a stand-in's whole text."""
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    for name in ("node", "npm") if node else ():
        (tmp_path / name).write_text(node)
        (tmp_path / name).chmod(0o755)
    return subprocess.run(
        ["/bin/bash", SCRIPT, *arguments],
        env={"PATH": str(tmp_path), "PYTHON": "/bin/false", "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_without_node_is_told_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, "build")
    assert done.returncode == 1
    assert "requirements/npm.txt" in done.stderr


def test_a_node_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """Debian's own node is too old for Vite, and its npm is there all the same."""
    done = run(tmp_path, "node-fits", node="#!/bin/bash\nexit 1\n")
    assert done.returncode == 1
    (tmp_path / "new").mkdir()
    assert run(tmp_path / "new", "node-fits", node="#!/bin/bash\nexit 0\n").returncode == 0


def test_a_command_that_does_not_exist_is_answered_with_the_usage(tmp_path: Path) -> None:
    done = run(tmp_path, "paint", node="#!/bin/bash\nexit 0\n")
    assert done.returncode == 2
    assert "install run|dev" in done.stderr
