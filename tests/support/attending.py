"""A scripted attendance behind a real stream: a real recorder, a real scribe, no models."""

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from base.clock import SystemClock
from base.ids import InterviewName
from kyc.background import Now
from kyc.case import Findings, Position, Verdict, VerdictOutcome
from kyc.events import (
    AttendEvent,
    Concluded,
    Noticed,
    Prompted,
    Recorded,
    Side,
)
from kyc.states import State
from kyc.words import reason
from media.frame import CAMERA, MICROPHONE, Frame, SoundChunk
from media.image import ImageRGB
from media.pictures import PictureLimits, encode_jpeg
from serving.bridge import Bridge
from serving.crypto.key import Key
from serving.interview.engine import Written
from serving.interview.files import CaseFiles
from serving.interview.registry import Attendances, Comer, Made
from serving.interview.run import AttendRun
from serving.interview.scribe import Recorder, Scribe
from serving.limits import Slots
from serving.streams.types import (
    Ack,
    Chunk,
    Codec,
    Incoming,
    Opened,
    Outgoing,
    Said,
    StreamLimits,
)
from serving.telemetry.logs import make_logger
from serving.telemetry.metrics import Metrics
from vision.frame_analysis import FrameAnalysis

NAME = InterviewName("bank-a", "iv-1")
PERSON = "p-1"
RESOURCE = NAME.participant(PERSON)
PICTURE = encode_jpeg(np.full((48, 64, 3), 90, np.uint8), 80)
SOUND = b"\x00\x01" * 320
LIMITS = StreamLimits(
    max_chunk_bytes=100_000,
    max_chunks_per_s=500.0,
    max_fps=1e6,
    session_s=60.0,
    resume_s=5.0,
    silence_s=5.0,
    heartbeat_s=0.5,
    ack_every=4,
    ack_after_s=0.05,
    tick_s=0.02,
    step_s=5.0,
)


class ScriptedAttendance:
    """Says what happens to it. gate: each look waits for it. length: looks until the verdict."""

    def __init__(self, length: int = 1_000) -> None:
        self.is_finished = False
        self.calls: list[str] = []
        self.seen: list[int] = []
        self.heard: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.answers: dict[str, Sequence[AttendEvent]] = {}
        self.broken: Exception | None = None
        self._length = length

    def start(self, now_s: float) -> Sequence[AttendEvent]:
        return self._note("start")

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Sequence[AttendEvent]:
        assert self.gate.wait(30)
        if self.broken is not None:
            raise self.broken
        self.seen.append(sequence)
        if len(self.seen) == self._length:
            return self.conclude()
        return self.answers.pop("see", ())

    def hear(self, chunk: SoundChunk, sequence: int, now_s: float) -> Sequence[AttendEvent]:
        self.heard.append(sequence)
        return ()

    def show(
        self, side: Side, image: ImageRGB, sequence: int, now_s: float
    ) -> Sequence[AttendEvent]:
        return self._note(f"show {side.value} {sequence}")

    def consent(
        self, accepted: bool, accepted_face: bool, text_version: str, now_s: float
    ) -> Sequence[AttendEvent]:
        return self._note(f"consent {accepted} {accepted_face} {text_version}")

    def answer(self, question: str, text: str, now_s: float) -> Sequence[AttendEvent]:
        return self._note(f"answer {question}")

    def locate(self, position: Position, now_s: float) -> Sequence[AttendEvent]:
        return self._note("locate")

    def ask_for_person(self, text: str, now_s: float) -> Sequence[AttendEvent]:
        return self._note("person")

    def tick(self, now_s: float) -> Sequence[AttendEvent]:
        return self.answers.pop("tick", ())

    def interrupt(self, now_s: float) -> Sequence[AttendEvent]:
        return self._note("interrupt")

    def resume(self, now_s: float) -> Sequence[AttendEvent]:
        return self._note("resume")

    def close(self, now_s: float, code: str) -> Sequence[AttendEvent]:
        return self._note(f"close {code}")

    def conclude(self) -> Sequence[AttendEvent]:
        self.is_finished = True
        because = (reason("EVERY_CHECK_PASSED"),)
        return (Concluded(Verdict(VerdictOutcome.PASSED, because, SystemClock().now())),)

    def _note(self, call: str) -> Sequence[AttendEvent]:
        self.calls.append(call)
        return self.answers.pop(call, (Noticed(call),))


class ListPen:
    """Keeps what is written. broken: raised instead."""

    def __init__(self) -> None:
        self.written: list[Recorded] = []
        self.broken: Exception | None = None

    def write(self, recorded: Recorded) -> State:
        if self.broken is not None:
            raise self.broken
        self.written.append(recorded)
        return State.CONSENT


class BlindAnalyzer:
    """Looks at nothing."""

    def look(self, frame: Frame) -> FrameAnalysis:
        return cast(FrameAnalysis, None)

    def close(self) -> None: ...


