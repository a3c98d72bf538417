"""What would mend a picture, and when it is said."""

from dataclasses import replace

import numpy as np
import pytest

from liveness.advice import AdviceGate
from liveness.events import AdviceEvent
from liveness.evidence import PassiveEvidence
from liveness.presence import Presence, advise_on_texture, check_presence
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook, ScriptedPassive
from vision.continuity.glance import Glance
from vision.quality import (
    OVER_EXPOSURE,
    ROLL,
    UNDER_EXPOSURE,
    FaceQuality,
    QualityComponent,
    Scale,
)


def look(pose: Pose | None, people: int = 1) -> ScriptedLook:
    return ScriptedCamera(people=people).shoot(pose)


def presence_of(seen: ScriptedLook) -> Presence:
    return check_presence(seen, Glance(seen.grid))


@pytest.mark.parametrize(
    ("pose", "advice"),
    [
        (Pose(), None),
        (Pose(size=0.5), "MOVE_CLOSER"),
        (Pose(size=2.2), "MOVE_BACK"),
        (Pose(x=42), "CENTRE_FACE"),
        (Pose(y=-30), "CENTRE_FACE"),
        (None, "SHOW_FACE"),
    ],
)
def test_a_badly_placed_face_is_told_where_to_go(pose: Pose | None, advice: str | None) -> None:
    assert presence_of(look(pose)).advice == advice


def test_a_second_face_of_like_size_is_company_and_a_small_one_is_not() -> None:
    both = look(Pose(), people=2)
    assert presence_of(both) == Presence(True, False, "ONE_PERSON_ONLY")
    boxes = both.faces.boxes_xyxy.copy()
    boxes[1] = (0, 0, 9, 9)
    far = replace(both, faces=replace(both.faces, boxes_xyxy=boxes))
    assert presence_of(far) == Presence(True, True, None)


@pytest.mark.parametrize(
    ("scale", "measured", "advice"),
    [(UNDER_EXPOSURE, 0.9, "MORE_LIGHT"), (OVER_EXPOSURE, 0.9, "LESS_LIGHT")],
)
def test_a_face_in_bad_light_is_told_so(scale: Scale, measured: float, advice: str) -> None:
    assert advise_on_texture(FaceQuality((scale.rate(measured),))) == advice
    assert advise_on_texture(FaceQuality((scale.rate(scale.good),))) is None


def test_a_face_that_is_hard_to_recognise_needs_no_other_light() -> None:
    assert advise_on_texture(FaceQuality((ROLL.rate(70.0),))) is None


def test_advice_is_said_once_it_has_stood_and_only_when_it_changes() -> None:
    gate, said = AdviceGate(), []
    for step in range(40):
        wanted = "MORE_LIGHT" if 5 <= step < 20 else "HOLD_STILL" if step == 22 else None
        said += [(step, event) for event in gate.push(wanted, step / 10)]
    assert said == [(10, AdviceEvent("MORE_LIGHT")), (28, AdviceEvent(None))]


def quality(score: float) -> FaceQuality:
    return FaceQuality((QualityComponent("scripted", score, score),))


def test_views_count_by_their_quality_and_are_one_voice() -> None:
    model = ScriptedPassive(4.0)
    evidence = PassiveEvidence(model)
    image, box = np.zeros((8, 8, 3), np.uint8), np.zeros(4, np.float32)
    evidence.add(image, box, quality(90), 0.0)
    assert evidence.mean_logit() == pytest.approx(4.0)
    model.logit = -4.0
    dark = FaceQuality((UNDER_EXPOSURE.rate(0.8),))
    evidence.add(image, box, dark, 1.0)
    weight = dark.score / 100
    assert evidence.mean_logit() == pytest.approx((0.9 * 4 - weight * 4) / (0.9 + weight))
    assert evidence.usable_count == 1


def test_views_close_together_are_not_taken() -> None:
    evidence = PassiveEvidence(ScriptedPassive())
    assert evidence.is_due(0.0)
    evidence.add(np.zeros((8, 8, 3), np.uint8), np.zeros(4, np.float32), quality(90), 0.0)
    assert not evidence.is_due(0.2)
    assert evidence.is_due(0.5)


def test_without_a_view_there_is_no_score() -> None:
    assert PassiveEvidence(ScriptedPassive()).mean_logit() is None
