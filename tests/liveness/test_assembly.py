"""Pictures and clips through the whole of liveness, on the real face models."""

from collections.abc import Callable, Iterable, Mapping

import cv2
import numpy as np
import pytest

from base.errors import NoFaceError, SeveralFacesError
from liveness.assembly import Liveness
from liveness.events import Challenge
from liveness.outcome import LivenessOutcome, LivenessResult
from liveness.plan import SessionPlan
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import decode_picture
from tests.liveness.conftest import Clip
from tests.support.scripted_faces import ScriptedPassive
from tests.support.scripted_sessions import POLICY, KnownDraw
from tour import photographs
from vision.assembly import FacePipeline

LookAt = Callable[[Iterable[Frame]], Clip]


def codes(result: LivenessResult) -> list[str]:
    return [reason.code for reason in result.decision.reasons]


def liveness(pipeline: FacePipeline, logit: float) -> Liveness:
    return Liveness(pipeline, ScriptedPassive(logit), POLICY)


def film(images: Iterable[ImageRGB], fps: float = 15.0) -> list[Frame]:
    return [
        Frame(image, index, index / fps, None, index / fps) for index, image in enumerate(images)
    ]


@pytest.mark.parametrize(
    ("logit", "outcome", "reasons"),
    [
        (5.0, LivenessOutcome.LIVE, ["LOOKS_LIVE"]),
        (0.5, LivenessOutcome.INCONCLUSIVE, ["EVIDENCE_WEAK", "LOOKS_LIVE"]),
        (-5.0, LivenessOutcome.SPOOF, ["LOOKS_LIKE_ATTACK"]),
    ],
)
def test_a_picture_is_judged_at_the_operating_point(
    pipeline: FacePipeline,
    astronaut: ImageRGB,
    logit: float,
    outcome: LivenessOutcome,
    reasons: list[str],
) -> None:
    result, reading = liveness(pipeline, logit).check_image(astronaut)
    assert result.outcome is outcome
    assert codes(result) == reasons
    assert result.target == POLICY.target
    assert result.model_ids == POLICY.model_ids
    assert reading.quality.is_usable


def test_a_poor_picture_is_inconclusive_and_says_what_would_mend_it(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    dark = (astronaut * 0.12).astype(np.uint8)
    result, reading = liveness(pipeline, 5.0).check_image(dark)
    assert not reading.quality.is_usable
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == "MORE_LIGHT"


def test_a_face_that_is_only_hard_to_recognise_is_judged(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    """Half of one camera's living people were left open for a tilted head.

    Tilt, cover and recognisability are about who it is; what it is made of shows all the same.
    """
    tilted = photographs.turned(astronaut, 65)
    result, reading = liveness(pipeline, 5.0).check_image(tilted)
    assert not reading.quality.is_usable
    assert result.outcome is LivenessOutcome.LIVE


def test_a_poor_picture_of_a_screen_may_still_be_refused(
    pipeline: FacePipeline, astronaut: ImageRGB
) -> None:
    dark = (astronaut * 0.12).astype(np.uint8)
    assert liveness(pipeline, -5.0).check_image(dark)[0].outcome is LivenessOutcome.SPOOF


def test_pictures_of_nobody_and_of_many_are_errors(
    pipeline: FacePipeline, table_photograph: bytes
) -> None:
    with pytest.raises(NoFaceError):
        liveness(pipeline, 5.0).check_image(np.full((240, 320, 3), 128, np.uint8))
    with pytest.raises(SeveralFacesError):
        liveness(pipeline, 5.0).check_image(decode_picture(table_photograph))


@pytest.mark.parametrize(
    ("level", "code"), [(0, "MORE_LIGHT"), (128, "NO_FACE"), (255, "LESS_LIGHT")]
)
def test_a_clip_of_nobody_is_inconclusive(
    pipeline: FacePipeline, look_at: LookAt, level: int, code: str
) -> None:
    frames = film(np.full((20, 240, 320, 3), level, np.uint8))
    result = liveness(pipeline, 5.0).check_clip(look_at(frames))
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == code
    assert result.live_score is None


def test_a_frozen_photograph_is_not_live(
    pipeline: FacePipeline, look_at: LookAt, astronaut: ImageRGB
) -> None:
    result = liveness(pipeline, 5.0).check_clip(look_at(film([astronaut] * 30)))
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == "FRAMES_REPEATED"


def test_another_person_in_the_middle_of_a_clip_is_noticed(
    pipeline: FacePipeline, look_at: LookAt, portraits: Mapping[str, ImageRGB]
) -> None:
    one, other = (shaken(image, 12) for image in list(portraits.values())[:2])
    result = liveness(pipeline, 5.0).check_clip(look_at(film([*one, *other, *one])))
    assert result.outcome is LivenessOutcome.SPOOF
    assert {"VIDEO_CUT", "FACE_CHANGED"} & set(codes(result)[:1])


def test_two_people_in_a_clip_are_one_too_many(
    pipeline: FacePipeline, look_at: LookAt, portraits: Mapping[str, ImageRGB]
) -> None:
    one, other = (cv2.resize(image, (300, 300)) for image in list(portraits.values())[:2])
    both = np.hstack([one, other]).astype(np.uint8)
    result = liveness(pipeline, 5.0).check_clip(look_at(film(shaken(both, 15))))
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == "SECOND_FACE"


def test_a_clip_of_two_frames_a_second_decides_nothing(
    pipeline: FacePipeline, look_at: LookAt, astronaut: ImageRGB
) -> None:
    frames = film(shaken(astronaut, 12), fps=2.0)
    result = liveness(pipeline, 5.0).check_clip(look_at(frames))
    assert result.outcome is LivenessOutcome.INCONCLUSIVE
    assert codes(result)[0] == "TOO_FEW_FRAMES"


def test_a_black_picture_asks_for_light_in_a_session(
    pipeline: FacePipeline, look_at: LookAt
) -> None:
    draw = KnownDraw([Challenge.SMILE])
    session = liveness(pipeline, 5.0).open_session(SessionPlan(1), draw)
    session.start(0.0)
    for look in look_at(film(np.zeros((100, 120, 160, 3), np.uint8), fps=6.0)):
        session.push(look, look.frame.received_monotonic_s)
    assert session.verdict is not None
    assert codes(session.verdict.result)[0] == "MORE_LIGHT"


def test_sessions_have_nonces_of_their_own(pipeline: FacePipeline) -> None:
    opened = [liveness(pipeline, 5.0).open_session(SessionPlan()) for _ in range(5)]
    assert len({session.nonce for session in opened}) == 5


def test_nothing_secret_is_printed(pipeline: FacePipeline) -> None:
    assert "secret" not in repr(liveness(pipeline, 5.0))


def shaken(image: ImageRGB, count: int) -> list[ImageRGB]:
    """Return frames of a photograph before a camera with noise, in a hand that is not still."""
    rng = np.random.default_rng(5)
    frames = []
    for _ in range(count):
        moved = np.roll(image, rng.integers(-2, 3, 2), (0, 1)).astype(np.float32)
        frames.append(np.clip(moved + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8))
    return frames
