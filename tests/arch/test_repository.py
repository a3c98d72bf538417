"""What must not stand in the repository, and what must."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support.source_tree import ROOT, tracked_files

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "an index address": re.compile(
        r"--(extra-)?index" + r"-url[ =]|--find" + r"-links[ =]|/simple" + "/"
    ),
    "a machine's path": re.compile(
        r"(?<![\w.])/(work|tmp/w|root)" + r"/\w|/home/(?!smartbranch)\w"
    ),
    "an unfinished thought": re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b"),
}
MAX_FILE_BYTES = 16 * 1024 * 1024


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if FORBIDDEN[what].search(line)
        ]
    assert not found


def test_no_file_is_larger_than_a_small_model() -> None:
    assert not [path for path in tracked_files() if path.stat().st_size > MAX_FILE_BYTES]


def test_generated_and_private_files_are_not_tracked() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert not {name for name in names if "node_modules" in name or "http/static/" in name}
    assert not {name for name in names if "__pycache__" in name or name.startswith(".venv")}
    assert not {name for name in names if name.startswith("shared/")}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_build_of_opencv_is_of_one_version(lock: Path) -> None:
    """insightface and MediaPipe ask for different builds, which overwrite each other's files."""
    versions = {version for name, version in pins(lock).items() if name.startswith("opencv-")}
    assert len(versions) <= 1


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_and_hashes_everything(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text().strip())
    for entry in entries:
        body = "\n".join(line for line in entry.splitlines() if not line.startswith("#")).strip()
        if body:
            assert re.match(r"[a-z0-9-]+==\S+ \\\n\s+--hash=sha256:[0-9a-f]{64}", body), body[:60]


def test_the_lock_of_the_pages_pins_and_hashes_everything() -> None:
    """An address in it would bind every clone to one registry."""
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    parts = {name: part for name, part in packages.items() if name}
    assert parts
    assert not {name for name, part in parts.items() if "resolved" in part}
    assert not {name for name, part in parts.items() if "integrity" not in part}


def test_the_gpu_lock_never_brings_the_plain_runtime() -> None:
    """The plain onnxruntime overwrites onnxruntime-gpu, and the GPU is silently not used."""
    gpu = pins(ROOT / "requirements/gpu.txt")
    assert "onnxruntime-gpu" in gpu
    assert not {"onnxruntime", "insightface"} & gpu.keys()
    assert pins(ROOT / "requirements/gpu-nodeps.txt").keys() == {"insightface"}


@pytest.mark.parametrize("name", ["dev.txt", "gpu.txt", "gpu-nodeps.txt", "npm.txt"])
def test_every_lock_agrees_with_what_is_served(name: str) -> None:
    served = pins(ROOT / "requirements/cpu.txt")
    other = pins(ROOT / "requirements" / name)
    assert {key: other[key] for key in served.keys() & other.keys()} == {
        key: served[key] for key in served.keys() & other.keys()
    }
    assert name != "dev.txt" or served.keys() <= other.keys()


def test_every_package_is_installed() -> None:
    """A room that pyproject.toml forgets works in the checkout and is missing from the wheel."""
    find = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    listed = {pattern.rstrip("*") for pattern in find["find"]["include"]}
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "training"}
    assert folders <= listed


@pytest.mark.parametrize("script", ["setup", "check", "lock", "proto", "system.sh", "web"])
def test_a_script_is_good_bash(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "scripts" / script], check=True)


def test_compose_stays_on_this_machine_and_writes_to_volumes_only() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for service in compose["services"].values():
        assert service["network_mode"] == "host"
        assert "ports" not in service
        assert not [word for word in service["command"] if "listen" in word]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert {volume.split(":")[0] for volume in service["volumes"]} <= compose["volumes"].keys()


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.gpu"])
def test_a_container_is_not_root_and_says_how_it_is(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"root", "0"}
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
