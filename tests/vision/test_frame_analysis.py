"""A frame is looked at once, whoever asks and however often."""

import gc
import threading
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from base.errors import DeadlineExceededError
from inference.local import LocalEngine
from inference.manifest import Manifest
from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from tests.support.looking import CountingEngine, CountingLandmarker, frame_of
from vision.assembly import FacePipeline, StreamVision
from vision.detection import FaceDetector
from vision.embedding import FaceEmbedder
from vision.frame_analysis import FrameAnalysis, FrameAnalyzer
from vision.landmarkers import LandmarkerPool

DETECTOR_ID, EMBEDDER_ID = "retinaface-mnet025", "mobilefacenet-fr"
SCENERY = np.tile(np.arange(320, dtype=np.uint8)[None, :, None], (240, 1, 3))


class Counted:
    """An analyzer of one stream whose parts count what is asked of them."""

    def __init__(
        self, engine: LocalEngine, manifest: Manifest, landmarkers: LandmarkerPool
    ) -> None:
        self.engine = CountingEngine(engine)
        self.landmarker = CountingLandmarker(landmarkers)
        detector = FaceDetector(self.engine, manifest.model(DETECTOR_ID))
        embedder = FaceEmbedder(self.engine, manifest.model(EMBEDDER_ID))
        self.analyzer = FrameAnalyzer(detector, embedder, self.landmarker)


@pytest.fixture
def counted(engine: LocalEngine, manifest: Manifest, landmarkers: LandmarkerPool) -> Counted:
    return Counted(engine, manifest, landmarkers)


@pytest.fixture
def analyzer(pipeline: FacePipeline, landmarkers: LandmarkerPool) -> FrameAnalyzer:
    return StreamVision(pipeline, landmarkers).open_analyzer()


@pytest.fixture
def near(astronaut: ImageRGB) -> ImageRGB:
    """A face so large that the detector looks once."""
    return np.ascontiguousarray(astronaut[:260, 90:350])


def beside(left: ImageRGB | None, right: ImageRGB | None) -> ImageRGB:
    """Return a wide picture with one person on each side; None leaves a side grey."""
    blank = np.full((512, 512, 3), 128, np.uint8)
    return np.hstack([blank if half is None else half for half in (left, right)])


def test_every_part_is_computed_once(counted: Counted, near: ImageRGB) -> None:
    analysis = counted.analyzer.look(frame_of(near))
    for _ in range(3):
        assert analysis.embedding is analysis.embedding is not None
        assert analysis.mesh is analysis.mesh is not None
        assert analysis.reading is analysis.reading is not None
        assert analysis.faces is analysis.faces
    assert counted.engine.counts == {DETECTOR_ID: 1, EMBEDDER_ID: 1}
    assert counted.landmarker.count == 1


def test_what_nobody_asks_for_is_not_computed(counted: Counted, near: ImageRGB) -> None:
    analysis = counted.analyzer.look(frame_of(near))
    assert analysis.face is not None
    assert analysis.picture_hash
    assert counted.engine.counts == {DETECTOR_ID: 1}
    assert counted.landmarker.count == 0


def test_looking_starts_the_detector_and_does_not_wait_for_it(
    counted: Counted, near: ImageRGB
) -> None:
    counted.analyzer.look(frame_of(near))
    assert counted.engine.counts == {DETECTOR_ID: 1}


def test_two_threads_that_ask_get_one_computation(counted: Counted, near: ImageRGB) -> None:
    analysis = counted.analyzer.look(frame_of(near))
    together = threading.Barrier(6)
    seen: list[int] = []

    def ask(part: Callable[[], object]) -> None:
        together.wait()
        seen.append(id(part()))

    parts = [lambda: analysis.mesh, lambda: analysis.embedding] * 3
    threads = [threading.Thread(target=ask, args=[part]) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert len(set(seen)) == 2
    assert counted.engine.counts == {DETECTOR_ID: 1, EMBEDDER_ID: 1}
    assert counted.landmarker.count == 1


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((240, 320, 3), np.uint8), id="black"),
        pytest.param(np.full((240, 320, 3), 255, np.uint8), id="overexposed"),
        pytest.param(SCENERY, id="nobody there"),
    ],
)
def test_a_frame_without_a_face_answers_none_everywhere(counted: Counted, image: ImageRGB) -> None:
    analysis = counted.analyzer.look(frame_of(image))
    assert len(analysis.faces) == 0
    of_the_face = (analysis.face, analysis.mesh, analysis.reading, analysis.embedding)
    assert of_the_face == (None,) * 4
    assert 0 <= analysis.picture_hash < 2**64
    assert analysis.light.mean_luma == pytest.approx(float(image.mean()), abs=2)
    assert counted.landmarker.count == 0
    assert EMBEDDER_ID not in counted.engine.counts


