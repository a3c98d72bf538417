import tracemalloc

import numpy as np
import pytest

from base.errors import DegenerateFaceError
from deepfake.frames import MIN_SPAN_S, MIN_VIEWS, FrameEvidence
from media.image import ImageRGB
from tests.support.scripted_forgery import ScriptedFrameModel

IMAGE = np.zeros((100, 100, 3), np.uint8)
BOX = np.array([10, 10, 90, 90], np.float32)


def evidence_of(
    logits: list[float], step_s: float = 0.5, wants_heat: bool = False
) -> FrameEvidence:
    evidence = FrameEvidence(ScriptedFrameModel(logits), wants_heat)
    for place in range(len(logits)):
        evidence.add(IMAGE, BOX, 1.0, None, place * step_s)
    return evidence


def test_many_views_are_worth_their_mean_and_no_more() -> None:
    assert evidence_of([1.0, 3.0] * 2).findings().logit == pytest.approx(2.0)
    assert evidence_of([1.0, 3.0] * 50).findings().logit == pytest.approx(2.0)


def test_a_poor_view_counts_little_and_decides_nothing() -> None:
    evidence = evidence_of([1.0] * 10)
    evidence.add(IMAGE, BOX, 1.0, "FACE_BLURRED", 6.0)
    findings = evidence.findings()
    assert findings.usable_count == 10
    assert findings.unfit == ("FACE_BLURRED",)
    poor = FrameEvidence(ScriptedFrameModel([5.0]), wants_heat=False)
    for place in range(20):
        poor.add(IMAGE, BOX, 1.0, "FACE_BLURRED", place * 0.5)
    assert not poor.findings().is_enough
    assert poor.findings().logit == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("count", "step_s", "is_enough"),
    [
        (MIN_VIEWS, MIN_SPAN_S, True),
        (MIN_VIEWS - 1, MIN_SPAN_S, False),
        (20, MIN_SPAN_S / 40, False),
    ],
    ids=["enough", "too few", "too close together"],
)
def test_a_decision_needs_views_that_are_spread(count: int, step_s: float, is_enough: bool) -> None:
    assert evidence_of([1.0] * count, step_s).findings().is_enough is is_enough


def test_the_reason_that_kept_most_views_away_comes_first() -> None:
    evidence = evidence_of([1.0])
    for code in ("FACE_BLURRED", "FACE_TOO_DARK", "FACE_TOO_DARK"):
        evidence.miss(code, 1.0)
    assert evidence.findings().unfit == ("FACE_TOO_DARK", "FACE_BLURRED")


def find_nothing(image: ImageRGB) -> None:
    raise DegenerateFaceError("hardly any of the face lies inside")


def test_a_face_outside_of_the_picture_is_no_view() -> None:
    evidence = FrameEvidence(ScriptedFrameModel(on_submit=find_nothing), wants_heat=False)
    evidence.add(IMAGE, BOX, 1.0, None, 0.0)
    findings = evidence.findings()
    assert (findings.logit, findings.unfit) == (None, ("FACE_CUT_OFF",))


def test_a_long_clip_takes_no_more_memory_than_a_short_one() -> None:
    evidence = FrameEvidence(ScriptedFrameModel([0.5]), wants_heat=True)
    sizes = []
    tracemalloc.start()
    for place in range(3000):
        evidence.add(IMAGE, BOX, 1.0, None, place * 0.25)
        if place in (999, 2999):
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[1] - sizes[0] < 20_000
