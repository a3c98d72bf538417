"""MediaPipe's landmarker means what `FaceMesh` says, and keeps to itself."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from base.errors import ModelCorruptError, SettingsError
from inference.store import ModelStore
from media.clips import read_frames
from media.image import ImageRGB
from vision import mediapipe_library
from vision.assembly import FacePipeline, StreamVision
from vision.drawn_face import drawn_face, drawn_face_box
from vision.frame_analysis import FrameAnalyzer
from vision.geometry import Floats
from vision.landmarkers import LandmarkerPool
from vision.mediapipe_landmarker import MediaPipeLandmarker
from vision.mesh import FaceMesh

ROOT = Path(__file__).resolve().parents[2]
NOSE_TIP, LEFT_EYE, RIGHT_EYE = 1, 33, 263  # Outer corners, by the side of the picture.
UPPER_LIP = 13


@pytest.fixture(scope="module")
def box(pipeline: FacePipeline, astronaut: ImageRGB) -> Floats:
    box: Floats = pipeline.detector.detect(astronaut).boxes_xyxy[0]
    return box


def found(landmarkers: LandmarkerPool, image: ImageRGB, box: Floats) -> FaceMesh:
    mesh = landmarkers.find(np.ascontiguousarray(image), box)
    assert mesh is not None
    return mesh


def mirrored(box: Floats, width: int) -> Floats:
    x1, y1, x2, y2 = box
    return np.array([width - x2, y1, width - x1, y2], np.float32)


def test_a_mesh_lies_on_the_face_in_pixels_of_the_picture(
    landmarkers: LandmarkerPool, pipeline: FacePipeline, astronaut: ImageRGB, box: Floats
) -> None:
    mesh = found(landmarkers, astronaut, box)
    five = pipeline.detector.detect(astronaut).landmarks[0]
    assert np.linalg.norm(mesh.points[NOSE_TIP, :2] - five[2]) < 12
    assert mesh.points[LEFT_EYE, 0] < five[0, 0] < five[1, 0] < mesh.points[RIGHT_EYE, 0]
    assert mesh.points[NOSE_TIP, 2] < mesh.points[LEFT_EYE, 2], "the nose is nearer"
    assert len(mesh.blendshapes) == 52
    assert 0 <= min(mesh.blendshapes.values()) <= max(mesh.blendshapes.values()) <= 1


def test_a_mirrored_face_looks_the_other_way(
    landmarkers: LandmarkerPool, astronaut: ImageRGB, box: Floats
) -> None:
    mesh = found(landmarkers, astronaut, box)
    other = found(landmarkers, astronaut[:, ::-1], mirrored(box, 512))
    assert other.yaw_deg == pytest.approx(-mesh.yaw_deg, abs=4)
    assert other.roll_deg == pytest.approx(-mesh.roll_deg, abs=4)
    assert other.pitch_deg == pytest.approx(mesh.pitch_deg, abs=4)


@pytest.mark.parametrize("clockwise_deg", [-20, 20])
def test_roll_grows_as_the_head_tilts_clockwise(
    landmarkers: LandmarkerPool, clockwise_deg: int
) -> None:
    turn = cv2.getRotationMatrix2D((128, 128), -clockwise_deg, 1)
    image = np.asarray(cv2.warpAffine(drawn_face(), turn, (256, 256)), np.uint8)
    mesh = found(landmarkers, image, drawn_face_box())
    assert mesh.roll_deg == pytest.approx(clockwise_deg, abs=6)


@pytest.mark.parametrize(
    ("eye", "shut", "other"),
    [
        pytest.param(0, "eyeBlinkRight", "eyeBlinkLeft", id="left in the picture"),
        pytest.param(1, "eyeBlinkLeft", "eyeBlinkRight", id="right in the picture"),
    ],
)
def test_left_and_right_blendshapes_are_the_persons_own(
    landmarkers: LandmarkerPool,
    pipeline: FacePipeline,
    astronaut: ImageRGB,
    eye: int,
    shut: str,
    other: str,
) -> None:
    """The eye on the left of the picture is the right one of who looks out of it."""
    faces = pipeline.detector.detect(astronaut)
    x, y = (int(value) for value in faces.landmarks[0][eye])
    image = astronaut.copy()
    cv2.ellipse(image, (x, y), (13, 8), 0, 0, 360, image[y + 14, x].tolist(), -1)
    cv2.line(image, (x - 9, y + 3), (x + 9, y + 3), (60, 30, 25), 1)
    before = found(landmarkers, astronaut, faces.boxes_xyxy[0]).blendshapes
    after = found(landmarkers, image, faces.boxes_xyxy[0]).blendshapes
    assert after[shut] > before[shut] + 0.15
    assert after[other] < before[other] + 0.1


def test_the_picture_around_a_face_changes_nothing(
    landmarkers: LandmarkerPool, astronaut: ImageRGB, box: Floats
) -> None:
    wide = np.zeros((900, 1200, 3), np.uint8)
    wide[200:712, 500:1012] = astronaut
    offset = np.array([500, 200], np.float32)
    near = found(landmarkers, astronaut, box)
    far = found(landmarkers, wide, box + np.tile(offset, 2))
    assert np.abs(far.points[:, :2] - offset - near.points[:, :2]).max() < 6
    # The same camera from top to bottom sees more: the head is further away in the same measure.
    assert far.transform[2, 3] / near.transform[2, 3] == pytest.approx(900 / 512, rel=0.05)


def test_a_large_face_is_shrunk_and_found_at_its_place(landmarkers: LandmarkerPool) -> None:
    small = found(landmarkers, drawn_face(256), drawn_face_box(256))
    large = found(landmarkers, drawn_face(2048), drawn_face_box(2048))
    assert large.points[NOSE_TIP, :2] / 2048 == pytest.approx(
        small.points[NOSE_TIP, :2] / 256, abs=0.03
    )


def test_a_face_at_the_edge_is_found(
    landmarkers: LandmarkerPool, astronaut: ImageRGB, box: Floats
) -> None:
    x, y = int(box[0] + 5), int(box[1] + 5)
    shift = np.array([x, y, x, y], np.float32)
    mesh = found(landmarkers, astronaut[y:, x:], box - shift)
    whole = found(landmarkers, astronaut, box)
    assert np.abs(mesh.points[NOSE_TIP, :2] + (x, y) - whole.points[NOSE_TIP, :2]).max() < 6


@pytest.mark.parametrize(
    "nowhere",
    [
        pytest.param((20.0, 400.0, 90.0, 480.0), id="no face in it"),
        pytest.param((900.0, 900.0, 990.0, 990.0), id="outside of the picture"),
        pytest.param((100.0, 100.0, 100.0, 100.0), id="empty"),
        pytest.param((100.0, 100.0, float("nan"), 200.0), id="no number"),
    ],
)
def test_a_box_without_a_face_has_no_mesh(
    landmarkers: LandmarkerPool, astronaut: ImageRGB, nowhere: tuple[float, ...]
) -> None:
    assert landmarkers.find(astronaut, np.array(nowhere, np.float32)) is None


def test_a_neighbours_face_is_not_given_for_this_one(landmarkers: LandmarkerPool) -> None:
    """A box beside a face takes part of it into the crop; its mesh must not be handed out."""
    image = np.hstack([np.full((256, 128, 3), 200, np.uint8), drawn_face()])
    assert landmarkers.find(image, np.array([20, 38, 150, 220], np.float32)) is None


@pytest.mark.shared
def test_pitch_grows_as_a_person_looks_up(
    pipeline: FacePipeline, landmarkers: LandmarkerPool, shared_data: Path
) -> None:
    """Looking up, the tip of the nose moves towards the eyes and away from the mouth."""
    clip = shared_data / "talking/head_motion/d3.mp4"
    heights, pitches = [], []
    for mesh in meshes(StreamVision(pipeline, landmarkers).open_analyzer(), clip):
        eyes = mesh.points[[LEFT_EYE, RIGHT_EYE], 1].mean()
        mouth = mesh.points[UPPER_LIP, 1]
        heights.append((mouth - mesh.points[NOSE_TIP, 1]) / (mouth - eyes))
        pitches.append(mesh.pitch_deg)
    assert np.ptp(pitches) > 10
    assert np.corrcoef(heights, pitches)[0, 1] > 0.7


@pytest.mark.shared
def test_yaw_grows_as_the_nose_points_to_the_right_of_the_picture(
    pipeline: FacePipeline, landmarkers: LandmarkerPool, shared_data: Path
) -> None:
    clip = shared_data / "pad/videos/apfol_real2.webm"
    places, yaws = [], []
    for mesh in meshes(StreamVision(pipeline, landmarkers).open_analyzer(), clip):
        left, right = mesh.points[LEFT_EYE, 0], mesh.points[RIGHT_EYE, 0]
        places.append((mesh.points[NOSE_TIP, 0] - left) / (right - left))
        yaws.append(mesh.yaw_deg)
    assert np.ptp(yaws) > 40
    assert np.corrcoef(places, yaws)[0, 1] > 0.9


def meshes(analyzer: FrameAnalyzer, clip: Path) -> Iterator[FaceMesh]:
    for frame in read_frames(clip, target_fps=5.0):
        mesh = analyzer.look(frame).mesh
        if mesh is not None:
            yield mesh


def test_what_is_no_bundle_is_corrupt() -> None:
    with pytest.raises(ModelCorruptError, match="toy does not load"):
        MediaPipeLandmarker(b"no bundle", "toy")


def test_another_library_whose_address_is_unknown_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mediapipe_library, "_METRICS_URL", b"https://elsewhere.example/log\0")
    monkeypatch.setattr(mediapipe_library, "_NOWHERE_URL", b"never://elsewhere.example/log\0")
    with pytest.raises(SettingsError, match="usage figures"):
        mediapipe_library.load_quietly()


LOOK = """
import sys, time
from inference.manifest import load_manifest
from inference.store import ModelStore
from vision import mediapipe_landmarker
from vision.drawn_face import drawn_face, drawn_face_box
if sys.argv[1] == "as it comes":
    mediapipe_landmarker.load_quietly = lambda: None
