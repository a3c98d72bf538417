"""What was acknowledged of a recording stays, and is played as it was."""

import io
import shutil
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import (
    AlreadyAttendingError,
    InvalidArgumentError,
    PhotoNotFoundError,
    RecordingDamagedError,
    RecordingFullError,
    StorageFailedError,
)
from serving.crypto.key import Key
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import RecordingHead, RecordingLimits, RecordingPlace
from tests.support.galleries import ManualClock
from tests.support.recordings import (
    KEY,
    PLACE,
    MemoryBook,
    append_all,
    open_at,
    picture,
    record,
    sound,
)


def test_every_picture_comes_back_as_it_was(tmp_path: Path) -> None:
    record(tmp_path, 1, 20)
    recording = Recording(tmp_path, KEY, PLACE)
    assert [one.sequence for one in recording.index().pictures] == list(range(1, 21))
    assert all(recording.picture(number) == picture(number).data for number in range(1, 21))
    assert recording.verify() == recording.hashes()
    assert len(recording.hashes()) > 3
    with pytest.raises(PhotoNotFoundError):
        recording.picture(21)


def test_a_recording_goes_on_where_it_was(tmp_path: Path) -> None:
    record(tmp_path, 1, 7)
    recorder = open_at(tmp_path)
    assert recorder.last_sequence == 7
    recorder.append(picture(7))  # Sent again by a client that did not hear of it.
    recorder.append(picture(8))
    assert recorder.flush() == 8
    recorder.close()
    recording = Recording(tmp_path, KEY, PLACE)
    assert [one.sequence for one in recording.index().pictures] == list(range(1, 9))
    recording.verify()


def test_nothing_of_a_picture_can_be_read_without_the_key(tmp_path: Path) -> None:
    recorder = open_at(tmp_path)
    recorder.append(replace(picture(1), data=b"FACE" * 200, track="camera"))
    recorder.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"FACE" not in stored
    assert b"camera" not in stored
    with pytest.raises(RecordingDamagedError):
        Recording(tmp_path, Key.generate(), PLACE)
    with pytest.raises(RecordingDamagedError):
        Recording(tmp_path, KEY, replace(PLACE, participant="p-2"))


def test_what_was_not_flushed_is_not_acknowledged(tmp_path: Path) -> None:
    recorder = open_at(tmp_path)
    recorder.append(picture(1))
    assert recorder.last_sequence == 0
    assert recorder.flush() == 1
    recorder.append(picture(2))
    assert Recording(tmp_path, KEY, PLACE).index().chunk_count == 1


def test_two_recorders_never_write_one_recording(tmp_path: Path) -> None:
    recorder = open_at(tmp_path)
    with pytest.raises(AlreadyAttendingError):
        open_at(tmp_path)
    recorder.close()
    open_at(tmp_path).close()


def test_a_torn_tail_is_dropped_and_the_rest_goes_on(tmp_path: Path) -> None:
    record(tmp_path / "whole", 1, 3)
    segment = tmp_path / "whole" / "000001.seg"
    whole = segment.read_bytes()
    for extra in (b"\0", b"\0\0\1\0" + b"x" * 100, b"\0\0\0\5hello", b"\0" * 64):
        folder = Path(shutil.copytree(tmp_path / "whole", tmp_path / f"torn-{len(extra)}"))
        (folder / "000001.seg").write_bytes(whole + extra)
        record(folder, 4, 5)
        recording = Recording(folder, KEY, PLACE)
        assert [one.sequence for one in recording.index().pictures] == [1, 2, 3, 4, 5]
        recording.verify()


def test_whole_records_behind_the_head_are_kept(tmp_path: Path) -> None:
    """A crash came between the records and their head: nobody heard of them, nothing is wrong."""
    record(tmp_path, 1, 2)
    old_head = (tmp_path / "head").read_bytes()
    recorder = open_at(tmp_path)
    for sequence in (3, 4):
        recorder.append(picture(sequence))
        recorder.flush()
    recorder.close()
    (tmp_path / "head").write_bytes(old_head)
    recorder = open_at(tmp_path)
    assert recorder.last_sequence == 4
    recorder.close()
    Recording(tmp_path, KEY, PLACE).verify()


def test_a_crash_at_any_byte_of_a_write_is_recovered(tmp_path: Path) -> None:
    """The head was not written yet: the record before it is there, this one is or is not."""
    record(tmp_path / "before", 1, 3)
    after = Path(shutil.copytree(tmp_path / "before", tmp_path / "after"))
    record(after, 4, 4)
    segment = (after / "000002.seg").read_bytes()
    for end in (*range(0, len(segment), 41), len(segment)):
        folder = Path(shutil.copytree(tmp_path / "before", tmp_path / f"cut-{end}"))
        (folder / "000002.seg").write_bytes(segment[:end])
        recorder = open_at(folder)
        assert recorder.last_sequence == (4 if end == len(segment) else 3)
        recorder.close()
        Recording(folder, KEY, PLACE).verify()