def test_the_parts_belong_to_one_face(analyzer: FrameAnalyzer, astronaut: ImageRGB) -> None:
    analysis = analyzer.look(frame_of(astronaut))
    face, mesh, reading = analysis.face, analysis.mesh, analysis.reading
    assert face is not None
    assert mesh is not None
    assert reading is not None
    assert np.array_equal(analysis.faces.boxes_xyxy[face.row], face.box_xyxy)
    assert np.array_equal(reading.box_xyxy, face.box_xyxy)
    assert reading.embedding is None
    # Mesh point 1 is the tip of the nose, as is the detector's third landmark.
    assert np.linalg.norm(mesh.points[1, :2] - face.landmarks[2]) < 12


def test_a_stream_finds_the_same_face_as_a_picture(
    analyzer: FrameAnalyzer, pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    streamed = analyzer.look(frame_of(astronaut)).embedding
    still = pipeline.analyzer.read(astronaut).embedding
    assert streamed is not None
    assert still is not None
    assert float(streamed.vector @ still.vector) > 0.95


def test_a_track_goes_on_through_frames_that_nobody_asked_about(
    analyzer: FrameAnalyzer, astronaut: ImageRGB
) -> None:
    for index in range(4):
        last = analyzer.look(frame_of(np.roll(astronaut, 8 * index, axis=1), index))
    assert last.face is not None
    assert last.face.track_id == 1


def test_a_track_survives_a_gap_of_three_frames(
    analyzer: FrameAnalyzer, astronaut: ImageRGB
) -> None:
    shown = [astronaut] * 2 + [SCENERY] * 3 + [astronaut] * 2
    faces = [analyzer.look(frame_of(image, index)).face for index, image in enumerate(shown)]
    assert [None if face is None else face.track_id for face in faces] == [1, 1, None, None, None,
                                                                           1, 1]  # fmt: skip


def test_another_person_elsewhere_is_another_track(
    analyzer: FrameAnalyzer, astronaut: ImageRGB
) -> None:
    first = analyzer.look(frame_of(beside(astronaut, None), 0)).face
    second = analyzer.look(frame_of(beside(None, astronaut[:, ::-1]), 1)).face
    assert first is not None
    assert second is not None
    assert (first.track_id, second.track_id) == (1, 2)


def test_a_frame_that_failed_does_not_stop_the_stream(
    counted: Counted, astronaut: ImageRGB
) -> None:
    first = counted.analyzer.look(frame_of(astronaut, 0))
    assert first.face is not None
    counted.engine.fail_next = True
    failed = counted.analyzer.look(frame_of(astronaut, 1))
    third = counted.analyzer.look(frame_of(astronaut, 2))
    with pytest.raises(DeadlineExceededError):
        _ = failed.mesh
    assert third.face is not None
    assert third.face.track_id == first.face.track_id


def test_frames_are_let_go(counted: Counted, astronaut: ImageRGB) -> None:
    looks: list[weakref.ref[FrameAnalysis]] = []
    for index in range(6):
        looks.append(weakref.ref(counted.analyzer.look(frame_of(astronaut, index))))
    gc.collect()
    assert [look() is None for look in looks] == [True] * 5 + [False]
    counted.analyzer.close()
    gc.collect()
    assert looks[-1]() is None


def test_neither_picture_nor_face_show_in_words(
    analyzer: FrameAnalyzer, astronaut: ImageRGB
) -> None:
    analysis = analyzer.look(frame_of(astronaut))
    assert repr(analysis) == "FrameAnalysis(Frame(camera 0, 512x512, picture=<hidden>))"
    assert "array" not in repr(analysis.face)
    assert "array" not in repr(analysis.mesh)


def test_the_models_that_looked_are_named(analyzer: FrameAnalyzer) -> None:
    assert analyzer.model_ids == (DETECTOR_ID, "face-landmarker", EMBEDDER_ID)


def test_recompression_hardly_moves_the_fingerprint(
    analyzer: FrameAnalyzer, astronaut: ImageRGB
) -> None:
    again = decode_picture(encode_jpeg(astronaut, 40))
    first, second = analyzer.look(frame_of(astronaut, 0)), analyzer.look(frame_of(again, 1))
    assert (first.picture_hash ^ second.picture_hash).bit_count() <= 3
