"""The gallery index: exact, small, and safe between threads."""

import threading
from typing import Any

import faiss
import numpy as np
import pytest

from base.errors import StorageFailedError
from vision import gallery_index
from vision.gallery_index import FaissGalleryIndex
from vision.geometry import Floats


def directions(count: int, seed: int = 0, dim: int = 512) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    result: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def filled(count: int = 200) -> tuple[FaissGalleryIndex, Floats]:
    index, vectors = FaissGalleryIndex(), directions(count)
    index.add(np.arange(count) + 1000, vectors)
    return index, vectors


def test_an_empty_index_finds_nobody() -> None:
    rows, similarities = FaissGalleryIndex().search(directions(2), 3)
    assert rows.tolist() == [[-1] * 3] * 2
    assert similarities.tolist() == [[-1.0] * 3] * 2


def test_everybody_finds_themselves_first() -> None:
    index, vectors = filled()
    rows, similarities = index.search(vectors, 2)
    assert (rows[:, 0] == np.arange(200) + 1000).all()
    assert similarities[:, 0] == pytest.approx(1.0, abs=2e-3)


def test_more_places_than_templates_are_filled_with_nobody() -> None:
    index, vectors = filled(3)
    rows, similarities = index.search(vectors[:1], 5)
    assert rows[0, 3:].tolist() == [-1, -1]
    assert similarities[0, 3:].tolist() == [-1.0, -1.0]


def test_a_removed_template_is_gone_at_once() -> None:
    index, vectors = filled()
    assert index.remove(np.array([1005, 1006, 9999])) == 2
    assert len(index) == 198
    rows, _ = index.search(vectors[5:7], 200)
    assert not np.isin(rows, [1005, 1006]).any()
    assert (index.search(vectors[[100]], 1)[0] == 1100).all()


def test_a_snapshot_comes_back_whole() -> None:
    index, vectors = filled()
    index.remove(np.array([1007]))
    again = FaissGalleryIndex.from_bytes(index.to_bytes())
    assert len(again) == 199
    assert (again.search(vectors, 5)[0] == index.search(vectors, 5)[0]).all()
    again.add(np.array([7]), directions(1, seed=9))
    assert again.search(directions(1, seed=9), 1)[0].tolist() == [[7]]


@pytest.mark.parametrize("data", [b"", b"no snapshot", b"IxM2" + b"\x00" * 40])
def test_a_broken_snapshot_is_said_to_be_one(data: bytes) -> None:
    with pytest.raises(StorageFailedError):
        FaissGalleryIndex.from_bytes(data)


def test_half_precision_finds_what_float32_finds() -> None:
    """Recall at 1 against numpy, on probes that are noisy copies of a template."""
    index, vectors = FaissGalleryIndex(), directions(20_000)
    index.add(np.arange(20_000), vectors)
    probes = vectors[::40] + 0.04 * directions(500, seed=1) * np.sqrt(512)
    probes /= np.linalg.norm(probes, axis=1, keepdims=True)
    rows, similarities = index.search(probes, 1)
    exact = probes @ vectors.T
    assert (rows[:, 0] == exact.argmax(axis=1)).mean() == 1.0
    assert similarities[:, 0] == pytest.approx(exact.max(axis=1), abs=1e-3)


def test_a_template_takes_two_bytes_a_value() -> None:
    index, _ = filled(1000)
    assert len(index.to_bytes()) < 1000 * (512 * 2 + 16) + 10_000


def test_vectors_of_another_length_are_refused() -> None:
    index, _ = filled(3)
    with pytest.raises(ValueError, match="512"):
        index.search(directions(1, dim=128), 1)
    with pytest.raises(ValueError, match="rows"):
        index.add(np.array([1, 2]), directions(1))


def test_readers_and_writers_do_not_disturb_each_other() -> None:
    """A search during additions and removals sees whole templates and never fails."""
    index, vectors = filled(300)
    stop, faults = threading.Event(), []

    def write() -> None:
        for turn in range(40):
            fresh = np.arange(50) + 10_000 + 50 * turn
            index.add(fresh, directions(50, seed=turn + 5))
            index.remove(fresh)
        stop.set()

    def read() -> None:
        while not stop.is_set():
            rows, similarities = index.search(vectors[:4], 3)
            if rows[:, 0].tolist() != [1000, 1001, 1002, 1003] or similarities.max() > 1.01:
                faults.append(rows)

    threads = [threading.Thread(target=read) for _ in range(3)] + [threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert stop.is_set()
    assert not faults
    assert len(index) == 300


class CountedThreads:
    """An index that notes how many threads it may use."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.ntotal = index.ntotal
        self.seen: list[int] = []

    def search(self, *arguments: Any) -> Any:
        self.seen.append(faiss.omp_get_max_threads())
        return self._index.search(*arguments)


@pytest.mark.parametrize(("templates", "threads"), [(3, 1), (gallery_index.ALONE_BELOW, 2)])
def test_a_small_gallery_is_searched_by_the_caller_alone(
    monkeypatch: pytest.MonkeyPatch, templates: int, threads: int
) -> None:
    """A team of threads took 60 ms for one template while others wanted the cores."""
    index, vectors = filled(3)
    counted = CountedThreads(index._index)
    counted.ntotal = templates
    monkeypatch.setattr(index, "_index", counted)
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    try:
        index.search(vectors[:1], 1)
        assert counted.seen == [threads]
        assert faiss.omp_get_max_threads() == 2
    finally:
        faiss.omp_set_num_threads(before)
