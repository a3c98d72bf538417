"""Faces by script: what a session sees, without a camera and without a model."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from decision.outcome import Reason
from liveness.events import Challenge
from media.frame import Frame
from media.image import ImageRGB
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.faces import Faces
from vision.geometry import Floats
from vision.mesh import MESH_POINTS, FaceMesh
from vision.picture_hash import hash_of_grid
from vision.quality import POOR_BELOW, FaceQuality, QualityComponent
from vision.tracking import TrackedFace

WIDTH_PX, HEIGHT_PX = 96, 72
MODEL_ID = "scripted-embedder"
_EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))


@dataclass(frozen=True, slots=True)
class Pose:
    """What a scripted face does at one moment. eyes: share of their usual opening."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    eyes: float = 1.0
    mouth: float = 0.02
    smile: float = 0.0
    size: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def moved(self, challenge: Challenge, share: float) -> Self:
        """Return the pose with a move made to a share of its full extent."""
        if challenge is Challenge.LOOK_STRAIGHT:
            return self
        name, full = FULL_MOVES[challenge]
        return replace(self, **{name: getattr(self, name) + share * full})


FULL_MOVES: Mapping[Challenge, tuple[str, float]] = {
    Challenge.BLINK: ("eyes", -0.95),
    Challenge.OPEN_MOUTH: ("mouth", 0.6),
    Challenge.SMILE: ("smile", 0.7),
    Challenge.TURN_LEFT: ("yaw_deg", 25.0),
    Challenge.TURN_RIGHT: ("yaw_deg", -25.0),
    Challenge.LOOK_UP: ("pitch_deg", 18.0),
    Challenge.LOOK_DOWN: ("pitch_deg", -18.0),
    Challenge.COME_CLOSER: ("size", 0.45),
}


def person(number: int) -> Embedding:
    """Return the face of one of many people, no two alike."""
    vector = np.random.default_rng(number).normal(size=512).astype(np.float32)
    return Embedding(vector / np.float32(np.linalg.norm(vector)), MODEL_ID)


def mesh_of(pose: Pose, depth: float = 1.0) -> FaceMesh:
    """Return a mesh on which a pose is measured as it was meant.

    depth: 1 for a head, 0 for a picture of one whose pose is only claimed.
    """
    points = _head(depth)
    for side, places in zip((-1, 1), _EYES, strict=True):
        _place_eye(points, places, side * 9.0, 0.3 * max(pose.eyes, 0.0))
    points[168], points[2] = (0, -6, -24 * depth), (0, 4, -34 * depth)
    points[61], points[291] = (-5, 8, -6 * depth), (5, 8, -6 * depth)
    points[13], points[14] = (0, 8 - 5 * pose.mouth, -7), (0, 8 + 5 * pose.mouth, -7)
    points = (points @ _rotation(pose.yaw_deg, -pose.pitch_deg) if depth else points) * pose.size
    points[:, 0] += WIDTH_PX / 2 + pose.x
    points[:, 1] += HEIGHT_PX / 2 + pose.y
    shapes = {"mouthSmileLeft": pose.smile, "mouthSmileRight": pose.smile}
    shapes |= {"mouthRollLower": 0.0, "mouthPucker": 0.0}
    return FaceMesh(
        points.astype(np.float32),
        shapes,
        pose.yaw_deg,
        pose.pitch_deg,
        pose.roll_deg,
        np.eye(4, dtype=np.float32),
    )


def _head(depth: float) -> Floats:
    """Return points on the front half of an ellipsoid."""
    across = np.random.default_rng(0).uniform(-0.7, 0.7, (MESH_POINTS, 2))
    forwards = -np.sqrt(1 - (across**2).sum(axis=1))
    head = np.column_stack([across[:, 0] * 14, across[:, 1] * 16, forwards * 32 * depth])
    return head.astype(np.float32)


def _place_eye(points: Floats, places: tuple[int, ...], x: float, opening: float) -> None:
    outer, upper_1, upper_2, inner, lower_2, lower_1 = places
    half = 3.0
    points[outer], points[inner] = (x - half, -6, 0), (x + half, -6, 0)
    for upper, lower, offset in ((upper_1, lower_1, -1), (upper_2, lower_2, 1)):
        points[upper] = (x + offset, -6 - opening * half, 0)
        points[lower] = (x + offset, -6 + opening * half, 0)