class GatedRecorder:
    """A recorder whose disk waits for the gate, or fails."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.disk = threading.Event()
        self.broken: Exception | None = None
        self.is_closed = False

    @property
    def last_sequence(self) -> int:
        return self._recorder.last_sequence

    def append(self, chunk: Chunk) -> None:
        self._recorder.append(chunk)

    def flush(self) -> int:
        assert self.disk.wait(30)
        if self.broken is not None:
            raise self.broken
        return self._recorder.flush()

    def close(self) -> None:
        self._recorder.close()
        self.is_closed = True


def word_of(event: AttendEvent) -> str:
    """Return an event in one word, as the scripted client hears it."""
    match event:
        case Noticed(code):
            return code
        case Prompted(number, kind):
            return f"{kind.value} {number}"
        case Concluded(verdict):
            return verdict.outcome.value
    return type(event).__name__


@dataclass
class Participant:
    """What one connection sends, as a test feeds it, and everything that it got."""

    got: list[Outgoing[str]] = field(default_factory=list)
    error: Exception | None = None
    requests: "asyncio.Queue[Incoming | None]" = field(default_factory=asyncio.Queue)
    task: "asyncio.Task[None] | None" = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, *items: Incoming | None) -> None:
        for item in items:
            self.requests.put_nowait(item)

    async def incoming(self) -> AsyncIterator[Incoming]:
        while (item := await self.requests.get()) is not None:
            yield item

    async def follow(self, answers: AsyncGenerator[Outgoing[str], None]) -> None:
        try:
            async with aclosing(answers):
                async for answer in answers:
                    self.got.append(answer)
                    self.news.set()
        except Exception as error:
            self.error = error
        self.news.set()

    async def until(self, is_so: Callable[["Participant"], bool], limit_s: float = 10.0) -> None:
        async with asyncio.timeout(limit_s):
            while not is_so(self):
                assert self.error is None, self.error
                await self.news.wait()
                self.news.clear()

    async def hears(self, *words: str) -> None:
        await self.until(lambda one: set(words) <= set(one.words))

    async def acknowledged(self, sequence: int) -> None:
        await self.until(lambda one: one.ack >= sequence)

    async def hang_up(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait({self.task})

    async def end(self, limit_s: float = 10.0) -> None:
        assert self.task is not None
        async with asyncio.timeout(limit_s):
            await self.task

    @property
    def words(self) -> list[str]:
        return [item.event for item in self.got if isinstance(item, Said)]

    @property
    def ack(self) -> int:
        acks = [item.sequence for item in self.got if isinstance(item, Ack)]
        return acks[-1] if acks else 0

    @property
    def opened(self) -> Opened:
        first = self.got[0]
        assert isinstance(first, Opened)
        return first


class AttendHouse:
    """The registry of attendances with everything behind it, and one participant's files."""

    def __init__(self, folder: Path, limits: StreamLimits = LIMITS, size: int = 4) -> None:
        self.clock = SystemClock()
        self.bridge = Bridge(2, self.clock)
        self.scribe = Scribe(self.clock, 0.02)
        self.metrics = Metrics()
        self.files = CaseFiles(folder, self.clock)
        self.key = Key.generate()
        self.pen = ListPen()
        self.recorders: list[GatedRecorder] = []
        self.presence: list[bool] = []
        self.is_disk_slow = False
        log = make_logger("critical", sys.stderr)
        self.registry: Attendances[str] = Attendances(
            *(limits, Slots(size, "attendances"), self.bridge, self.scribe),
            *(self.clock, self.metrics, log),
        )

    def come(
        self,
        attendance: ScriptedAttendance,
        token: str = "t-1",
        takes_over: bool = False,
        person: str = PERSON,
    ) -> Participant:
        client = Participant()
        comer = Comer("bank-a", NAME.participant(person), token, takes_over)
        answers = self.registry.carry(
            comer, lambda: self._make(attendance, person), lambda _: client.incoming()
        )
        client.task = asyncio.create_task(client.follow(answers))
        return client

    def _make(self, attendance: ScriptedAttendance, person: str) -> Made[str]:
        real = self.files.recorder(NAME.tenant, NAME.interview, person, self.key)
        recorder = GatedRecorder(real)
        if not self.is_disk_slow:
            recorder.disk.set()
        self.recorders.append(recorder)
        run = AttendRun(
            *(NAME.participant(person), "ab", 30.0, attendance),
            *(Written(Findings(), State.CREATED), BlindAnalyzer, self.pen, Now()),
            *(PictureLimits(100_000, 100_000), PictureLimits(100_000, 200_000), self.clock),
            lambda event, _: word_of(event),
            self.presence.append,
        )
        return Made(run, recorder)

    def picture(self, sequence: int, track: str = CAMERA, data: bytes = PICTURE) -> Chunk:
        now_s = self.clock.monotonic()
        return Chunk(sequence, track, Codec.JPEG, data, None, None, now_s)

    def sound(self, sequence: int) -> Chunk:
        now_s = self.clock.monotonic()
        return Chunk(sequence, MICROPHONE, Codec.PCM_S16LE_16KHZ, SOUND, None, None, now_s)

    def recorded(self) -> list[int]:
        """Return the pictures that are on the disk."""
        recording = self.files.recording(NAME.tenant, NAME.interview, PERSON, self.key)
        return [one.sequence for one in recording.index().pictures]

    async def all_ended(self, limit_s: float = 10.0) -> None:
        async with asyncio.timeout(limit_s):
            await asyncio.gather(*self.registry._running.values())

    def close(self) -> None:
        for recorder in self.recorders:
            recorder.disk.set()
        self.scribe.close()
        self.bridge.close()
