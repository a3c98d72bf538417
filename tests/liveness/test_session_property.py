"""Whatever happens, in whatever order: one verdict at most, last, and LIVE never by accident."""

import pickle
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from liveness.draw import SecretDraw
from liveness.events import Challenge, ChallengeState, PromptEvent, SessionEvent, VerdictEvent
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from tests.support.scripted_faces import Pose, ScriptedCamera, person
from tests.support.scripted_sessions import Actor, scripted_session
from vision.continuity.repeats import MAX_KEPT

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("frames"), st.integers(1, 40)),
        st.tuples(st.just("nobody"), st.integers(1, 20)),
        st.tuples(st.just("strangers"), st.integers(1, 12)),
        st.tuples(st.just("other"), st.integers(1, 8)),
        st.tuples(st.just("old frame"), st.integers(1, 3)),
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("interrupt"), st.just(1)),
        st.tuples(st.just("resume"), st.just(1)),
        st.tuples(st.just("close"), st.just(1)),
        st.tuples(st.just("start"), st.just(1)),
    ),
    max_size=40,
)


class Chaos:
    """Does to a session what steps say."""

    def __init__(self, session: LivenessSession, actor: Actor) -> None:
        self.session, self.actor = session, actor
        self.camera = ScriptedCamera(fps=10.0)
        self.events: list[SessionEvent] = []

    def do(self, step: tuple[str, int]) -> None:
        name, count = step
        now_s = self.camera.time_s
        if name in ("frames", "nobody", "strangers", "other", "old frame"):
            for _ in range(count):
                self._push(name)
        elif name == "wait":
            self.camera.time_s += count / 10
            self._hear(self.session.tick(self.camera.time_s))
        elif name == "close":
            self._hear(self.session.close(now_s, "SESSION_ABANDONED"))
        else:
            self._hear(getattr(self.session, name)(now_s))

    def _push(self, name: str) -> None:
        now_s = self.camera.time_s
        pose: Pose | None = None if name == "nobody" else self.actor.pose(now_s)
        self.camera.people = 2 if name == "strangers" else 1
        self.camera.embedding = person(2 if name == "other" else 1)
        if name == "old frame":
            self.camera.time_s -= 0.4
        self._hear(self.session.push(self.camera.shoot(pose), now_s))

    def _hear(self, events: Sequence[SessionEvent]) -> None:
        self.events += events
        self.actor.hear(events, self.camera.time_s)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, seed=st.integers(0, 2**32), logit=st.sampled_from([-5.0, 0.0, 5.0]))
def test_a_session_stays_in_its_bounds(
    steps: list[tuple[str, int]], seed: int, logit: float
) -> None:
    plan = SessionPlan(2)
    chaos = Chaos(scripted_session(SecretDraw(f"{seed:x}", b"k" * 16), plan, logit), Actor())
    for step in [("start", 1), *steps]:
        chaos.do(step)
    verdicts = [event for event in chaos.events if isinstance(event, VerdictEvent)]
    assert len(verdicts) <= 1
    assert bool(verdicts) == (chaos.session.verdict is not None)
    check_numbers(chaos.events)
    if verdicts:
        assert chaos.events[-1] is verdicts[0]
        check_verdict(verdicts[0], logit, plan)


def check_numbers(events: Sequence[SessionEvent]) -> None:
    numbers = [event.number for event in events if isinstance(event, PromptEvent)]
    assert numbers == list(range(1, len(numbers) + 1))


def check_verdict(verdict: VerdictEvent, logit: float, plan: SessionPlan) -> None:
    states = [record.state for record in verdict.challenges]
    passed = states.count(ChallengeState.PASSED)
    tries = plan.challenge_count + plan.retry_count + 1 + plan.redraw_count + 1
    assert len(states) <= tries
    assert all(record.challenge is not Challenge.LOOK_STRAIGHT for record in verdict.challenges)
    if verdict.result.outcome is LivenessOutcome.LIVE:
        assert passed == plan.challenge_count + len(states) - passed
        assert logit == 5.0


def test_memory_does_not_grow_with_the_session() -> None:
    plan = SessionPlan(6, accessible=True)
    sizes = []
    for frame_count in (MAX_KEPT + 200, 3 * MAX_KEPT):
        session = scripted_session(SecretDraw("0a", b"k" * 16), plan)
        camera, actor = ScriptedCamera(fps=60.0), Actor(answer=lambda _: None)
        session.start(camera.time_s)
        for _ in range(frame_count):
            pose = actor.pose(camera.time_s) if camera.index % 50 else None
            session.push(camera.shoot(pose), camera.time_s)
        assert session.verdict is None
        sizes.append(len(pickle.dumps(session)))
    assert sizes[1] < sizes[0] * 1.02
