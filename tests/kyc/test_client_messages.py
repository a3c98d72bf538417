"""Whatever a client sends, in whatever order: the table holds, no step is skipped, one verdict."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.errors import InvalidInputError
from kyc.case import Findings, Interview, Participant, Position, VerdictOutcome
from kyc.events import AttendEvent, Concluded, Prompted, Recorded, Side
from kyc.moves import move, without_faces
from kyc.states import FACE_STEPS, STEPS, Move, Role, State
from media.frame import SoundChunk
from tests.support.scripted_desks import PICTURE
from tests.support.scripted_faces import ScriptedLook
from tests.support.scripted_interviews import PRODUCT, Sitting, pose_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MESSAGES = st.lists(
    st.one_of(
        # A participant who does as asked, for so many frames; without it nobody gets far.
        *[st.tuples(st.just("frames"), st.integers(10, 90))] * 6,
        st.tuples(st.just("nobody"), st.integers(1, 20)),
        st.tuples(st.just("two people"), st.integers(1, 20)),
        st.tuples(st.just("silence"), st.integers(1, 400)),
        st.tuples(st.just("consent"), st.integers(0, 3)),
        st.tuples(st.just("old consent"), st.just(0)),
        st.tuples(st.just("answer"), st.sampled_from(["purpose", "income", "amount", "none"])),
        st.tuples(st.just("show"), st.sampled_from(Side)),
        st.tuples(st.just("sound"), st.integers(0, 3)),
        st.tuples(st.just("position"), st.integers(0, 2)),
        st.tuples(st.just("person"), st.just(0)),
        st.tuples(st.just("interrupt"), st.just(0)),
        st.tuples(st.just("resume"), st.just(0)),
        st.tuples(st.just("close"), st.sampled_from(["SESSION_ABANDONED", "SERVER_STOPPING"])),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    min_size=4,
    max_size=40,
)


class Client:
    """Sends messages to an attendance, and keeps the books that a server would keep."""

    def __init__(self) -> None:
        person = Participant("p1", Role.CUSTOMER, "", STEPS)
        self.case = Interview(
            id="iv-1",
            tenant="bank-a",
            product=PRODUCT.id,
            external_id="",
            policy_version="v",
            created_at=NOW,
            expires_at=NOW,
            participants=(person,),
        )
        self.findings = Findings()
        self.sealed = b""
        self.done: list[State] = []
        self.heard = 0
        self.attempts: dict[State, int] = {}
        self.sitting = Sitting(answers={"purpose": "Yes", "income": "a lot"})
        self.sitting.start()
        self._write()

    @property
    def state(self) -> State:
        return self.case.participants[0].state

    def send(self, message: str, what: object) -> None:
        if message in {"frames", "nobody", "two people", "silence"}:
            self._play(message, int(str(what)))
        elif message == "restart":
            self._restart()
        else:
            self.sitting.hear(self._say(message, what, self.sitting.now_s))
        self._write()

    def _say(self, message: str, what: object, now_s: float) -> Sequence[AttendEvent]:
        attendance, version = self.sitting.attendance, PRODUCT.consent_version
        if message == "consent":
            accepted, accepted_face = what != 0, what not in {0, 1}
            return attendance.consent(accepted, accepted_face, version, now_s)
        if message == "old consent":
            return attendance.consent(True, True, "an older one", now_s)
        if message == "answer":
            return attendance.answer(str(what), "Yes", now_s)
        if message == "show":
            assert isinstance(what, Side)
            return attendance.show(what, PICTURE, self.sitting.camera.index, now_s)
        if message == "sound":
            samples = np.zeros(1600, np.float32)
            index = self.sitting.camera.index
            return attendance.hear(
                SoundChunk(samples, 16_000, index, None, None, now_s), index, now_s
            )
        if message == "position":
            return attendance.locate(Position(30.0, 120.0, 10.0, None), now_s)
        if message == "person":
            return attendance.ask_for_person("I want to speak to somebody", now_s)
        if message == "interrupt":
            return attendance.interrupt(now_s)
        if message == "resume":
            return attendance.resume(now_s)
        return attendance.close(now_s, str(what))

    def _play(self, message: str, count: int) -> None:
        shoots = {"frames": None, "nobody": _nobody, "two people": _two_people, "silence": _nothing}
        self.sitting.shoot = shoots[message]
        for _ in range(count):
            self.sitting.step()
        self.sitting.shoot = None

    def _restart(self) -> None:
        """Come back before a server that knows what was written down alone."""
        if self.state is State.REVIEW or self.case.is_closed:
            return
        self.sitting = replace(
            self.sitting,
            steps=self.case.participants[0].steps,
            state=self.state,
            findings=self.findings,
            sealed=self.sealed,
            events=[],
            _due=[],
        )
        self.heard = 0
        self.sitting.start()

    def _write(self) -> None:
        """Take what the attendance said since; everything is written down before the next word."""
        said = self.sitting.events[self.heard :]
        self.heard = len(self.sitting.events)
        for event in said:
            if isinstance(event, Recorded):
                self._record(event)
            elif isinstance(event, Prompted):
                assert not self.case.is_closed

    def _record(self, recorded: Recorded) -> None:
        consents = recorded.findings.consents
        if consents and not consents[-1].accepted_face:
            self.case = without_faces(self.case, "p1")
        for made, reason in recorded.moves:
            if made is Move.STEP_DONE:
                self.done.append(self.state)
            # Raises MoveNotAllowedError for anything outside of the table.
            self.case, _ = move(self.case, "p1", made, reason, "system", NOW)
        before, after = self.attempts, dict(recorded.findings.attempts)
        assert all(after.get(step, 0) >= count for step, count in before.items())
        self.attempts = after
        self.findings, self.sealed = recorded.findings, recorded.sealed


def _nobody(sitting: Sitting) -> ScriptedLook | None:
    return sitting.camera.shoot(None)


def _nothing(sitting: Sitting) -> ScriptedLook | None:
    return None


def _two_people(sitting: Sitting) -> ScriptedLook | None:
    sitting.camera.people = 2
    look = sitting.camera.shoot(pose_of(sitting))
    sitting.camera.people = 1
    return look


def _run(messages: list[tuple[str, object]]) -> Client:
    client = Client()
    for message, what in messages:
        try:
            client.send(message, what)
        except InvalidInputError:
            continue  # A stable reason, and the case as it was.
        _check(client)
    return client


def _check(client: Client) -> None:
    steps = client.case.participants[0].steps
    # Every step that was left was finished, once, in its order.
    assert client.done == [step for step in STEPS if step in client.done]
    reached = client.state
    if reached in STEPS:
        assert client.done == list(steps[: steps.index(reached)])
    missing = set(STEPS) - set(steps)
    assert missing <= FACE_STEPS
    events = client.sitting.events
    ends = [event for event in events if isinstance(event, Concluded)]
    assert len(ends) <= 1
    if ends:
        assert events[-1] is ends[0]
        _check_end(client, ends[0].verdict.outcome)


def _check_end(client: Client, outcome: VerdictOutcome) -> None:
    if outcome is VerdictOutcome.PASSED:
        assert client.done == list(STEPS)
    if client.done == list(STEPS):
        assert client.state is State.REVIEW


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(MESSAGES)
def test_no_sequence_of_messages_leaves_the_table_or_skips_a_step(
    messages: list[tuple[str, object]],
) -> None:
    _run(messages)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES)
def test_not_one_of_a_thousand_sequences_of_messages_leaves_the_table(
    messages: list[tuple[str, object]],
) -> None:
    _run(messages)


def test_the_sequences_can_reach_a_pass() -> None:
    """Otherwise the property would hold of nothing."""
    client = _run([("frames", 60)] * 8)
    assert client.done == list(STEPS)
    assert client.findings.verdict is not None
    assert client.findings.verdict.outcome is VerdictOutcome.PASSED


def test_a_restart_in_every_step_leads_to_the_end_all_the_same() -> None:
    client = Client()
    seen: list[State] = []
    while client.state is not State.REVIEW:
        client.send("frames", 5)
        if client.state not in seen:
            seen.append(client.state)
            client.send("restart", 0)
            _check(client)
        assert client.sitting.camera.index < 2000
    assert seen == [*STEPS, State.REVIEW]
    assert client.done == list(STEPS)
