"""One clip from its first frame to a decision, by scripted eyes."""

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from decision.findings import Weight
from decision.signal import Signal
from deepfake.clip import ClipJudge
from deepfake.clip_plan import ClipPlan
from deepfake.clip_signal import Heard
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment
from media.frame import SoundChunk
from tests.support.scripted_faces import Pose, ScriptedCamera
from tests.support.scripted_forgery import FORGERY_POLICY, ScriptedFrameModel
from vision.frame_analysis import FrameAnalysis

LARGE = Pose(size=3.0)
PLAN = ClipPlan(is_live=False)


@dataclass
class ScriptedWatch:
    """Takes what comes, and says at one time that a rule is broken."""

    breaks_at_s: float | None = None
    looked_s: list[float] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    concluded_count: int = 0

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        self.looked_s.append(time_s)
        if self.breaks_at_s is None or time_s < self.breaks_at_s:
            return ()
        return (Moment("LOOKS_FORGED_IN_PART", Weight.BREAKS, "frame_forgery", time_s),)

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        self.heard_s.append(time_s)
        return ()

    def conclude(self) -> Heard:
        self.concluded_count += 1
        note = Moment("SOUND_UNREADABLE", Weight.NOTE, "sound_in_step", 0.0)
        return Heard((Signal("sound_in_step", None),), (note,))


def opened(logits: list[float] | None = None, *watches: ScriptedWatch) -> ClipJudge:
    return ClipJudge(PLAN, ScriptedFrameModel(logits or [-5.0]), FORGERY_POLICY, watches)


def show(
    judge: ClipJudge, camera: ScriptedCamera, seconds: float, pose: Pose | None = LARGE
) -> None:
    for _ in range(round(seconds * camera.fps)):
        judge.look(cast("FrameAnalysis", camera.shoot(pose)))


def sound(at_s: float) -> SoundChunk:
    return SoundChunk(np.zeros(160, np.float32), 16_000, 0, None, None, at_s)


def codes(result: ForgeryResult) -> list[str]:
    return [entry.code for entry in result.decision.reasons]


def test_a_clip_in_which_nothing_looks_forged_is_genuine() -> None:
    judge = opened()
    show(judge, ScriptedCamera(), 4)
    result = judge.conclude()
    assert (result.outcome, codes(result)) == (ForgeryOutcome.GENUINE, ["LOOKS_GENUINE"])
    assert judge.frame_count == 60
    assert 14 <= judge.judged_count <= 16
    assert judge.conclude() is result


@pytest.mark.parametrize(
    ("seconds", "change", "pose", "code"),
    [
        pytest.param(1.0, {}, LARGE, "CLIP_TOO_SHORT", id="one second"),
        pytest.param(4.0, {}, None, "NO_FACE", id="nobody"),
        pytest.param(4.0, {"people": 2}, LARGE, "SECOND_FACE", id="two people"),
        pytest.param(4.0, {"fps": 3.0}, LARGE, "TOO_FEW_FRAMES", id="few frames"),
        pytest.param(4.0, {"quality": 20.0}, LARGE, "FACE_TOO_DARK", id="dark"),
        pytest.param(4.0, {}, Pose(size=1.0), "FACE_TOO_SMALL", id="far away"),
        pytest.param(4.0, {}, Pose(size=3.0, yaw_deg=60), "FACE_TURNED_ASIDE", id="turned"),
    ],
)
def test_what_cannot_be_judged_is_left_open_with_the_reason(
    seconds: float, change: dict[str, float], pose: Pose | None, code: str
) -> None:
    judge = opened()
    camera = ScriptedCamera()
    for name, value in change.items():
        setattr(camera, name, value)
    show(judge, camera, seconds, pose)
    result = judge.conclude()
    assert result.outcome is ForgeryOutcome.INCONCLUSIVE
    assert code in codes(result)


def test_a_clip_without_a_frame_is_left_open() -> None:
    result = opened().conclude()
    assert (result.outcome, codes(result)[0]) == (ForgeryOutcome.INCONCLUSIVE, "NO_FACE")


def test_a_part_that_is_forged_is_found_with_its_time() -> None:
    logits = [-5.0] * 16 + [9.0] * 9 + [-5.0] * 20
    judge = opened(logits)
    show(judge, ScriptedCamera(), 11)
    result = judge.conclude()
    assert (result.outcome, codes(result)[0]) == (ForgeryOutcome.FAKE, "LOOKS_FORGED_IN_PART")
    (moment,) = result.moments
    assert 3.5 <= moment.start_s <= 5.0
    assert result.fake_score is not None
    assert result.fake_score < 0.5  # The rule stands beside what the whole clip looks like.


