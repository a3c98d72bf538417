"""One aligned face as a vector that can be compared."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from base.errors import InferenceFailedError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec, Recognisability
from media.image import ImageRGB
from vision.alignment import ALIGNED_SIZE_PX
from vision.canvas import to_input
from vision.geometry import Floats

MIRROR_SUFFIX = "+mirror"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Embedding:
    """A face as a direction in space; the dot product of two is their similarity.

    vector: (D,) float32, length 1.
    model_id: what made it, with its variant; two of different ids cannot be compared.
    raw_length: length before normalising; longer for faces that the network knows well.
        A stored vector has lost it, which 1.0 says.
    """

    vector: Floats
    model_id: str
    raw_length: float = 1.0

    def __post_init__(self) -> None:
        if self.vector.ndim != 1:
            raise ValueError(f"vector must have shape (D,), got {self.vector.shape}")

    def __repr__(self) -> str:
        return f"Embedding(dim={len(self.vector)}, model_id={self.model_id!r}, vector=<hidden>)"


class FaceEmbedder:
    """Embeds aligned faces with one model; safe to share between threads.

    mirror: add the embedding of the mirrored face, which costs twice the time.
    """

    def __init__(self, engine: Engine, spec: ModelSpec, mirror: bool = False) -> None:
        self._engine = engine
        self._spec = spec
        self._mirror = mirror

    @property
    def model_id(self) -> str:
        """Id of the model, with `+mirror` where two views are averaged."""
        return self._spec.id + (MIRROR_SUFFIX if self._mirror else "")

    @property
    def recognisability(self) -> Recognisability | None:
        """What the length of a raw embedding says of the picture; None where it is unknown."""
        return self._spec.recognisability

    def embed(self, aligned: ImageRGB) -> Embedding:
        """Embed one aligned face, (112, 112, 3)."""
        return self.submit(aligned).result()

    def submit(self, aligned: ImageRGB) -> "PendingEmbedding":
        """Start embedding one aligned face, (112, 112, 3)."""
        expected = (ALIGNED_SIZE_PX, ALIGNED_SIZE_PX, 3)
        if aligned.shape != expected:
            raise ValueError(f"an aligned face must have shape {expected}, got {aligned.shape}")
        views = [aligned, aligned[:, ::-1]] if self._mirror else [aligned]
        tensor = to_input([np.ascontiguousarray(view) for view in views], self._spec.input)
        answer = self._engine.submit(self._spec.id, {self._spec.input.name: tensor})
        return PendingEmbedding(answer, self._spec.outputs["embedding"], self.model_id)


@dataclass(frozen=True, slots=True, eq=False)
class PendingEmbedding:
    """An embedding that is being computed."""

    answer: "Future[Tensors]"
    output: str
    model_id: str

    def result(self) -> Embedding:
        """Wait for the network. Raises InferenceFailedError if it gave no direction."""
        views = np.asarray(self.answer.result()[self.output], np.float32)
        summed = views.sum(axis=0)
        length = float(np.linalg.norm(summed))
        if not 0 < length < float("inf"):
            raise InferenceFailedError(
                f"model {self.model_id} gave an embedding without a direction", model=self.model_id
            )
        return Embedding(summed / np.float32(length), self.model_id, length / len(views))
