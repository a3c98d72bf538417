"""Answers that are spoken, before the real eyes and ears."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kyc.attendance import Attendance
from kyc.case import Answer, Consent, Findings
from kyc.events import AttendEvent, Prompted, Recorded
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.states import STEPS, Role, State
from media.frame import SoundChunk
from tests.support.scripted_desks import WHEN
from tests.support.scripted_interviews import PRODUCT, SPOKEN
from tests.support.watched_clips import in_order
from vision.assembly import StreamVision

pytestmark = pytest.mark.shared
AGREED = Findings(consents=(Consent("7", "", True, True, WHEN),))
ASKED = replace(PRODUCT, questions=(replace(SPOKEN, limit_s=6.0), replace(SPOKEN, id="again")))


def answer_with(
    vision: StreamVision, parts: AttendanceParts, path: Path, sound: Path, **part: float
) -> tuple[Sequence[AttendEvent], Answer | None]:
    """Play a clip to a question, then silence; return what was said and the first answer."""
    plan = AttendancePlan(ASKED, Role.CUSTOMER, STEPS, State.QUESTIONS, AGREED)
    attendance, analyzer = Attendance(plan, parts), vision.open_analyzer()
    last_s = part.get("from_s", 0.0)
    events: list[AttendEvent] = [*attendance.start(last_s)]
    for piece in in_order(path, sound, **part):
        last_s = piece.received_monotonic_s
        if isinstance(piece, SoundChunk):
            events += attendance.hear(piece, piece.index + 1, last_s)
        else:
            events += attendance.see(analyzer.look(piece), piece.index + 1, last_s)
            events += attendance.tick(last_s)
    for number in range(30):
        begun_s = last_s + number / 10
        silence = SoundChunk(np.zeros(1600, np.float32), 16_000, number, None, None, begun_s)
        events += attendance.hear(silence, number, begun_s + 0.1)
        events += attendance.tick(begun_s + 0.1)
    recorded = [event for event in events if isinstance(event, Recorded)]
    answers = recorded[-1].findings.answers if recorded else ()
    return events, answers[0] if answers else None


def test_a_spoken_answer_is_over_when_it_is_over_and_is_this_mouths(
    stream_vision: StreamVision, real_parts: AttendanceParts, shared_data: Path
) -> None:
    clip = shared_data / "talking" / "grid" / "sbia1a.mpg"
    events, answer = answer_with(stream_vision, real_parts, clip, clip)
    assert answer is not None
    assert answer.voice_at_prompt is True
    asked = [event.question for event in events if isinstance(event, Prompted)]
    assert asked == ["amount", "again"]


def test_a_voice_from_aside_is_no_answer_of_this_mouth(
    stream_vision: StreamVision, real_parts: AttendanceParts, shared_data: Path
) -> None:
    clip = shared_data / "talking" / "head_motion" / "d3.mp4"
    other = shared_data / "talking" / "grid" / "sbia1a.mpg"
    part = {"from_s": 4.0, "end_s": 6.5, "fps": 8.0}
    _, answer = answer_with(stream_vision, real_parts, clip, other, **part)
    assert answer is not None
    assert answer.voice_at_prompt is False