@pytest.mark.parametrize(
    ("hidden_s", "quality", "pose", "outcome"),
    [
        pytest.param(4.0, 20.0, LARGE, ForgeryOutcome.INCONCLUSIVE, id="in the dark"),
        pytest.param(4.0, 80.0, Pose(size=1.0), ForgeryOutcome.INCONCLUSIVE, id="far away"),
        pytest.param(2.0, 20.0, LARGE, ForgeryOutcome.GENUINE, id="dark for a moment"),
        pytest.param(4.0, 80.0, None, ForgeryOutcome.GENUINE, id="nobody there"),
    ],
)
def test_a_forgery_cannot_hide_where_a_face_is_hard_to_see(
    hidden_s: float, quality: float, pose: Pose | None, outcome: ForgeryOutcome
) -> None:
    judge, camera = opened(), ScriptedCamera()
    show(judge, camera, 4)
    camera.quality = quality
    show(judge, camera, hidden_s, pose)
    camera.quality = 80.0
    show(judge, camera, 4)
    result = judge.conclude()
    assert result.outcome is outcome
    if outcome is ForgeryOutcome.INCONCLUSIVE:
        (moment,) = result.moments
        assert moment.code == "UNJUDGED_IN_PART"
        assert moment.start_s == pytest.approx(4.0, abs=0.3)
        assert moment.end_s == pytest.approx(8.0, abs=0.3)


def test_a_clip_that_is_forged_all_along_is_decided_early_and_not_at_once() -> None:
    judge = opened([8.0])
    camera = ScriptedCamera()
    show(judge, camera, 3)
    assert judge.early is None
    show(judge, camera, 3)
    early = judge.early
    assert early is not None
    assert early.outcome is ForgeryOutcome.FAKE
    assert judge.conclude() is early


def test_a_genuine_clip_is_never_decided_early() -> None:
    judge = opened([-9.0])
    show(judge, ScriptedCamera(), 12)
    assert judge.early is None


def test_a_broken_rule_decides_at_once_and_whoever_notes_it() -> None:
    watch = ScriptedWatch(breaks_at_s=1.0)
    judge = opened(None, watch)
    show(judge, ScriptedCamera(), 1.2)
    assert judge.early is not None
    assert judge.early.outcome is ForgeryOutcome.FAKE
    other = opened()
    other.note([Moment("LOOKS_FORGED_IN_PART", Weight.BREAKS, "frame_forgery", 0.0)])
    assert other.is_certain


def test_what_comes_after_the_conclusion_is_not_looked_at() -> None:
    watch = ScriptedWatch()
    judge = opened(None, watch)
    camera = ScriptedCamera()
    show(judge, camera, 2)
    result = judge.conclude()
    show(judge, camera, 2)
    judge.hear(sound(103.0))
    assert judge.conclude() is result
    assert (len(watch.looked_s), watch.heard_s, watch.concluded_count) == (30, [], 1)


def test_times_count_from_the_first_frame_and_sound_may_come_before_it() -> None:
    watch = ScriptedWatch()
    judge = opened(None, watch)
    judge.hear(sound(99.5))
    show(judge, ScriptedCamera(start_s=100.0), 1)
    judge.hear(sound(100.5))
    assert watch.looked_s[0] == 0.0
    assert watch.heard_s == pytest.approx([-0.5, 0.5])


def test_sound_without_pictures_is_not_kept_for_ever() -> None:
    watch = ScriptedWatch()
    judge = opened(None, watch)
    for place in range(5000):
        judge.hear(sound(float(place)))
    show(judge, ScriptedCamera(), 0.2)
    assert len(watch.heard_s) <= 128


def test_what_watches_say_is_in_the_answer() -> None:
    judge = opened(None, ScriptedWatch())
    show(judge, ScriptedCamera(), 3)
    result = judge.conclude()
    assert [signal.name for signal in result.decision.signals] == ["frame_forgery", "sound_in_step"]
    assert codes(result)[-1] == "SOUND_UNREADABLE"
    assert result.outcome is ForgeryOutcome.GENUINE


def test_the_heat_map_is_that_of_the_frame_that_looks_most_forged() -> None:
    model = ScriptedFrameModel([-5.0, -4.0, 3.0, -5.0])
    judge = ClipJudge(ClipPlan(is_live=False, wants_heat=True), model, FORGERY_POLICY)
    show(judge, ScriptedCamera(), 3)
    heat = judge.conclude().heat
    assert heat is not None
    assert heat.time_s == pytest.approx(0.5, abs=0.15)
    assert opened().conclude().heat is None
