"""One attendance behind a stream: media decoded and looked at, what is found written down first."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Generic

from base.clock import Clock
from base.errors import (
    AttendanceUnfinishedError,
    DeadlineExceededError,
    DrainingError,
    InvalidInputError,
    QueueFullError,
    SmartBranchError,
)
from kyc.background import Background
from kyc.case import Position
from kyc.events import AttendEvent, Noticed, Recorded, Side
from media.chunks import decode_frame, decode_pcm
from media.image import ImageRGB
from media.pictures import PictureLimits, decode_picture
from serving.interview.engine import Analyzer, Attendance, M, Pen, Say, Written
from serving.interview.feed import DOCUMENT_FRONT, PICTURES, Batch
from serving.interview.words import AnswerWord, ConsentWord, PersonWord
from serving.streams.session import DRAINED, TIMED_OUT
from serving.streams.types import Chunk, Codec

PICTURE_BROKEN, SOUND_BROKEN = "PICTURE_BROKEN", "SOUND_BROKEN"
# The models' queues can be full for a moment; for longer, the server has too much to do.
MAX_LOST_IN_A_ROW = 30


class AttendRun(Generic[M]):
    """Feeds an attendance from a stream; see `StreamWork`."""

    codecs = PICTURES | {Codec.PCM_S16LE_16KHZ}

    def __init__(
        self,
        name: str,
        nonce: str,
        length_s: float,
        attendance: Attendance,
        written: Written,
        open_analyzer: Callable[[], Analyzer],
        pen: Pen,
        background: Background,
        limits: PictureLimits,
        document_limits: PictureLimits,
        clock: Clock,
        say: Say[M],
        note_presence: Callable[[bool], None],
    ) -> None:
        self.name = name
        self.length_s = length_s
        self.nonce = nonce
        self.lost_count = 0
        self.seen_count = 0
        self._attendance = attendance
        self._written = written
        self._open_analyzer = open_analyzer
        self._analyzer: Analyzer | None = None
        self._pen = pen
        self._background = background
        self._limits = limits
        self._document_limits = document_limits
        self._clock = clock
        self._say = say
        self._note_presence = note_presence
        self._documents: deque[tuple[Chunk, Future[ImageRGB]]] = deque()
        self._broken: set[str] = set()
        self._lost_in_a_row = 0
        self._is_closed = False
        self._busy = threading.Lock()

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given."""
        return self._attendance.is_finished

    def start(self) -> Sequence[M]:
        """Begin."""
        self._analyzer = self._open_analyzer()
        self._note_presence(True)
        return self._do(self._attendance.start)

    def take(self, chunk: Chunk) -> Sequence[M]:
        """Look at one picture."""
        return self.take_all(Batch(picture=chunk))

    def take_all(self, batch: Batch) -> Sequence[M]:
        """Take in what waits: words, documents, sound, and the newest picture."""
        with self._busy:
            said = self._show_decoded()
            for word in batch.words:
                said += self._tell(partial(self._hear_word, word))
            for chunk in batch.documents:
                said += self._tell(partial(self._begin_decoding, chunk))
            for chunk in batch.sounds:
                said += self._tell(partial(self._hear, chunk))
            if batch.picture is not None:
                said += self._tell(partial(self._see, batch.picture))
            # Media that never pause leave no idle moment for `tick`.
            return [*said, *self._tell(self._attendance.tick)]

    def tick(self) -> Sequence[M]:
        """Let time pass."""
        with self._busy:
            return [*self._show_decoded(), *self._tell(self._attendance.tick)]

    def interrupt(self) -> Sequence[M]:
        """Note that the connection was lost."""
        return self._do(self._attendance.interrupt)

    def resume(self) -> Sequence[M]:
        """Go on, for the client is back."""
        return self._do(self._attendance.resume)

    def finish(self, code: str) -> Sequence[M]:
        """Set the attendance aside: what is done is written down, and a later one goes on.

        Raises why it ends here, unless the rules have a verdict for it.
        """
        with self._busy:
            said = self._tell(lambda now_s: self._attendance.close(now_s, code))
            self._let_go()
            if self.is_finished:
                return said
        raise _set_aside(code)

    def fail(self, reason: str) -> None:
        """Let go after a fault, unless another thread is still at it; what was found is kept."""
        self._is_closed = True
        self._note_presence(False)
        if self._busy.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._busy.release()

    def close(self) -> None:
        """Let go of the pictures."""
        self.fail("")

    def _do(self, step: Callable[[float], Sequence[AttendEvent]]) -> Sequence[M]:
        with self._busy:
            return self._tell(step)

    def _tell(self, step: Callable[[float], Sequence[AttendEvent]]) -> list[M]:
        """Do one thing; write down what came of it before anything after that is said."""
        if self.is_finished or self._is_closed:
            return []
        said: list[M] = []
        for event in step(self._clock.monotonic()):
            if isinstance(event, Recorded):
                self._written = Written(event.findings, self._pen.write(event))
            else:
                said.append(self._say(event, self._written))
        if self.is_finished:
            self._let_go()
        return said

    def _see(self, chunk: Chunk, _: float) -> Sequence[AttendEvent]:
        assert self._analyzer is not None
        try:
            frame = decode_frame(
                chunk.data,
                chunk.sequence - 1,
                chunk.received_s,
                pts_s=chunk.pts_s,
                capture_time=chunk.capture_time,
                track=chunk.track,
                limits=self._limits,
            )
        except InvalidInputError:
            return self._note_broken(PICTURE_BROKEN, chunk)
        self._broken.discard(PICTURE_BROKEN)
        try:
            look = self._analyzer.look(frame)
            events = self._attendance.see(look, chunk.sequence, self._clock.monotonic())
        except QueueFullError:
            self._lost_in_a_row += 1
            if self._lost_in_a_row > MAX_LOST_IN_A_ROW:
                raise
            self.lost_count += 1
            return ()
        self._lost_in_a_row = 0
        self.seen_count += 1
        return events

    def _hear(self, chunk: Chunk, now_s: float) -> Sequence[AttendEvent]:
        try:
            piece = decode_pcm(
                chunk.data,
                chunk.sequence - 1,
                chunk.received_s,
                pts_s=chunk.pts_s,
                capture_time=chunk.capture_time,
                track=chunk.track,
            )
        except InvalidInputError:
            return self._note_broken(SOUND_BROKEN, chunk)
        self._broken.discard(SOUND_BROKEN)
        return self._attendance.hear(piece, chunk.sequence, now_s)

    def _hear_word(self, word: object, now_s: float) -> Sequence[AttendEvent]:
        attendance = self._attendance
        match word:
            case ConsentWord(text_version, accepted, accepted_face):
                return attendance.consent(accepted, accepted_face, text_version, now_s)
            case AnswerWord(question, text):
                return attendance.answer(question, text, now_s)
            case PersonWord(text):
                return attendance.ask_for_person(text, now_s)
            case Position():
                return attendance.locate(word, now_s)
        raise AssertionError(f"no client says {type(word).__name__}")

    def _begin_decoding(self, chunk: Chunk, _: float) -> Sequence[AttendEvent]:
        """Decode a document beside the stream: it has ten times a frame's pixels."""
        try:
            decoding = self._background.submit(
                partial(decode_picture, chunk.data, self._document_limits)
            )
        except QueueFullError:
            self.lost_count += 1
            return ()
        self._documents.append((chunk, decoding))
        return ()

    def _show_decoded(self) -> list[M]:
        said: list[M] = []
        while self._documents and self._documents[0][1].done():
            chunk, decoding = self._documents.popleft()
            said += self._tell(partial(self._show, chunk, decoding))
        return said

    def _show(
        self, chunk: Chunk, decoding: "Future[ImageRGB]", now_s: float
    ) -> Sequence[AttendEvent]:
        try:
            image = decoding.result()
        except InvalidInputError as error:
            return (Noticed(error.reason, chunk.sequence),)
        side = Side.FRONT if chunk.track == DOCUMENT_FRONT else Side.BACK
        return self._attendance.show(side, image, chunk.sequence, now_s)

    def _note_broken(self, code: str, chunk: Chunk) -> Sequence[AttendEvent]:
        """Say once that something cannot be read, until it can again."""
        if code in self._broken:
            return ()
        self._broken.add(code)
        return (Noticed(code, chunk.sequence),)

    def _let_go(self) -> None:
        """Forget the pictures: what is kept for a client that comes back is the verdict alone."""
        self._is_closed = True
        self._note_presence(False)
        self._documents.clear()
        if self._analyzer is not None:
            self._analyzer.close()
            self._analyzer = None


def _set_aside(code: str) -> SmartBranchError:
    """Return what a client is told whose attendance goes on later."""
    if code == DRAINED:
        return DrainingError("the server is stopping; come back with the resume token")
    if code == TIMED_OUT:
        return DeadlineExceededError("the attendance took too long; come back with the token")
    return AttendanceUnfinishedError("the stream ended before the verdict; come back to go on")
