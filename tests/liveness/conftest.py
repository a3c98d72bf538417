"""Real frames, looked at with the real models."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from liveness.assembly import Liveness, build_liveness
from liveness.draw import Draw
from liveness.look import FrameLook
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from liveness.watch import ClipWatch
from media.clips import read_frames
from media.frame import Frame
from media.image import ImageRGB
from tests.support.scripted_faces import ScriptedPassive
from tests.support.scripted_sessions import POLICY
from vision.assembly import FacePipeline, StreamVision
from vision.frame_analysis import FrameAnalysis
from vision.landmarkers import open_landmarkers

LANDMARKER_ID, PASSIVE_ID = "face-landmarker", "pad-texture"
Clip = tuple[FrameAnalysis, ...]
ReadClip = Callable[..., Clip]


@pytest.fixture(scope="session")
def stream_vision(pipeline: FacePipeline) -> Iterator[StreamVision]:
    manifest = load_manifest()
    store = ModelStore(manifest, default_cache_dir())
    with open_landmarkers(store, manifest.bundle(LANDMARKER_ID), limit=1) as landmarkers:
        yield StreamVision(pipeline, landmarkers)


@pytest.fixture(scope="session")
def read_clip(stream_vision: StreamVision, shared_data: Path) -> ReadClip:
    """Return a part of a clip, looked at lazily; several tests may share the looks."""

    @lru_cache(maxsize=12)
    def read(name: str, start_s: float, end_s: float, fps: float) -> Clip:
        looks, analyzer = [], stream_vision.open_analyzer()
        for frame in read_frames(shared_data / name, target_fps=fps):
            if frame.received_monotonic_s > end_s:
                break
            if frame.received_monotonic_s >= start_s:
                looks.append(analyzer.look(replace(frame, image=shrunk(frame.image))))
        return tuple(looks)

    return lambda name, start_s=0.0, end_s=999.0, fps=15.0: read(name, start_s, end_s, fps)


def shrunk(image: ImageRGB) -> ImageRGB:
    """Return a picture as a page sends it, at most 640 pixels long."""
    scale = 640 / max(image.shape[:2])
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="session")
def look_at(stream_vision: StreamVision) -> Callable[[Iterable[Frame]], Clip]:
    """Return looks at frames that a test made."""

    def look(frames: Iterable[Frame]) -> Clip:
        analyzer = stream_vision.open_analyzer()
        return tuple(analyzer.look(frame) for frame in frames)

    return look


@pytest.fixture(scope="session")
def real(pipeline: FacePipeline) -> Iterator[Liveness]:
    """Liveness as it is shipped."""
    manifest = load_manifest()
    spec = manifest.model(PASSIVE_ID)
    with LocalEngine([spec], ModelStore(manifest, default_cache_dir())) as engine:
        yield build_liveness(engine, spec, pipeline)


@pytest.fixture
def new_watch(pipeline: FacePipeline) -> Callable[[], ClipWatch]:
    """Return watches with the real faces' error rates and a passive model that takes all."""
    return lambda: ClipWatch(ScriptedPassive(), pipeline.matcher.table)


@pytest.fixture
def run_clip(new_watch: Callable[[], ClipWatch]) -> Callable[..., LivenessSession]:
    """Run a session on a clip: every frame, then silence until the session ends."""

    def run(looks: Sequence[FrameLook], draw: Draw, plan: SessionPlan) -> LivenessSession:
        session = LivenessSession(plan, draw, new_watch(), POLICY)
        session.start(looks[0].frame.received_monotonic_s)
        for look in looks:
            session.push(look, look.frame.received_monotonic_s)
        session.close(looks[-1].frame.received_monotonic_s, "SESSION_ABANDONED")
        return session

    return run
