"""Features of every view, computed once and kept by the hash of what they were made from."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from training.pad_rows import PadRow, sources_of
from training.pad_views import RECIPE, View
from vision.canvas import to_input

Table = npt.NDArray[np.float32]
_AHEAD = 8  # Pictures under way at a time.


class FeatureCache:
    """Computes features through an engine and keeps them in a folder.

    One file holds one source under one view; a run that was cut off goes on with the next one.
    """

    def __init__(self, engine: Engine, spec: ModelSpec, output: str, folder: Path) -> None:
        self._engine = engine
        self._spec = spec
        self._output = output
        self._folder = folder

    def table(
        self, rows: Sequence[PadRow], name: str, view: View, progress: Callable[[str], None]
    ) -> Table:
        """Return (N, D) features of the rows in their order. name: of the view, for the cache."""
        parts: dict[str, Table] = {}
        for source in sources_of(rows):
            own = [row for row in rows if row.source == source]
            parts[source] = self._part(own, name, view)
            progress(f"{name}: {source}")
        dimension = next(iter(parts.values())).shape[1]
        table = np.empty((len(rows), dimension), np.float32)
        for source, part in parts.items():
            table[[place for place, row in enumerate(rows) if row.source == source]] = part
        return table

    def _part(self, rows: Sequence[PadRow], name: str, view: View) -> Table:
        path = self._folder / f"{self._key(rows, name)}.npy"
        if path.is_file():
            return np.asarray(np.load(path), np.float32)
        table = self._compute(rows, view)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, table)
        partial.rename(path)
        return table

    def _key(self, rows: Sequence[PadRow], name: str) -> str:
        made_from = [self._spec.sha256, RECIPE, name]
        made_from += [f"{row.number}:{row.digest}:{row.box_xyxy}" for row in rows]
        return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:32]

    def _compute(self, rows: Sequence[PadRow], view: View) -> Table:
        pending: list[Future[Tensors]] = []
        answers: list[Table] = []
        for row in rows:
            pending.append(self._submit(view(row)))
            if len(pending) >= _AHEAD:
                answers.append(self._take(pending))
        while pending:
            answers.append(self._take(pending))
        return np.concatenate(answers)

    def _submit(self, face: ImageRGB) -> "Future[Tensors]":
        tensor = to_input([face], self._spec.input)
        return self._engine.submit(self._spec.id, {self._spec.input.name: tensor})

    def _take(self, pending: "list[Future[Tensors]]") -> Table:
        return np.asarray(pending.pop(0).result()[self._output], np.float32)
