"""`smartbranch bench search`: exact search of a large gallery against brute force in numpy."""

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt

from bench.server import resident_bytes
from bench.timing import Spread, in_turns, seconds
from vision.gallery_index import FaissGalleryIndex

Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]
DIM = 512
TOP_K = 5
_CHUNK = 50_000
# A second picture of somebody: a similarity of about 0.55 to the first, as genuine pairs have.
_PROBE_NOISE = 1.5


def bench_search(
    size: int, queries: int, say: Say, *, cores: int = 2, seed: int = 1
) -> dict[str, object]:
    """Build both, ask both the same, in turns, and return the report.

    size: templates of 512 values. queries: probes of people in the gallery, and as many others.
    cores: threads that either side may use; both libraries take the number when they are
        loaded, so the work is done in a process of its own.
    """
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(cores))
    kept = {name: os.environ.get(name) for name in limits}
    os.environ.update(limits)
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            return pool.submit(_search_here, size, queries, say, cores, seed).result()
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _search_here(size: int, queries: int, say: Say, cores: int, seed: int) -> dict[str, object]:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    say(f"drawing {size:,} templates")
    vectors = _unit_vectors(size, seed)
    before = resident_bytes(os.getpid())
    index = FaissGalleryIndex(DIM)
    say("building the index")
    started = time.perf_counter()
    for start in range(0, size, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, size), dtype=np.int64)
        index.add(rows, vectors[rows])
    build_s = time.perf_counter() - started
    index_bytes = resident_bytes(os.getpid()) - before
    probes = _probes(vectors, queries, seed + 1)
    say(f"searching in turns, {len(probes)} probes")
    timing = _time_both(index, vectors, probes)
    exact = [_brute_force(vectors, probe) for probe in probes]
    found = [index.search(probe[None], TOP_K)[0][0] for probe in probes]
    return {
        "templates": size,
        "dim": DIM,
        "top_k": TOP_K,
        "cores": cores,
        "p50_ms": round(1000 * Spread.of(timing["index"]).median, 2),
        "p99_ms": round(1000 * float(np.quantile(timing["index"], 0.99)), 2),
        "numpy_p50_ms": round(1000 * Spread.of(timing["numpy"]).median, 2),
        "numpy_p99_ms": round(1000 * float(np.quantile(timing["numpy"], 0.99)), 2),
        "index_bytes": index_bytes,
        "build_s": round(build_s, 1),
        "recall": _recall(exact, found, 1),
        "recall_mated": _recall(exact[:queries], found[:queries], 1),
        "recall_strangers": _recall(exact[queries:], found[queries:], 1),
        f"recall_at_{TOP_K}": _recall(exact, found, TOP_K),
        "queries": len(probes),
    }


def _time_both(
    index: FaissGalleryIndex, vectors: Floats, probes: Floats
) -> dict[str, tuple[float, ...]]:
    number = iter(range(10 * len(probes)))

    def probe() -> Floats:
        # Both sides of a turn get the same probe.
        chosen: Floats = probes[(next(number) // 2) % len(probes)]
        return chosen

    sides: dict[str, Callable[[], float]] = {
        "index": lambda: seconds(lambda: index.search(probe()[None], TOP_K)),
        "numpy": lambda: seconds(lambda: _brute_force(vectors, probe())),
    }
    in_turns(sides, 2)
    return in_turns(sides, len(probes))


def _brute_force(vectors: Floats, probe: Floats) -> npt.NDArray[np.intp]:
    """Return the rows of the TOP_K most similar vectors, best first."""
    similarities = vectors @ probe
    best = np.argpartition(similarities, -TOP_K)[-TOP_K:]
    falling: npt.NDArray[np.intp] = best[np.argsort(-similarities[best])]
    return falling


def _unit_vectors(size: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    vectors = np.empty((size, DIM), np.float32)
    for start in range(0, size, _CHUNK):
        part = rng.standard_normal((min(_CHUNK, size - start), DIM), np.float32)
        vectors[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def _probes(vectors: Floats, queries: int, seed: int) -> Floats:
    """Return noisy copies of members, then strangers, each (queries, DIM)."""
    rng = np.random.default_rng(seed)
    members = vectors[rng.integers(0, len(vectors), queries)]
    noise = rng.standard_normal(members.shape, np.float32) * np.float32(_PROBE_NOISE / DIM**0.5)
    noisy = members + noise
    noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
    return np.concatenate([noisy, _unit_vectors(queries, seed + 1)])


def _recall(
    exact: list[npt.NDArray[np.intp]], found: list[npt.NDArray[np.int64]], depth: int
) -> float:
    """Return the share of the `depth` truly best that are among the `depth` first found."""
    hits = [
        len(np.intersect1d(true[:depth], rows[:depth]))
        for true, rows in zip(exact, found, strict=True)
    ]
    return sum(hits) / (depth * len(exact))
