"""The cache of weights: what lies in it under its final name was verified."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.errors import ModelCorruptError, ModelDownloadError, ModelUnavailableError
from inference.convert import CONVERSION_VERSION, convert
from inference.manifest import CatalogueEntry, Manifest
from inference.origins import FileSource, InstalledSource
from inference.sources import Progress, fetch

CACHE_VARIABLE = "SMARTBRANCH_CACHE"


def default_cache_dir() -> Path:
    """Return $SMARTBRANCH_CACHE, or ~/.cache/smartbranch/models."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / ".cache" / "smartbranch" / "models"


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Tell nobody."""


class ModelStore:
    """Fetches, verifies, converts and hands out weights.

    A model has up to three files in `<cache>/<id>/`: `<sha256>.onnx` (a bundle: `.task`) as
    fetched, and with conversions `<sha256>.<key>.onnx` beside `<sha256>.<key>.sha256`. Each is
    written under another name, synchronised to the disk and renamed, so that none is ever seen
    half done.
    """

    def __init__(self, manifest: Manifest, cache_dir: Path | None = None) -> None:
        self.manifest = manifest
        self.cache_dir = cache_dir or default_cache_dir()

    def pull(self, model_id: str, progress: Progress = no_progress) -> Path:
        """Bring one model into the cache, unless it is there and sound; return its path.

        Safe in several processes at once: one works, the others wait and find its result.
        Raises UnknownModelError, ModelDownloadError, ModelCorruptError.
        """
        spec = self.manifest.entry(model_id)
        try:
            return self.verify(model_id)
        except (ModelUnavailableError, ModelCorruptError):
            pass
        try:
            with self._locked(spec):
                self._pull_original(spec, progress)
                progress("convert", 0, None)
                self._convert(spec)
        except OSError as error:
            raise ModelDownloadError(
                f"{spec.id} could not be kept in {self.cache_dir}: {error.strerror or error}",
                model=spec.id,
            ) from error
        progress("verify", 0, None)
        return self.verify(model_id)

    def path(self, model_id: str) -> Path:
        """Return the verified file that sessions load. Raises as `load` does."""
        self.load(model_id)
        return self._final_path(self.manifest.entry(model_id))

    def verify(self, model_id: str) -> Path:
        """Check every file of one model, the fetched one as well; return the one to load.

        Raises UnknownModelError, ModelUnavailableError, ModelCorruptError.
        """
        spec = self.manifest.entry(model_id)
        _read_verified(self._original_path(spec), spec.sha256, spec)
        return self.path(model_id)

    def load(self, model_id: str) -> bytes:
        """Return the very bytes that were verified, ready for a session.

        Raises UnknownModelError, ModelUnavailableError, ModelCorruptError.
        """
        spec = self.manifest.entry(model_id)
        path = self._final_path(spec)
        if not spec.conversions:
            return _read_verified(path, spec.sha256, spec)
        try:
            expected = path.with_suffix(".sha256").read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise _unavailable(spec) from error
        return _read_verified(path, expected, spec)

    def _original_path(self, spec: CatalogueEntry) -> Path:
        if isinstance(spec.source, (FileSource, InstalledSource)):
            return spec.source.path
        return self.cache_dir / spec.id / f"{spec.sha256}{spec.suffix}"

    def _final_path(self, spec: CatalogueEntry) -> Path:
        if not spec.conversions:
            return self._original_path(spec)
        words = f"{CONVERSION_VERSION} {' '.join(spec.conversions)}"
        key = hashlib.sha256(words.encode()).hexdigest()[:12]
        return self.cache_dir / spec.id / f"{spec.sha256}.{key}{spec.suffix}"

    @contextmanager
    def _locked(self, spec: CatalogueEntry) -> Iterator[None]:
        """Hold the model's lock; the system frees it even if this process is killed."""
        folder = self.cache_dir / spec.id
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for left in folder.glob("part-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    def _pull_original(self, spec: CatalogueEntry, progress: Progress) -> None:
        path = self._original_path(spec)
        try:
            _read_verified(path, spec.sha256, spec)
        except (ModelUnavailableError, ModelCorruptError):
            if isinstance(spec.source, (FileSource, InstalledSource)):
                raise
        else:
            return
        with tempfile.TemporaryDirectory(prefix="part-", dir=path.parent) as work:
            fetched = fetch(spec, self.manifest.root, Path(work), progress)
            progress("verify", 0, None)
            _write_atomically(path, _read_verified(fetched, spec.sha256, spec), Path(work))

    def _convert(self, spec: CatalogueEntry) -> None:
        if not spec.conversions:
            return
        original = _read_verified(self._original_path(spec), spec.sha256, spec)
        converted = convert(original, spec.conversions)
        path = self._final_path(spec)
        with tempfile.TemporaryDirectory(prefix="part-", dir=path.parent) as work:
            _write_atomically(path, converted, Path(work))
            digest = hashlib.sha256(converted).hexdigest()
            _write_atomically(path.with_suffix(".sha256"), digest.encode(), Path(work))


def _read_verified(path: Path, sha256: str, spec: CatalogueEntry) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unavailable(spec) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise ModelCorruptError(
            f"{path.name} of model {spec.id} has sha256 {actual}, expected {sha256}; "
            f"run `smartbranch models pull {spec.id}`",
            model=spec.id,
        )
    return content


def _unavailable(spec: CatalogueEntry) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"the weights of {spec.id} are not here; run `smartbranch models pull {spec.id}`",
        model=spec.id,
    )


def _write_atomically(path: Path, content: bytes, work: Path) -> None:
    """Write beside the final place, synchronise, then rename; `work` is on the same disk."""
    part = work / "write"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
