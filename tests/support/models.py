"""Model entries and stores for tests, around files that the test makes."""

import hashlib
from pathlib import Path

from inference.manifest import BatchLimits, BundleSpec, InputSpec, Manifest, ModelSpec
from inference.origins import FileSource, NpmSource, Source
from inference.store import ModelStore
from tests.support.onnx_models import doubling_model


def model_spec(content: bytes, source: Source, model_id: str = "toy", **more: object) -> ModelSpec:
    """Return an entry for a picture model of one input and one output."""
    fields: dict[str, object] = {
        "id": model_id,
        "task": "face_embedding",
        "family": "arcface",
        "licence": "Apache-2.0",
        "terms": "open",
        "terms_note": "Made by the test.",
        "card": None,
        "sha256": hashlib.sha256(content).hexdigest(),
        "file_bytes": len(content),
        "source": source,
        "input": InputSpec(name="input", colour="RGB", mean=(127.5, 127.5, 127.5), scale=1 / 128),
        "outputs": {"embedding": "output"},
        "batch": BatchLimits(max_size=4, max_wait_ms=1.0, max_queue=64),
    }
    return ModelSpec.model_validate(fields | more)


def file_model(folder: Path, content: bytes, model_id: str = "toy", **more: object) -> ModelSpec:
    """Write a model into a folder and return the entry that names it."""
    path = folder / f"{model_id}.onnx"
    path.write_bytes(content)
    return model_spec(content, FileSource(kind="file", path=path), model_id, **more)


def doubling_store(folder: Path, model_id: str = "toy", **more: object) -> ModelStore:
    """Return a store with one model that doubles pictures of any size."""
    return store_of(folder, file_model(folder, doubling_model(), model_id, **more))


def store_of(folder: Path, *specs: ModelSpec) -> ModelStore:
    """Return a store of these models with a cache of its own."""
    return ModelStore(Manifest(root=folder, models=specs), folder / "cache")


def bundle_store(folder: Path, content: bytes, source: Source, model_id: str = "toy") -> ModelStore:
    """Return a store of one bundle for another runtime."""
    bundle = BundleSpec(
        id=model_id,
        task="face_mesh",
        family="toy",
        licence="Apache-2.0",
        terms="open",
        terms_note="Made by the test.",
        card=None,
        sha256=hashlib.sha256(content).hexdigest(),
        file_bytes=len(content),
        source=source,
        runtime="mediapipe",
    )
    return ModelStore(Manifest(root=folder, models=(), bundles=(bundle,)), folder / "cache")


def npm_model(tarball: bytes | str, content: bytes) -> ModelSpec:
    """Return the entry of the model in a registry's package; the tarball or its sha256."""
    digest = tarball if isinstance(tarball, str) else hashlib.sha256(tarball).hexdigest()
    source = NpmSource(
        kind="npm",
        package="toy-weights",
        version="1.2.3",
        package_sha256=digest,
        member="model/toy.onnx",
    )
    return model_spec(content, source, convert=("free-batch", "split-prelu"))
