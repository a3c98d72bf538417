"""Whatever comes in whatever order, a clip is GENUINE only where it showed enough."""

from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from deepfake.clip import MIN_CLIP_S, ClipJudge
from deepfake.clip_plan import ClipPlan
from deepfake.frames import MIN_VIEWS
from deepfake.outcome import ForgeryOutcome
from tests.support.scripted_faces import Pose, ScriptedCamera
from tests.support.scripted_forgery import FORGERY_POLICY, ScriptedFrameModel
from vision.continuity.order import MIN_FPS
from vision.frame_analysis import FrameAnalysis

SCENES = st.lists(
    st.tuples(
        st.sampled_from(["face", "nobody", "two", "far", "dark", "aside", "gap"]),
        st.floats(0.1, 2.0),
    ),
    max_size=6,
)
LOGITS = st.lists(st.floats(-8, 8), min_size=1, max_size=20)
POSES = {"nobody": None, "far": Pose(size=1.0), "aside": Pose(size=3.0, yaw_deg=60)}


@settings(max_examples=40, deadline=None)
@given(SCENES, LOGITS, st.sampled_from([4.0, 8.0, 15.0]))
def test_genuine_needs_enough_of_one_face(
    scenes: list[tuple[str, float]], logits: list[float], fps: float
) -> None:
    model = ScriptedFrameModel(logits)
    judge = ClipJudge(ClipPlan(is_live=True), model, FORGERY_POLICY)
    camera = ScriptedCamera(fps=fps)
    company_s = longest_s = 0.0
    for kind, seconds in scenes:
        camera.people = 2 if kind == "two" else 1
        camera.quality = 20.0 if kind == "dark" else 80.0
        if kind == "gap":
            camera.time_s += seconds
            company_s = 0.0
            continue
        for _ in range(round(seconds * fps)):
            judge.look(cast("FrameAnalysis", camera.shoot(POSES.get(kind, Pose(size=3.0)))))
        company_s = company_s + seconds if kind == "two" else 0.0
        longest_s = max(longest_s, company_s)
    result = judge.conclude()
    moments = result.moments
    assert [moment.start_s for moment in moments] == sorted(moment.start_s for moment in moments)
    assert judge.judged_count == model.count
    if result.outcome is ForgeryOutcome.GENUINE:
        assert fps >= MIN_FPS
        assert camera.time_s - camera.start_s >= MIN_CLIP_S
        assert model.count >= MIN_VIEWS
        assert min(logits) < 0
        assert longest_s < 1.0
