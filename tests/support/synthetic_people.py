"""People made of random directions: pictures of one lie near each other, of two do not."""

import numpy as np
import numpy.typing as npt


def draw_vectors(
    people: int, pictures_each: int, noise: float, seed: int, dim: int = 32
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Return (N, dim) float32 of unit norm and (N,) whose they are."""
    rng = np.random.default_rng(seed)
    subject_of = np.repeat(np.arange(people), pictures_each)
    centres = rng.normal(size=(people, dim))
    vectors = centres[subject_of] + noise * rng.normal(size=(len(subject_of), dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), subject_of
