"""Faces of strangers, in memory alone and for minutes, to know them at the next camera."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from lobby.visit_limits import StrangerMatch
from vision.embedding import Embedding
from vision.geometry import Floats


class StrangerMemory:
    """Embeddings by visit, in one array of a fixed size; what is dropped is overwritten.

    Copies what it is given, so that nothing outside keeps a face alive or is kept by it. Full, it
    drops the oldest.
    """

    def __init__(self, match: StrangerMatch | None, per_visit: int, capacity: int) -> None:
        self._match = match
        self._per_visit = per_visit
        self._capacity = capacity
        self._vectors: Floats = np.zeros((0, 0), np.float32)
        self._owner: OrderedDict[int, str] = OrderedDict()  # By row, oldest first.

    def __len__(self) -> int:
        return len(self._owner)

    def add(self, visit_id: str, embedding: Embedding) -> None:
        """Keep one more face of a visit, in place of its oldest if there are enough."""
        if self._match is None or embedding.model_id != self._match.model_id:
            return
        self._prepare(len(embedding.vector))
        rows = self._rows(visit_id)
        if len(rows) >= self._per_visit:
            self._drop_row(rows[0])
        elif len(self._owner) >= self._capacity:
            self._drop_row(next(iter(self._owner)))
        row = next(row for row in range(self._capacity) if row not in self._owner)
        self._vectors[row] = embedding.vector
        self._owner[row] = visit_id

    def most_alike(self, embedding: Embedding, is_allowed: Callable[[str], bool]) -> str | None:
        """Return the visit whose face is most alike, None if none is alike enough."""
        match = self._match
        if match is None or embedding.model_id != match.model_id or not self._owner:
            return None
        if embedding.vector.shape != self._vectors.shape[1:]:
            return None
        rows = list(self._owner)
        similarities = self._vectors[rows] @ embedding.vector
        for index in np.argsort(-similarities, kind="stable"):
            if similarities[index] < match.min_similarity:
                break
            if is_allowed(self._owner[rows[index]]):
                return self._owner[rows[index]]
        return None

    def move(self, visit_id: str, to: str) -> None:
        """Give the faces of a visit to another one."""
        for row in self._rows(visit_id):
            self._owner[row] = to
        for row in self._rows(to)[: -self._per_visit]:
            self._drop_row(row)

    def drop(self, visit_id: str) -> None:
        """Forget the faces of a visit."""
        for row in self._rows(visit_id):
            self._drop_row(row)

    def clear(self) -> None:
        """Forget everybody."""
        self._owner.clear()
        self._vectors[:] = 0

    def _prepare(self, dim: int) -> None:
        if self._vectors.shape[1] != dim:
            self.clear()
            self._vectors = np.zeros((self._capacity, dim), np.float32)

    def _rows(self, visit_id: str) -> list[int]:
        return [row for row, owner in self._owner.items() if owner == visit_id]

    def _drop_row(self, row: int) -> None:
        del self._owner[row]
        self._vectors[row] = 0
