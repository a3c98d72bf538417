"""Whatever a client sends, in whatever order: each move is in the table, no step is skipped."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kyc.case import CheckOutcome, Interview, Participant, Position, VerdictOutcome
from kyc.events import AttendEvent, Concluded, Recorded, Side
from kyc.moves import move, without_faces
from kyc.states import FACE_STEPS, STEPS, Role, State
from kyc.verdict import required_checks
from media.frame import SoundChunk
from tests.support.scripted_desks import PICTURE, WHEN, ScriptedDesk, document
from tests.support.scripted_faces import Pose, person
from tests.support.scripted_interviews import PRODUCT, Sitting, looked

NAMES = ("frames", "nobody", "strangers", "other", "wait", "hear", "locate", "interrupt", "resume")
WORDS = ("yes", "no faces", "no", "another text", "front", "back", "answer", "nonsense", "start")
RARE = ("person", "close", "restart")
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("obey"), st.integers(1, 60)),
        st.tuples(st.sampled_from(NAMES), st.integers(1, 25)),
        st.tuples(st.sampled_from(WORDS), st.integers(1, 2)),
        st.tuples(st.sampled_from(RARE), st.just(1)),
    ),
    max_size=30,
)
DOCUMENTS = (document(), document(CheckOutcome.FAILED), document(CheckOutcome.INCONCLUSIVE))


class Chaos:
    """Does to an attendance what acts say, and keeps a case by the table of moves."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.events: list[AttendEvent] = []
        someone = Participant("p1", Role.CUSTOMER, "", STEPS)
        self.case = Interview("iv", "bank", "account", "", "v", WHEN, WHEN, (someone,))
        self.path: list[State] = []
        self._read = 0

    @property
    def state(self) -> State:
        return self.case.participants[0].state

    def do(self, name: str, count: int) -> None:
        for _ in range(count if name != "wait" else 1):
            self._act(name, count)
            self._take_in()

    def _act(self, name: str, count: int) -> None:
        sitting, attendance = self.sitting, self.sitting.attendance
        now_s = sitting.clock.time_s = sitting.now_s
        version, index = PRODUCT.consent_version, sitting.camera.index
        acts: dict[str, Callable[[], Sequence[AttendEvent]]] = {
            "yes": lambda: attendance.consent(True, True, version, now_s),
            "no faces": lambda: attendance.consent(True, False, version, now_s),
            "no": lambda: attendance.consent(False, True, version, now_s),
            "another text": lambda: attendance.consent(True, True, "0", now_s),
            "front": lambda: attendance.show(Side.FRONT, PICTURE, index, now_s),
            "back": lambda: attendance.show(Side.BACK, PICTURE, index, now_s),
            "answer": lambda: attendance.answer("purpose", "Yes", now_s),
            "nonsense": lambda: attendance.answer("?", "x" * 9000, now_s),
            "start": lambda: attendance.start(now_s),
            "person": lambda: attendance.ask_for_person("", now_s),
            "close": lambda: attendance.close(now_s, "SESSION_ABANDONED"),
            "interrupt": lambda: attendance.interrupt(now_s),
            "resume": lambda: attendance.resume(now_s),
            "locate": lambda: attendance.locate(Position(1.0, 2.0, 3.0, None), now_s),
            "hear": lambda: attendance.hear(sound(now_s), index, now_s),
        }
        if name in acts:
            sitting.hear(acts[name]())
        elif name == "wait":
            sitting.camera.time_s += count * 4
            sitting.hear(attendance.tick(sitting.now_s))
        elif name == "restart":
            self._restart()
        elif name == "obey":
            sitting.step()
        else:
            self._shoot(name, now_s)

    def _shoot(self, name: str, now_s: float) -> None:
        camera = self.sitting.camera
        camera.people = 2 if name == "strangers" else 1
        camera.embedding = person(2 if name == "other" else 1)
        look = camera.shoot(None if name == "nobody" else Pose())
        camera.people, camera.embedding = 1, person(1)
        said = self.sitting.attendance.see(looked(look), camera.index, now_s)
        self.sitting.hear(said)

    def _restart(self) -> None:
        """Go on before a server that knows what was written down alone."""
        sitting = self.sitting
        if not sitting.recorded or sitting.attendance.is_finished:
            return
        steps = self.case.participants[0].steps
        self._take_in()
        self.sitting = sitting.after_restart(self.state, steps)
        self._read = 0
        self._act("start", 1)

    def _take_in(self) -> None:
        """Make every move by the table, which raises for one that it does not have."""
        events = self.sitting.events[self._read :]
        self._read = len(self.sitting.events)
        self.events += events
        for event in events:
            if isinstance(event, Recorded):
                self._write(event)

    def _write(self, recorded: Recorded) -> None:
        consents = recorded.findings.consents
        if consents and consents[-1].accepted and not consents[-1].accepted_face:
            self.case = without_faces(self.case, "p1")
        for made, reason in recorded.moves:
            self.case, _ = move(self.case, "p1", made, reason, "system", WHEN)
            self.path.append(self.state)


def sound(now_s: float) -> SoundChunk:
    return SoundChunk(np.zeros(1600, np.float32), 16_000, 0, None, None, now_s)


def play(acts: Sequence[tuple[str, int]], logit: float, look: int) -> Chaos:
    desk = ScriptedDesk((DOCUMENTS[look],))
    chaos = Chaos(Sitting(logit=logit, desk=desk))
    for name, count in [("start", 1), *acts]:
        chaos.do(name, count)
    return chaos


def check(chaos: Chaos, logit: float) -> None:
    ends = [event for event in chaos.events if isinstance(event, Concluded)]
    assert len(ends) <= 1
    assert bool(ends) == chaos.sitting.attendance.is_finished
    numbers = [event.number for event in chaos.sitting.prompts]
    assert numbers == list(range(1, len(numbers) + 1))
    wanted = chaos.case.participants[0].steps
    reached = [state for state in chaos.path if state in STEPS]
    assert reached == list(wanted[: len(reached)])
    assert FACE_STEPS & set(wanted) in (FACE_STEPS, set())
    if ends:
        assert chaos.sitting.events[-1] is ends[0]
        assert chaos.state in (State.REVIEW, State.REJECTED)
        check_pass(chaos, ends[0], logit)


def check_pass(chaos: Chaos, end: Concluded, logit: float) -> None:
    if end.verdict.outcome is not VerdictOutcome.PASSED:
        return
    findings = chaos.sitting.recorded[-1].findings
    assert logit == 5.0
    assert chaos.path[-1] is State.REVIEW
    for name in required_checks(PRODUCT, STEPS):
        made = findings.check(name)
        assert made is not None
        assert made.outcome is CheckOutcome.PASSED


RULES = {
    "acts": ACTS,
    "logit": st.sampled_from([-5.0, 0.0, 5.0]),
    "look": st.integers(0, len(DOCUMENTS) - 1),
}


@settings(max_examples=25, deadline=None)
@given(**RULES)
def test_any_sequence_keeps_to_the_table(
    acts: list[tuple[str, int]], logit: float, look: int
) -> None:
    check(play(acts, logit, look), logit)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(**RULES)
def test_a_thousand_sequences_keep_to_the_table(
    acts: list[tuple[str, int]], logit: float, look: int
) -> None:
    check(play(acts, logit, look), logit)
