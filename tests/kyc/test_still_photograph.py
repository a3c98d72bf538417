"""A photograph that is held up as a customer, before the real eyes: refused, for what it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kyc.attendance import Attendance
from kyc.case import Verdict, VerdictOutcome
from kyc.events import AttendEvent, Concluded, Prompted, PromptKind, Recorded, Side
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.states import STEPS, Move, Role
from media.frame import Frame
from media.image import ImageRGB
from tests.support.scripted_desks import (
    PICTURE,
    ScriptedClock,
    ScriptedDesk,
    ScriptedFiles,
    ScriptedForgery,
    document,
)
from tests.support.scripted_interviews import PRODUCT, codes
from tour import photographs
from vision.assembly import FacePipeline, StreamVision

FPS = 15.0


class Holder:
    """Agrees, shows a document, and holds a photograph before the camera."""

    def __init__(self, attendance: Attendance, vision: StreamVision, clock: ScriptedClock) -> None:
        self._attendance = attendance
        self._analyzer = vision.open_analyzer()
        self._clock = clock
        self.events: list[AttendEvent] = []

    def play(self, shoot: Callable[[float], ImageRGB], limit_s: float) -> Verdict:
        self._hear(self._attendance.start(self._clock.time_s))
        for index in range(round(limit_s * FPS)):
            if self._attendance.is_finished:
                break
            now_s = self._clock.time_s
            frame = Frame(shoot(index / FPS), index, index / FPS, None, now_s)
            self._hear(self._attendance.see(self._analyzer.look(frame), index + 1, now_s))
            self._hear(self._attendance.tick(now_s))
            self._clock.time_s += 1 / FPS
        end = self.events[-1]
        assert isinstance(end, Concluded), "the attendance never ended"
        return end.verdict

    def _hear(self, events: tuple[AttendEvent, ...]) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, Prompted):
                self._answer(event)

    def _answer(self, prompt: Prompted) -> None:
        now_s, attendance = self._clock.time_s, self._attendance
        if prompt.kind is PromptKind.GIVE_CONSENT:
            self._hear(attendance.consent(True, True, PRODUCT.consent_version, now_s))
        elif prompt.kind is PromptKind.SHOW_DOCUMENT:
            self._hear(attendance.show(prompt.side or Side.FRONT, PICTURE, 1, now_s))

    @property
    def moves(self) -> list[Move]:
        recorded = [event for event in self.events if isinstance(event, Recorded)]
        return [made for one in recorded for made, _ in one.moves]


@pytest.fixture
def holder(
    real_parts: AttendanceParts, stream_vision: StreamVision, pipeline: FacePipeline
) -> Holder:
    """Somebody whose document shows the same face as the photograph; nothing else is in doubt."""
    face = pipeline.analyzer.read(photographs.astronaut()[0:300, 90:390])
    clock = ScriptedClock()
    parts = replace(
        real_parts,
        clock=clock,
        document=ScriptedDesk((document(template=face.embedding),)),
        faces=ScriptedFiles(),
        open_forgery=ScriptedForgery,
    )
    plan = AttendancePlan(PRODUCT, Role.CUSTOMER, STEPS)
    return Holder(Attendance(plan, parts), stream_vision, clock)


@pytest.fixture(scope="module")
def photograph() -> ImageRGB:
    return photographs.place(photographs.astronaut()[0:300, 90:390])


def test_a_photograph_that_stands_still_is_refused(holder: Holder, photograph: ImageRGB) -> None:
    verdict = holder.play(lambda _: photograph, limit_s=12.0)
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict) == ["FACE_STILL"]
    assert holder.moves[-1] is Move.REFUSE


@pytest.mark.slow
def test_a_photograph_that_a_hand_moves_is_refused(holder: Holder, photograph: ImageRGB) -> None:
    verdict = holder.play(lambda at_s: photographs.held_up(photograph, at_s), limit_s=120.0)
    assert verdict.outcome is VerdictOutcome.REFUSED
    assert codes(verdict) == ["FACE_STILL"]
    assert holder.moves[-1] is Move.REFUSE