content = ModelStore(load_manifest()).load("face-landmarker")
landmarker = mediapipe_landmarker.MediaPipeLandmarker(content, "face-landmarker")
print(landmarker.find(drawn_face(), drawn_face_box()))
landmarker.close()
time.sleep(1.0)
print("the end", file=sys.stderr)
"""


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[int]]]:
    """A proxy that hangs up on everyone: its address, and the ports of those who came."""
    callers: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    connection, (_, port) = server.accept()
                except OSError:
                    return
                callers.append(port)
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("how", "is_sent"), [("as it comes", True), ("quietly", False)], ids=["control", "ours"]
)
def test_no_figures_about_use_leave_the_machine(
    proxy: tuple[str, list[int]], how: str, is_sent: bool
) -> None:
    """The library sends through whatever proxy the environment names; here that is this test."""
    address, callers = proxy
    names = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), address)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, how],
        cwd=ROOT, env=os.environ | names, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "FaceMesh(" in done.stdout, done.stderr
    assert bool(callers) is is_sent
    assert done.stderr == "the end\n", "neither library nor test writes anything else"


def test_results_do_not_hang_on_what_was_asked_before(
    landmarkers: LandmarkerPool, astronaut: ImageRGB, box: Floats, store: ModelStore
) -> None:
    landmarker = MediaPipeLandmarker(store.load("face-landmarker"), "face-landmarker")
    first = found(landmarkers, astronaut, box)
    landmarker.find(drawn_face(), drawn_face_box())
    again = landmarker.find(astronaut, box)
    landmarker.close()
    assert again is not None
    assert np.array_equal(first.points, again.points)
