"""Searching many templates: exact, in memory, half precision."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, Self

import faiss
import numpy as np
import numpy.typing as npt

from base.errors import StorageFailedError
from vision.gate import ReadWriteGate
from vision.geometry import Floats

Ids = npt.NDArray[np.int64]
NOBODY = -1
"""Id that fills the places behind the last hit."""
# Where other work wants the cores, a team of threads waits longer for its last member than a
# small search takes; one core goes through this many templates in about 10 ms.
ALONE_BELOW = 100_000


class GalleryIndex(Protocol):
    """Templates by number; whoever keeps the numbers knows whose they are."""

    def add(self, rows: Ids, vectors: Floats) -> None:
        """Add templates. rows: (N,), not in the index yet. vectors: (N, D), length 1."""
        ...

    def remove(self, rows: Ids) -> int:
        """Remove templates and return how many were there."""
        ...

    def search(self, vectors: Floats, top_k: int) -> tuple[Ids, Floats]:
        """Return the most similar templates of each of (Q, D) probes.

        Returns rows (Q, top_k), -1 behind the last hit, and similarities (Q, top_k), falling,
        -1 behind the last hit.
        """
        ...

    def __len__(self) -> int: ...

    def to_bytes(self) -> bytes:
        """Return a snapshot."""
        ...


class FaissGalleryIndex:
    """Exact inner-product search over half-precision vectors; many readers, one writer."""

    def __init__(self, dim: int = 512) -> None:
        flat = faiss.IndexScalarQuantizer(
            dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index = faiss.IndexIDMap2(flat)
        self._dim = dim
        self._gate = ReadWriteGate()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def __repr__(self) -> str:
        return f"FaissGalleryIndex(templates={len(self)}, dim={self._dim})"

    def add(self, rows: Ids, vectors: Floats) -> None:
        """Add templates. rows: (N,), not in the index yet. vectors: (N, D), length 1.

        Raises ValueError if the shapes do not fit.
        """
        vectors = self._checked(vectors)
        if rows.shape != (len(vectors),):
            raise ValueError(f"rows must have shape ({len(vectors)},), got {rows.shape}")
        with self._gate.writing(), self._threads():
            self._index.add_with_ids(vectors, np.ascontiguousarray(rows, np.int64))

    def remove(self, rows: Ids) -> int:
        """Remove templates and return how many were there."""
        with self._gate.writing():
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(rows, np.int64))
            return int(self._index.remove_ids(selector))

    def search(self, vectors: Floats, top_k: int) -> tuple[Ids, Floats]:
        """Return rows and similarities, (Q, top_k) each, as `GalleryIndex.search` says."""
        vectors = self._checked(vectors)
        with self._gate.reading():
            if not len(self):
                shape = (len(vectors), top_k)
                return np.full(shape, NOBODY, np.int64), np.full(shape, -1.0, np.float32)
            with self._threads():
                similarities, rows = self._index.search(vectors, top_k)
        similarities[rows == NOBODY] = -1.0
        return rows, similarities

    def to_bytes(self) -> bytes:
        """Return a snapshot that `from_bytes` reads."""
        with self._gate.reading():
            return bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a snapshot. Raises StorageFailedError if it is not one."""
        try:
            index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except RuntimeError as error:
            raise StorageFailedError("the gallery snapshot cannot be read") from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise StorageFailedError("the gallery snapshot holds another kind of index")
        loaded = cls(index.d)
        loaded._index = index
        return loaded

    @contextmanager
    def _threads(self) -> Iterator[None]:
        """Let a small index be worked on by this thread alone. The number is a thread's own."""
        before = faiss.omp_get_max_threads()
        if len(self) < ALONE_BELOW:
            faiss.omp_set_num_threads(1)
        try:
            yield
        finally:
            faiss.omp_set_num_threads(before)

    def _checked(self, vectors: Floats) -> Floats:
        if vectors.ndim != 2 or vectors.shape[1] != self._dim:
            raise ValueError(f"vectors must have shape (N, {self._dim}), got {vectors.shape}")
        return np.ascontiguousarray(vectors, np.float32)
