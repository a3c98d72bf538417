"""Attendances over their connections: recorded first, looked at as needed, set aside, taken up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import (
    AlreadyAttendingError,
    AttendanceUnfinishedError,
    DrainingError,
    InterviewClosedError,
    InvalidArgumentError,
    RecordingFullError,
    SequenceGapError,
    SessionTakenOverError,
    TooManyRequestsInFlightError,
)
from kyc.case import Findings
from kyc.events import Noticed, Recorded, Snapshot
from kyc.states import Move
from media.frame import CAMERA, MICROPHONE
from serving.interview.feed import DOCUMENT_BACK, DOCUMENT_FRONT
from serving.interview.words import AnswerWord, ConsentWord
from serving.streams.types import Beat, Chunk, Codec, Word
from tests.support.attending import LIMITS, PICTURE, SOUND, AttendHouse, ScriptedAttendance

RECORDED = Recorded(Findings(), ((Move.STEP_DONE, ""),), (), (Snapshot("face", PICTURE),))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[AttendHouse]:
    made = AttendHouse(tmp_path)
    yield made
    await asyncio.to_thread(made.close)


async def test_a_chunk_is_acknowledged_when_it_is_on_the_disk_and_not_before(
    house: AttendHouse,
) -> None:
    house.is_disk_slow = True
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    await client.until(lambda one: bool(one.got))
    client.send(house.picture(1), house.picture(2), Word(AnswerWord("q", "yes")))
    await client.hears("answer q")
    assert client.ack == 0
    assert house.recorded() == []
    house.recorders[0].disk.set()
    await client.acknowledged(2)
    assert house.recorded() == [1, 2]
    assert "smartbranch_stream_written_seconds_count" in house.metrics.text().decode()
    await client.hang_up()


async def test_sound_and_words_are_all_heard_while_pictures_that_are_overtaken_are_not_seen(
    house: AttendHouse,
) -> None:
    attendance = ScriptedAttendance()
    attendance.gate.clear()
    client = house.come(attendance)
    await client.hears("start")
    for number in range(1, 21, 2):
        client.send(house.picture(number), house.sound(number + 1))
    await client.acknowledged(20)
    attendance.gate.set()
    client.send(Word(ConsentWord("1", True, False)))
    await client.hears("consent True False 1")
    assert attendance.heard == list(range(2, 21, 2))
    assert attendance.seen[-1] == 19
    assert len(attendance.seen) < 10
    assert house.recorded() == list(range(1, 21, 2))
    await client.hang_up()


async def test_time_passes_while_pictures_never_pause(tmp_path: Path) -> None:
    """With fifteen pictures a second no stream was idle for a tick.

    What was read in the background, and deadlines, waited for a hiccup of the line.
    """
    house = AttendHouse(tmp_path, replace(LIMITS, tick_s=60.0))
    attendance = ScriptedAttendance()
    attendance.answers["tick"] = (Noticed("READ_MEANWHILE"),)
    client = house.come(attendance)
    await client.hears("start")
    client.send(house.picture(1))
    await client.hears("READ_MEANWHILE")
    await client.hang_up()
    await asyncio.to_thread(house.close)


async def test_pictures_of_documents_are_all_shown_with_their_side(house: AttendHouse) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1, DOCUMENT_FRONT), house.picture(2, DOCUMENT_BACK))
    await client.hears("show FRONT 1", "show BACK 2")
    assert attendance.seen == []
    await client.hang_up()


async def test_what_was_found_is_in_the_books_before_anything_after_it_is_said(
    house: AttendHouse,
) -> None:
    attendance = ScriptedAttendance()
    attendance.answers["see"] = (Noticed("BEFORE"), RECORDED, Noticed("AFTER"))
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.hears("BEFORE", "AFTER")
    assert house.pen.written == [RECORDED]
    await client.hang_up()


async def test_a_case_that_others_ended_is_told_and_nothing_behind_it(house: AttendHouse) -> None:
    house.pen.broken = InterviewClosedError("the case is closed")
    attendance = ScriptedAttendance()
    attendance.answers["see"] = (RECORDED, Noticed("AFTER"))
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.end()
    assert isinstance(client.error, InterviewClosedError)
    assert "AFTER" not in client.words
    await house.all_ended()
    assert house.recorders[0].is_closed
    assert house.presence[-1] is False


async def test_a_second_attendance_is_refused_and_leaves_the_first_alone(
    house: AttendHouse,
) -> None:
    client = house.come(ScriptedAttendance())
    await client.hears("start")
    second = house.come(ScriptedAttendance(), "t-2")
    await second.end()
    assert isinstance(second.error, AlreadyAttendingError)
    client.send(house.picture(1))
    await client.acknowledged(1)
    await client.hang_up()


async def test_a_resume_token_takes_a_standing_attendance_over(house: AttendHouse) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.acknowledged(1)
    again = house.come(ScriptedAttendance(), "t-2", takes_over=True)
    await again.hears("resume")
    await client.end()
    assert isinstance(client.error, SessionTakenOverError)
    assert again.opened.next_sequence == 2
    assert attendance.calls == ["start", "interrupt", "resume"]
    await again.hang_up()


async def test_an_attend_token_goes_on_where_nobody_is_attached(house: AttendHouse) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.acknowledged(1)
    await client.hang_up()
    again = house.come(ScriptedAttendance(), "t-2")
    await again.hears("resume")
    assert again.opened.next_sequence == 2
    await again.hang_up()


async def test_participants_attend_side_by_side(house: AttendHouse) -> None:
    one, other = ScriptedAttendance(), ScriptedAttendance()
    first, second = house.come(one), house.come(other, "t-2", person="p-2")
    first.send(house.picture(1))
    second.send(house.picture(1), house.picture(2))
    await first.acknowledged(1)
    await second.acknowledged(2)
    assert first.opened.name != second.opened.name
    await first.hang_up()
    await second.hang_up()


async def test_a_client_that_ends_its_side_is_set_aside_and_goes_on_later(
    house: AttendHouse,
) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1), house.picture(2), None)
    await client.end()
    assert isinstance(client.error, AttendanceUnfinishedError)
    assert attendance.calls[-1] == "close SESSION_ABANDONED"
    later = ScriptedAttendance(length=1)
    again = house.come(later, "t-2", takes_over=True)
    await again.hears("start")
    assert again.opened.next_sequence == 3
    again.send(house.picture(3))
    await again.end()
    assert again.words[-1] == "PASSED"
    assert again.ack == 3
    assert house.recorded() == [1, 2, 3]


async def test_a_verdict_is_kept_for_a_client_that_missed_it(house: AttendHouse) -> None:
    client = house.come(ScriptedAttendance(length=1))
    client.send(house.picture(1))
    await client.end()
    await house.all_ended()
    missed = house.registry.missed("t-1")
    assert missed is not None
    assert missed.verdict == "PASSED"
    assert house.registry.missed("another") is None


async def test_a_verdict_does_not_wait_for_a_camera_that_goes_on(house: AttendHouse) -> None:
    """A client that filmed until it had the verdict never got it: the recorder was closed, so
    what came was on no disk, and the verdict waited for that."""
    client = house.come(ScriptedAttendance(length=1))
    sequence = 0
    async with asyncio.timeout(5):
        while "PASSED" not in client.words:
            assert client.error is None
            sequence += 1
            client.send(house.picture(sequence))
            await asyncio.sleep(0.002)
    assert client.ack <= house.recorded()[-1]


async def test_a_server_that_stops_sets_attendances_aside_with_a_reason_to_come_back(
    house: AttendHouse,
) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.hears("start")
    await house.registry.drain(5.0)
    await client.end()
    assert isinstance(client.error, DrainingError)
    assert attendance.calls[-1] == "close SERVER_STOPPING"
    assert house.recorders[0].is_closed
    assert house.recorded() == [1]


async def test_a_disk_that_is_full_ends_the_stream_and_loses_nothing_acknowledged(
    house: AttendHouse,
) -> None:
    client = house.come(ScriptedAttendance())
    client.send(house.picture(1))
    await client.acknowledged(1)
    house.recorders[0].broken = RecordingFullError("the disk takes no more")
    client.send(house.picture(2))
    await client.end()
    assert isinstance(client.error, RecordingFullError)
    assert client.ack == 1
    await house.all_ended()
    house.recorders[0].broken = None
    again = house.come(ScriptedAttendance(), "t-2")
    await again.hears("start")
    assert again.opened.next_sequence >= 2
    await again.hang_up()


async def test_pictures_and_sound_that_cannot_be_read_are_told_once_and_end_nothing(
    house: AttendHouse,
) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    client.send(house.picture(1, data=b"no picture"))
    await client.hears("PICTURE_BROKEN")
    client.send(house.picture(2, data=b"none again"), house.picture(3))
    await client.until(lambda _: 3 in attendance.seen)
    odd = Chunk(4, MICROPHONE, Codec.PCM_S16LE_16KHZ, SOUND[:-1], None, None, 0.0)
    client.send(odd, house.picture(5, DOCUMENT_FRONT, b"no picture"))
    await client.hears("SOUND_BROKEN")
    await client.until(lambda one: len(set(one.words) & {"PICTURE_UNSUPPORTED"}) == 1)
    assert client.words.count("PICTURE_BROKEN") == 1
    assert client.error is None
    await client.hang_up()


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        (Chunk(3, CAMERA, Codec.JPEG, PICTURE, None, None, 0.0), SequenceGapError),
        (Chunk(1, MICROPHONE, Codec.JPEG, PICTURE, None, None, 0.0), InvalidArgumentError),
        (Chunk(1, CAMERA, Codec.PCM_S16LE_16KHZ, SOUND, None, None, 0.0), InvalidArgumentError),
        (Chunk(1, "screen", Codec.JPEG, PICTURE, None, None, 0.0), InvalidArgumentError),
        (Chunk(0, CAMERA, Codec.JPEG, PICTURE, None, None, 0.0), InvalidArgumentError),
    ],
    ids=["out of order", "picture as sound", "sound as picture", "unknown track", "number 0"],
)
async def test_a_chunk_out_of_place_ends_the_connection_and_not_the_attendance(
    house: AttendHouse, chunk: Chunk, error: type[Exception]
) -> None:
    attendance = ScriptedAttendance()
    client = house.come(attendance)
    await client.hears("start")
    client.send(chunk)
    await client.end()
    assert isinstance(client.error, error)
    again = house.come(ScriptedAttendance(), "t-2", takes_over=True)
    await again.hears("resume")
    assert again.opened.next_sequence == 1
    await again.hang_up()


async def test_a_fault_of_ours_sets_the_attendance_aside(house: AttendHouse) -> None:
    attendance = ScriptedAttendance()
    attendance.broken = ZeroDivisionError("ours")
    client = house.come(attendance)
    client.send(house.picture(1))
    await client.end()
    assert isinstance(client.error, ZeroDivisionError)
    await house.all_ended()
    again = house.come(ScriptedAttendance(), "t-2")
    await again.hears("start")
    assert again.opened.next_sequence == 2
    await again.hang_up()


async def test_one_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    house = AttendHouse(tmp_path, size=1)
    client = house.come(ScriptedAttendance())
    await client.hears("start")
    other = house.come(ScriptedAttendance(), "t-2", person="p-2")
    await other.end()
    assert isinstance(other.error, TooManyRequestsInFlightError)
    client.send(Beat())
    await client.hang_up()
    await asyncio.to_thread(house.close)
