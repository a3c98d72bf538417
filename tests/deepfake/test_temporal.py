"""What follows a face over time, by scripts: it measures what it says, and stays small."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from decision.findings import Weight
from deepfake.blink_rate import NO_BLINKS, BlinkRate
from deepfake.boundary import BoundaryFlicker
from deepfake.clip_signal import ClipSignal, Heard
from deepfake.identity_drift import DRIFTS, MAX_KEPT, IdentityDrift
from deepfake.jitter import LandmarkJitter
from deepfake.rigid import FEATURES, OUTLINE, RIGID, moved, similarity
from media.image import ImageRGB
from tests.support.scripted_faces import Pose, ScriptedCamera, mesh_of, person
from vision.embedding import Embedding
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats
from vision.mesh import FaceMesh

FPS = 25.0
SIGNALS = (IdentityDrift, LandmarkJitter, BoundaryFlicker, BlinkRate)


def score(heard: Heard) -> float | None:
    (signal,) = heard.signals
    assert signal.llr is None
    return signal.score


def shown(signal: ClipSignal, looks: list[FrameAnalysis], fps: float = FPS) -> Heard:
    for place, look in enumerate(looks):
        assert signal.look(look, place / fps) == ()
    return signal.conclude()


def look_of(mesh: FaceMesh, image: ImageRGB | None = None) -> FrameAnalysis:
    frame = SimpleNamespace(image=np.zeros((8, 8, 3), np.uint8) if image is None else image)
    return cast("FrameAnalysis", SimpleNamespace(mesh=mesh, frame=frame))


def swaying(count: int, noise_of: Callable[[Floats], Floats]) -> list[FrameAnalysis]:
    """Return a head that sways, with noise on its mesh."""
    looks = []
    for place in range(count):
        mesh = mesh_of(Pose(size=4.0, x=6 * np.sin(place / 8), roll_deg=0.0))
        looks.append(look_of(replace(mesh, points=mesh.points + noise_of(mesh.points))))
    return looks


def shaken(places: tuple[int, ...], spread: float) -> Callable[[Floats], Floats]:
    dice = np.random.default_rng(5)

    def noise(points: Floats) -> Floats:
        every = dice.normal(0, 0.05, points.shape)
        every[list(places)] += dice.normal(0, spread, (len(places), 3))
        return every.astype(np.float32)

    return noise


def test_an_outline_that_shakes_by_itself_scores_higher_than_a_head_that_moves() -> None:
    calm = score(shown(LandmarkJitter(), swaying(60, shaken((), 0.0))))
    rim = tuple(set(OUTLINE) - set(FEATURES) - set(RIGID))
    shaking = score(shown(LandmarkJitter(), swaying(60, shaken(rim, 0.5))))
    assert calm is not None
    assert shaking is not None
    assert calm < 2.0 < 4.0 < shaking


def drawn(place: int, slip_px: float) -> FrameAnalysis:
    """Return a noisy head on a noisy wall, its edge drawn a little elsewhere each time."""
    dice = np.random.default_rng(place)
    mesh = _round_mesh()
    image = np.full((240, 240, 3), 90, np.uint8)
    slip = dice.normal(0, slip_px, 2) if slip_px else np.zeros(2)
    centre = (round((120 + slip[0]) * 16), round((120 + slip[1]) * 16))
    cv2.circle(image, centre, 60 * 16, (190, 160, 150), -1, cv2.LINE_AA, 4)
    noisy = image + dice.normal(0, 2, image.shape)
    return look_of(mesh, np.clip(noisy, 0, 255).astype(np.uint8))


def _round_mesh() -> FaceMesh:
    mesh = mesh_of(Pose(size=4.0))
    points = mesh.points.copy()
    points[:, :2] += np.array([120, 120]) - points[list(RIGID), :2].mean(axis=0)
    turns = np.linspace(0, 2 * np.pi, len(OUTLINE), endpoint=False)
    points[list(OUTLINE), 0] = 120 + 60 * np.sin(turns)
    points[list(OUTLINE), 1] = 120 - 60 * np.cos(turns)
    return replace(mesh, points=points)


def test_an_edge_that_is_drawn_anew_flickers() -> None:
    steady = score(shown(BoundaryFlicker(), [drawn(place, 0.0) for place in range(60)]))
    edgy = score(shown(BoundaryFlicker(), [drawn(place, 4.0) for place in range(60)]))
    assert steady is not None
    assert edgy is not None
    assert edgy > 1.3 * steady


def looks_at(embeddings: list[Embedding], fps: float) -> list[FrameAnalysis]:
    camera = ScriptedCamera(fps=fps)
    looks = []
    for embedding in embeddings:
        camera.embedding = embedding
        looks.append(cast("FrameAnalysis", camera.shoot(Pose(size=3.0))))
    return looks


def test_a_face_that_is_made_anew_drifts() -> None:
    same = shown(IdentityDrift(), looks_at([person(1)] * 20, 4.0), 4.0)
    others = shown(IdentityDrift(), looks_at([person(seed) for seed in range(20)], 4.0), 4.0)
    assert score(same) == pytest.approx(0.0, abs=1e-5)
    assert score(others) == pytest.approx(1.0, abs=0.1)
    assert same.moments == ()
    assert [(said.code, said.weight) for said in others.moments] == [(DRIFTS, Weight.HOLDS)]


def test_a_long_clip_is_looked_at_less_often() -> None:
    drift = IdentityDrift()
    shown(drift, looks_at([person(1)] * 600, 4.0), 4.0)
    assert len(drift._looks) <= MAX_KEPT


def test_another_track_begins_anew() -> None:
    drift = IdentityDrift()
    camera = ScriptedCamera(fps=4.0)
    for place in range(40):
        camera.track_id, camera.embedding = place // 20, person(place // 20)
        drift.look(cast("FrameAnalysis", camera.shoot(Pose(size=3.0))), place / 4)
    assert score(drift.conclude()) == pytest.approx(0.0, abs=1e-5)


def lids(closed_every: int | None, count: int) -> list[FrameAnalysis]:
    mesh = mesh_of(Pose())
    looks = []
    for place in range(count):
        is_closed = closed_every is not None and place % closed_every < 3
        shapes = dict.fromkeys(("eyeBlinkLeft", "eyeBlinkRight"), 0.9 if is_closed else 0.1)
        looks.append(look_of(replace(mesh, blendshapes=shapes)))
    return looks


def test_blinks_are_counted_by_the_minute() -> None:
    assert score(shown(BlinkRate(), lids(75, 750))) == pytest.approx(20, abs=0.5)


def test_who_never_blinks_is_mentioned_and_no_more() -> None:
    heard = shown(BlinkRate(), lids(None, 800))
    assert [(said.code, said.weight) for said in heard.moments] == [(NO_BLINKS, Weight.NOTE)]
    assert shown(BlinkRate(), lids(None, 500)).moments == ()


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_snapshot_is_not_measured(signal: Callable[[], ClipSignal]) -> None:
    heard = shown(signal(), looks_at([person(1)] * 3, FPS))
    assert score(heard) is None
    assert heard.moments == ()


@pytest.mark.parametrize("signal", [LandmarkJitter, BoundaryFlicker, BlinkRate])
def test_frames_far_apart_say_nothing(signal: Callable[[], ClipSignal]) -> None:
    assert score(shown(signal(), looks_at([person(1)] * 60, 4.0), 4.0)) is None


def test_a_turn_and_a_shift_are_taken_away_whole() -> None:
    points = np.random.default_rng(2).normal(0, 30, (20, 2)).astype(np.float32)
    turned = points @ np.array([[0.8, 0.6], [-0.6, 0.8]], np.float32) * 1.7 + (40, -9)
    assert moved(points, similarity(points, turned)) == pytest.approx(turned, abs=1e-3)