def _rotation(yaw_deg: float, pitch_deg: float) -> Floats:
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    about_y = [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
    about_x = [
        [1, 0, 0],
        [0, math.cos(pitch), -math.sin(pitch)],
        [0, math.sin(pitch), math.cos(pitch)],
    ]
    return np.array(about_y, np.float32) @ np.array(about_x, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ScriptedLook:
    """One look at a scripted frame; every part is given."""

    frame: Frame
    faces: Faces
    face: TrackedFace | None
    mesh: FaceMesh | None
    reading: FaceReading | None
    embedding: Embedding | None
    grid: ImageRGB

    @property
    def picture_hash(self) -> int:
        """Hash of the grid, as of a real frame."""
        return hash_of_grid(self.grid)


@dataclass(slots=True)
class ScriptedCamera:
    """Makes looks one after the other.

    scene: seed of the background; another one is another room. noise: of the sensor, in steps.
    """

    fps: float = 15.0
    scene: int = 1
    noise: float = 0.7
    embedding: Embedding = field(default_factory=lambda: person(1))
    quality: float = 80.0
    people: int = 1
    time_s: float = 100.0
    start_s: float = 100.0
    index: int = 0
    track_id: int = 1
    depth: float = 1.0
    pts_of: Callable[[float], float | None] = lambda time_s: time_s
    capture_of: Callable[[float], datetime | None] = lambda time_s: None

    def shoot(self, pose: Pose | None) -> ScriptedLook:
        """Return the next frame; a pose of None shows nobody."""
        image = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
        frame = Frame(
            image=image,
            index=self.index,
            pts_s=self.pts_of(self.time_s - self.start_s),
            capture_time=self.capture_of(self.time_s - self.start_s),
            received_monotonic_s=self.time_s,
        )
        look = self._look(frame, pose)
        self.index += 1
        self.time_s += 1 / self.fps
        return look

    def _look(self, frame: Frame, pose: Pose | None) -> ScriptedLook:
        grid = self._grid(pose)
        if pose is None or not self.people:
            return ScriptedLook(frame, Faces.none(), None, None, None, None, grid)
        faces = _faces(pose, self.people)
        box, landmarks = faces.boxes_xyxy[0], faces.landmarks[0]
        reading = FaceReading(
            box, 0.99, landmarks, _quality(self.quality), np.zeros((112, 112, 3), np.uint8)
        )
        face = TrackedFace(self.track_id, 0, box, 0.99, landmarks)
        mesh = mesh_of(pose, self.depth)
        return ScriptedLook(frame, faces, face, mesh, reading, self.embedding, grid)

    def _grid(self, pose: Pose | None) -> ImageRGB:
        """Return a smooth room with a face in it, and noise on both."""
        rows, columns = np.mgrid[0:32, 0:32]
        grey = _room(self.scene).copy()
        if pose is not None:
            x = 16 + pose.x / 3 + pose.yaw_deg / 20
            y = 16 + pose.y / 3 - pose.pitch_deg / 20
            distance = np.hypot(columns - x, rows - y)
            grey += 40 * np.clip(7 * pose.size - distance, 0, 1) + (
                pose.mouth * 60 + pose.smile * 40 - pose.eyes * 20
            ) * (distance < 2)
        # Frame by frame another draw, and the same one if the frame is shot again.
        grey += np.random.default_rng(self.index).normal(0, self.noise, grey.shape)
        return np.clip(np.round(grey), 0, 255).astype(np.uint8)


@cache
def _room(scene: int) -> npt.NDArray[np.float64]:
    """Return a smooth room, (32, 32) in steps of grey."""
    rows, columns = np.mgrid[0:32, 0:32]
    wave = np.random.default_rng(scene).normal(size=(4, 4))
    grey = np.full((32, 32), 128.0)
    for y, x in list(np.ndindex(4, 4))[1:]:
        grey += 22 * wave[y, x] * np.cos(math.pi * (y * rows + x * columns) / 32)
    return grey


def _faces(pose: Pose, people: int) -> Faces:
    boxes, landmarks = [], []
    for number in range(people):
        x = WIDTH_PX / 2 + pose.x - 34 * number
        y = HEIGHT_PX / 2 + pose.y
        half = 14 * pose.size
        boxes.append((x - half, y - half, x + half, y + half))
        landmarks.append(((x - 6, y - 5), (x + 6, y - 5), (x, y), (x - 4, y + 6), (x + 4, y + 6)))
    scores = np.full(people, 0.99, np.float32)
    return Faces(np.array(boxes, np.float32), scores, np.array(landmarks, np.float32))


def _quality(score: float) -> FaceQuality:
    """Return the quality of a face that is too dark where the score is below 40."""
    reason = Reason("FACE_TOO_DARK", "scripted") if score < POOR_BELOW else None
    return FaceQuality((QualityComponent("under_exposure", score, score, reason),))


@dataclass(frozen=True, slots=True)
class ScriptedView:
    """What the scripted passive model says."""

    logit: float


@dataclass(slots=True)
class ScriptedPassive:
    """A passive model that always says the same; counts how often it is asked."""

    logit: float = 5.0
    asked_count: int = 0
    model_id: str = "scripted-passive"

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> "ScriptedPassive":
        """Start a view."""
        self.asked_count += 1
        return self

    def result(self) -> ScriptedView:
        """Return the view."""
        return ScriptedView(self.logit)