KILLED = """
import random
import sys
from pathlib import Path
from base.clock import SystemClock
from serving.crypto.key import Key
from serving.interview.recording import open_recorder
from serving.interview.recording_types import RecordingLimits, RecordingPlace
from serving.streams.types import Chunk, Codec
place, limits = RecordingPlace("bank-a", "iv-1", "p-1"), RecordingLimits(segment_bytes=40_000)
key = Key(bytes(range(32)))
recorder = open_recorder(Path(sys.argv[1]), key, place, SystemClock(), limits)
sequence = recorder.last_sequence
while True:
    sequence += 1
    data = random.Random(sequence).randbytes(5_000)
    recorder.append(Chunk(sequence, "camera", Codec.JPEG, data, None, None, 0.0))
    if sequence % 3 == 0:
        print(recorder.flush(), flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, root: Path) -> None:
    for wanted in (7, 40):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        ) as process:
            assert process.stdout is not None
            acknowledged = 0
            while acknowledged < wanted:
                acknowledged = int(process.stdout.readline())
            process.kill()
            acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
        recorder = open_at(tmp_path)
        assert recorder.last_sequence >= acknowledged
        recorder.close()
        recording = Recording(tmp_path, KEY, PLACE)
        recording.verify()
        assert recording.picture(acknowledged) == picture(acknowledged, 5_000).data


def test_an_index_that_is_torn_costs_time_and_nothing_else(tmp_path: Path) -> None:
    record(tmp_path, 1, 20)
    whole = Recording(tmp_path, KEY, PLACE).index()
    for path in tmp_path.glob("*.idx"):
        path.write_bytes(path.read_bytes()[:10])
    assert Recording(tmp_path, KEY, PLACE).index() == whole


def test_a_recording_has_an_end(tmp_path: Path) -> None:
    recorder = open_at(tmp_path, limits=RecordingLimits(max_bytes=5_000))
    with pytest.raises(RecordingFullError, match="5000 bytes"):
        append_all(recorder, 1, 20)
    durable = recorder.flush()
    recorder.close()
    assert 0 < durable < 10
    assert sum(path.stat().st_size for path in tmp_path.glob("*.seg")) <= 5_000


def test_a_slow_disk_stops_the_stream_before_memory_runs_out(tmp_path: Path) -> None:
    recorder = open_at(tmp_path, limits=RecordingLimits(max_pending_bytes=2_000))
    with pytest.raises(RecordingFullError, match="too slow"):
        append_all(recorder, 1, 20)
    assert recorder.flush() == 2
    recorder.append(picture(3))  # There is room again.
    recorder.close()


def test_a_full_disk_refuses_and_keeps_what_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path, 1, 4)
    recorder = open_at(tmp_path)
    recorder.append(picture(5))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("serving.interview.recording.os.fdatasync", full)
    with pytest.raises(RecordingFullError, match="No space left"):
        recorder.flush()
    with pytest.raises(RecordingFullError):  # It does not go on as if nothing was missing.
        recorder.flush()
    monkeypatch.undo()
    assert recorder.last_sequence == 4
    recorder.close()
    assert Recording(tmp_path, KEY, PLACE).index().chunk_count == 4


def test_a_database_that_is_down_costs_a_note_and_no_chunk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Down(MemoryBook):
        def note(self, place: RecordingPlace, head: RecordingHead) -> None:
            raise StorageFailedError("down")

    record(tmp_path, 1, 20, Down())
    Recording(tmp_path, KEY, PLACE).verify()
    assert "was not noted: STORAGE_FAILED" in caplog.text


def test_nothing_is_written_behind_what_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk that failed to be written and one behind it that is acknowledged would be a gap."""
    recorder = open_at(tmp_path)
    recorder.append(picture(1))
    with monkeypatch.context() as patch:
        patch.setattr("serving.interview.recording.seal_record", lambda *_: 1 / 0)
        with pytest.raises(RecordingFullError, match="ZeroDivisionError"):
            recorder.flush()
    recorder.append(picture(2))
    with pytest.raises(RecordingFullError):
        recorder.flush()
    recorder.close()
    assert Recording(tmp_path, KEY, PLACE).index().chunk_count == 0


def test_a_recorder_that_was_closed_takes_nothing(tmp_path: Path) -> None:
    record(tmp_path, 1, 2)
    recorder = open_at(tmp_path)
    recorder.close()
    recorder.append(picture(3))
    with pytest.raises(RecordingFullError, match="closed"):
        recorder.flush()
    record(tmp_path, 3, 4)
    Recording(tmp_path, KEY, PLACE).verify()


def test_sound_is_played_where_it_was_heard(tmp_path: Path) -> None:
    clock = ManualClock()
    recorder = open_at(tmp_path, clock)
    recorder.append(picture(1))
    sequence = 1
    for burst in (1, 2):
        clock.advance(1.0)
        for _ in range(5):  # A fifth of a second, in two bursts.
            sequence += 1
            recorder.append(sound(sequence, burst))
    recorder.close()
    recording = Recording(tmp_path, KEY, PLACE)
    spans = recording.index().sounds
    assert [(round(one.start_s, 2), round(one.end_s, 2)) for one in spans] == [
        (0.98, 1.08),
        (1.98, 2.08),
    ]
    with wave.open(io.BytesIO(recording.sound_wav(1.0, 2.0))) as heard:
        assert (heard.getframerate(), heard.getnchannels(), heard.getnframes()) == (
            16_000,
            1,
            16_000,
        )
        samples = heard.readframes(16_000)
    assert samples[0:2] == b"\1\0"
    assert samples[16_000:16_002] == b"\0\0"
    assert samples[-2:] == b"\2\0"


@pytest.mark.parametrize(("start_s", "end_s"), [(-1, 2), (3, 3), (0, 61)])
def test_no_more_sound_than_a_minute_at_once(tmp_path: Path, start_s: float, end_s: float) -> None:
    record(tmp_path, 1, 1)
    with pytest.raises(InvalidArgumentError):
        Recording(tmp_path, KEY, PLACE).sound_wav(start_s, end_s)


def test_a_recording_of_nothing_is_whole(tmp_path: Path) -> None:
    assert Recording(tmp_path, KEY, PLACE).verify() == ()
    open_at(tmp_path).close()
    index = Recording(tmp_path, KEY, PLACE).index()
    assert (index.chunk_count, index.started_at) == (0, None)
