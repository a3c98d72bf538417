"""What recording costs: `python -m bench.recording`, on the disk of the folder that is given."""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from base.clock import SystemClock
from bench.timing import Spread
from serving.crypto.key import Key
from serving.interview.recording import Recorder, open_recorder
from serving.interview.recording_reader import Recording
from serving.interview.recording_types import RecordingPlace
from serving.streams.types import Chunk, Codec

STREAMS, FPS, PICTURE_BYTES = 2, 15, 60_000
SOUND_PER_S, SOUND_BYTES = 10, 3_200  # 100 ms of 16-bit sound at 16 kHz.
GROUP_S = 0.1
KEY = Key(bytes(32))


@dataclass(frozen=True, slots=True)
class _Piece:
    at_s: float
    chunk: Chunk


def _stream(length_s: int) -> Iterator[_Piece]:
    """Yield what one participant sends, in order of its time."""
    pictures = [random.Random(number).randbytes(PICTURE_BYTES) for number in range(8)]
    times = [(number / FPS, True) for number in range(length_s * FPS)]
    times += [(number / SOUND_PER_S, False) for number in range(length_s * SOUND_PER_S)]
    for sequence, (at_s, is_picture) in enumerate(sorted(times), 1):
        if is_picture:
            data = pictures[sequence % len(pictures)]
            chunk = Chunk(sequence, "camera", Codec.JPEG, data, at_s, None, 0.0)
        else:
            sound = bytes(SOUND_BYTES)
            chunk = Chunk(sequence, "microphone", Codec.PCM_S16LE_16KHZ, sound, at_s, None, 0.0)
        yield _Piece(at_s, chunk)


def bench_recording(folder: Path, length_s: int) -> dict[str, object]:
    """Record two participants at the speed at which they send, and read one of them back."""
    places = [RecordingPlace("bench", "iv-1", f"p{number}") for number in range(STREAMS)]
    recorders = [
        open_recorder(folder / place.participant, KEY, place, SystemClock()) for place in places
    ]
    began_cpu_s = time.process_time()
    waits_s = _record(recorders, length_s)
    cpu_s = time.process_time() - began_cpu_s
    for recorder in recorders:
        recorder.close()
    stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    spread = Spread.of(waits_s)
    return {
        "streams": STREAMS,
        "length_s": length_s,
        "stored_mib": round(stored / 2**20, 1),
        "cores": round(cpu_s / length_s, 3),
        "flush_p50_ms": round(spread.median * 1000, 1),
        "flush_p99_ms": round(sorted(waits_s)[int(len(waits_s) * 0.99)] * 1000, 1),
        **_read(folder / places[0].participant, places[0]),
    }


def _record(recorders: list[Recorder], length_s: int) -> list[float]:
    """Return how long each flush took; flushes come ten times a second, as in the server."""
    streams = [list(_stream(length_s)) for _ in recorders]
    began_s, waits_s, places = time.monotonic(), [], [0] * len(recorders)
    for turn in range(1, round(length_s / GROUP_S) + 1):
        until_s = turn * GROUP_S
        time.sleep(max(0.0, began_s + until_s - time.monotonic()))
        for number, recorder in enumerate(recorders):
            pieces = streams[number]
            while places[number] < len(pieces) and pieces[places[number]].at_s <= until_s:
                recorder.append(pieces[places[number]].chunk)
                places[number] += 1
            flushed_s = time.monotonic()
            recorder.flush()
            waits_s.append(time.monotonic() - flushed_s)
    return waits_s


def _read(folder: Path, place: RecordingPlace) -> dict[str, object]:
    began_s = time.monotonic()
    recording = Recording(folder, KEY, place)
    pictures = recording.index().pictures
    indexed_s = time.monotonic()
    recording.picture(pictures[len(pictures) // 2].sequence)
    picture_s = time.monotonic()
    recording.verify()
    return {
        "index_ms": round((indexed_s - began_s) * 1000, 1),
        "picture_ms": round((picture_s - indexed_s) * 1000, 1),
        "verify_ms": round((time.monotonic() - picture_s) * 1000, 1),
    }


def main() -> None:
    """Print one JSON object. First argument: seconds; second: a folder on the disk in question."""
    length_s = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    parent = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        print(json.dumps({**bench_recording(Path(folder), length_s), "cpus": os.cpu_count()}))


if __name__ == "__main__":
    main()
