"""A pool lends each landmarker to one thread at a time, and no more than it may open."""

import threading
import time

import numpy as np
import pytest

from base.errors import ModelDisagreesError, QueueFullError
from media.image import ImageRGB
from tests.support.looking import CountingLandmarker
from vision.drawn_face import drawn_face, drawn_face_box
from vision.geometry import Floats
from vision.landmarkers import LandmarkerPool
from vision.mesh import FaceMesh


class SlowLandmarker:
    """Finds nothing, in a moment."""

    model_id = "slow"

    def __init__(self, seconds: float = 0.02) -> None:
        self._seconds = seconds
        self.is_open = True

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        time.sleep(self._seconds)
        return None

    def close(self) -> None:
        self.is_open = False


def ask_from_threads(pool: LandmarkerPool, count: int) -> None:
    def ask() -> None:
        pool.find(drawn_face(), drawn_face_box())

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_more_are_opened_than_may_be_and_none_is_shared() -> None:
    opened: list[CountingLandmarker] = []

    def open_one() -> CountingLandmarker:
        opened.append(CountingLandmarker(SlowLandmarker()))
        return opened[-1]

    ask_from_threads(LandmarkerPool("toy", open_one, limit=2), 10)
    assert len(opened) == 2
    assert [landmarker.most_at_once for landmarker in opened] == [1, 1]
    assert sum(landmarker.count for landmarker in opened) == 10


def test_one_after_another_needs_one() -> None:
    opened: list[SlowLandmarker] = []

    def open_one() -> SlowLandmarker:
        opened.append(SlowLandmarker(0.0))
        return opened[-1]

    with LandmarkerPool("toy", open_one, limit=4) as pool:
        for _ in range(5):
            pool.find(drawn_face(), drawn_face_box())
    assert [landmarker.is_open for landmarker in opened] == [False]


def test_who_waits_too_long_is_told() -> None:
    pool = LandmarkerPool("toy", lambda: SlowLandmarker(1.0), limit=1, max_wait_s=0.05)
    busy = threading.Thread(target=ask_from_threads, args=[pool, 1])
    busy.start()
    time.sleep(0.2)
    with pytest.raises(QueueFullError, match=r"all 1 landmarkers were busy for 0\.05 s"):
        pool.find(drawn_face(), drawn_face_box())
    busy.join()


def test_a_landmarker_that_fails_goes_back_into_the_pool() -> None:
    class Failing(SlowLandmarker):
        def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
            raise RuntimeError("broken graph")

    pool = LandmarkerPool("toy", lambda: Failing(), limit=1, max_wait_s=0.05)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="broken graph"):
            pool.find(drawn_face(), drawn_face_box())


def test_a_landmarker_that_sees_nothing_does_not_pass_its_warm_up() -> None:
    pool = LandmarkerPool("toy", lambda: SlowLandmarker(0.0), limit=1)
    with pytest.raises(ModelDisagreesError, match="toy does not see the drawn face"):
        pool.warm_up()


def test_the_shipped_landmarker_passes_its_warm_up(landmarkers: LandmarkerPool) -> None:
    landmarkers.warm_up()
    assert landmarkers.model_id == "face-landmarker"


def test_threads_get_what_one_alone_would(landmarkers: LandmarkerPool) -> None:
    alone = landmarkers.find(drawn_face(), drawn_face_box())
    assert alone is not None
    seen: list[FaceMesh | None] = []
    threads = [
        threading.Thread(
            target=lambda: seen.append(landmarkers.find(drawn_face(), drawn_face_box()))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    for mesh in seen:
        assert mesh is not None
        assert np.array_equal(mesh.points, alone.points)
