"""Attacks made of real clips: frozen, looped, reversed, spliced, and replayed on screens."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from liveness.assembly import Liveness
from liveness.events import Challenge, ChallengeState
from liveness.outcome import LivenessOutcome, LivenessResult
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from media.clips import read_frames
from media.frame import Frame
from media.image import ImageRGB
from tests.liveness.conftest import ReadClip
from tests.liveness.test_assembly import LookAt
from tests.support.scripted_faces import ScriptedLook, ScriptedPassive
from tests.support.scripted_sessions import POLICY, KnownDraw
from vision.assembly import FacePipeline, StreamVision
from vision.frame_analysis import FrameAnalysis

pytestmark = pytest.mark.shared
SELFIE, NEWS = "talking/head_motion/d18.mp4", "talking/blink/0001.mp4"


def codes(result: LivenessResult) -> list[str]:
    return [reason.code for reason in result.decision.reasons]


def images_of(path: Path, start_s: float, end_s: float) -> list[ImageRGB]:
    frames = read_frames(path, target_fps=15.0)
    return [frame.image for frame in frames if start_s <= frame.received_monotonic_s < end_s]


def sent_again(images: Iterable[ImageRGB]) -> Iterator[Frame]:
    """Yield frames as a virtual camera sends a recording: encoded once more."""
    for index, image in enumerate(images):
        _, data = cv2.imencode(
            ".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60 + index % 30]
        )
        again = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]
        yield Frame(np.ascontiguousarray(again), index, index / 15, None, index / 15)


@pytest.fixture
def trusting(pipeline: FacePipeline) -> Liveness:
    """Liveness whose passive model takes everything for live, so that the rules decide."""
    return Liveness(pipeline, ScriptedPassive(5.0), POLICY)


def test_a_clip_of_a_person_breaks_no_rule(
    trusting: Liveness, look_at: LookAt, shared_data: Path
) -> None:
    images = images_of(shared_data / SELFIE, 0.0, 4.0)
    assert trusting.check_clip(look_at(sent_again(images))).outcome is LivenessOutcome.LIVE


def test_a_frozen_frame_is_not_live(trusting: Liveness, look_at: LookAt, shared_data: Path) -> None:
    images = images_of(shared_data / SELFIE, 0.0, 4.0)
    frozen = [*images[:20], *[images[20]] * 20, *images[20:]]
    result = trusting.check_clip(look_at(sent_again(frozen)))
    assert result.outcome is not LivenessOutcome.LIVE
    assert codes(result)[0] == "FRAMES_REPEATED"


@pytest.mark.parametrize("swing", [False, True], ids=["looped", "to and fro"])
def test_a_looped_clip_is_refused(
    trusting: Liveness, look_at: LookAt, shared_data: Path, swing: bool
) -> None:
    images = images_of(shared_data / SELFIE, 1.0, 3.6)
    rounds = [*images, *images[::-1]] if swing else [*images, *images]
    result = trusting.check_clip(look_at(sent_again([*rounds, *images])))
    assert result.outcome is LivenessOutcome.SPOOF
    assert codes(result)[0] == "CLIP_LOOPED"


def test_another_person_in_the_middle_is_refused(
    trusting: Liveness, look_at: LookAt, shared_data: Path
) -> None:
    images = images_of(shared_data / SELFIE, 0.0, 3.0)
    height, width = images[0].shape[:2]
    others = images_of(shared_data / NEWS, 0.0, 1.0)
    others = [np.asarray(cv2.resize(image, (width, height)), np.uint8) for image in others]
    result = trusting.check_clip(look_at(sent_again([*images[:20], *others, *images[20:]])))
    assert result.outcome is LivenessOutcome.SPOOF
    assert codes(result)[0] in ("VIDEO_CUT", "FACE_CHANGED")


def test_a_reversed_clip_does_not_answer(
    run_clip: Callable[..., LivenessSession], read_clip: ReadClip
) -> None:
    """Forwards the mouth opens after the prompt; backwards it is open before."""
    looks = read_clip(SELFIE, 0.6, 3.4)
    draw, plan = KnownDraw([Challenge.OPEN_MOUTH], [0.5]), SessionPlan(1, retry_count=0)
    states = []
    for order in (looks, backwards(looks)):
        session = run_clip(order, draw, plan)
        assert session.verdict is not None
        states.append([record.state for record in session.verdict.challenges])
        assert session.verdict.result.outcome is not LivenessOutcome.LIVE
    assert states[0] == [ChallengeState.PASSED]
    assert ChallengeState.PASSED not in states[1]


def test_a_reversed_clip_that_blinks_is_not_live(trusting: Liveness, read_clip: ReadClip) -> None:
    looks = read_clip("talking/head_motion/d13.mp4")
    assert trusting.check_clip(looks).outcome is LivenessOutcome.LIVE
    result = trusting.check_clip(backwards(looks))
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == "CLIP_REVERSED"


def backwards(looks: Sequence[FrameAnalysis]) -> list[ScriptedLook]:
    """Return the looks in reverse, at the times of the clip."""
    return [
        ScriptedLook(
            replace(now.frame, image=then.frame.image),
            *(then.faces, then.face, then.mesh, then.reading, then.embedding, then.grid),
        )
        for now, then in zip(looks, looks[::-1], strict=True)
    ]


@pytest.mark.parametrize("clip", ["apfol_fake2.webm", "tranvanluyt_fake.mp4"])
def test_a_screen_replay_is_not_live(real: Liveness, read_clip: ReadClip, clip: str) -> None:
    result = real.check_clip(read_clip(f"pad/videos/{clip}", 0.0, 9.0, 6.0))
    assert result.outcome is not LivenessOutcome.LIVE
    assert codes(result)[0] in ("LOOKS_LIKE_ATTACK", "EVIDENCE_WEAK")


def test_a_screen_replay_that_makes_the_right_move_is_not_live(
    real: Liveness, stream_vision: StreamVision, shared_data: Path
) -> None:
    draw = KnownDraw([Challenge.TURN_LEFT], [3.2])
    session = real.open_session(SessionPlan(1), draw)
    analyzer = stream_vision.open_analyzer()
    session.start(0.0)
    for frame in read_frames(shared_data / "pad/videos/tranvanluyt_fake.mp4", target_fps=15.0):
        session.push(analyzer.look(frame), frame.received_monotonic_s)
        if session.verdict is not None:
            break
    assert session.verdict is not None
    assert [record.state for record in session.verdict.challenges] == [ChallengeState.PASSED]
    assert session.verdict.result.outcome is not LivenessOutcome.LIVE


@pytest.mark.parametrize(
    "clip",
    [
        "pad/videos/apfol_real2.webm",
        "pad/videos/tranvanluyt_real.mp4",
        "talking/interview/WDA_KatieHill_000.mp4",
        "talking/grid/bbaf2n.mpg",
    ],
)
def test_a_living_person_is_never_called_an_attack(
    real: Liveness, read_clip: ReadClip, clip: str
) -> None:
    result = real.check_clip(read_clip(clip, 0.0, 9.0, 6.0))
    assert result.outcome is not LivenessOutcome.SPOOF
