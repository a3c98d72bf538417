"""One liveness session behind a stream: pictures decoded, looked at, judged and recorded."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from base.clock import Clock
from base.errors import InvalidInputError
from liveness.events import NoticeEvent, SessionEvent, VerdictEvent
from liveness.look import FrameLook
from liveness.plan import SessionPlan
from media.chunks import decode_frame
from media.frame import Frame
from media.pictures import PictureLimits
from serving.liveness.books import SessionBooks, Ticket
from serving.streams.session import DRAINED
from serving.streams.types import Chunk, Codec

M = TypeVar("M")
PICTURE_BROKEN = "PICTURE_BROKEN"
# A camera can garble a picture now and then; a client that sends nothing else is mended by itself.
MAX_BROKEN_IN_A_ROW = 10


class Analyzer(Protocol):
    """Looks at the frames of one stream."""

    def look(self, frame: Frame) -> FrameLook:
        """Return one look at a frame."""
        ...

    def close(self) -> None:
        """Let go of what belongs to the stream."""
        ...


class Session(Protocol):
    """What is run: the liveness session's own methods."""

    @property
    def nonce(self) -> str:
        """One-time value in hexadecimal."""
        ...

    def start(self, now_s: float) -> Sequence[SessionEvent]:
        """Begin."""
        ...

    def push(self, look: FrameLook, now_s: float) -> Sequence[SessionEvent]:
        """Take a frame in."""
        ...

    def tick(self, now_s: float) -> Sequence[SessionEvent]:
        """Let time pass."""
        ...

    def interrupt(self, now_s: float) -> Sequence[SessionEvent]:
        """Break off what is under way."""
        ...

    def resume(self, now_s: float) -> Sequence[SessionEvent]:
        """Go on."""
        ...

    def close(self, now_s: float, code: str) -> Sequence[SessionEvent]:
        """End without a pass."""
        ...


class LivenessRun(Generic[M]):
    """Feeds a session from a stream and writes down how it ended; see `StreamWork`.

    say: turns an event into what goes over the wire.
    """

    codecs = frozenset({Codec.JPEG, Codec.PNG})

    def __init__(
        self,
        ticket: Ticket,
        plan: SessionPlan,
        session: Session,
        open_analyzer: Callable[[], Analyzer],
        books: SessionBooks,
        limits: PictureLimits,
        clock: Clock,
        say: Callable[[SessionEvent], M],
    ) -> None:
        self.ticket = ticket
        self.length_s = plan.session_limit_s
        self._session: Session | None = session
        self._nonce = session.nonce
        self._open_analyzer = open_analyzer
        self._analyzer: Analyzer | None = None
        self._books = books
        self._limits = limits
        self._clock = clock
        self._say = say
        self._resumed_count = 0
        self._broken_in_a_row = 0
        self._is_finished = False
        self._looking = threading.Lock()

    @property
    def name(self) -> str:
        """Resource name of the session."""
        return self.ticket.name

    @property
    def nonce(self) -> str:
        """One-time value that the draw is bound to."""
        return self._nonce

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given."""
        return self._is_finished

    def start(self) -> Sequence[M]:
        """Begin."""
        self._analyzer = self._open_analyzer()
        return self._tell(self._running.start(self._clock.monotonic()))

    def take(self, chunk: Chunk) -> Sequence[M]:
        """Look at one picture. Raises InvalidInputError after several that cannot be read."""
        assert self._analyzer is not None
        with self._looking:
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
            except InvalidInputError as error:
                return self._tell(self._note_broken(chunk, error))
            self._broken_in_a_row = 0
            look = self._analyzer.look(frame)
            return self._tell(self._running.push(look, self._clock.monotonic()))

    def tick(self) -> Sequence[M]:
        """Let time pass without a picture."""
        return self._tell(self._running.tick(self._clock.monotonic()))

    def interrupt(self) -> Sequence[M]:
        """Note that the connection was lost."""
        return self._tell(self._running.interrupt(self._clock.monotonic()))

    def resume(self) -> Sequence[M]:
        """Go on, for the client is back."""
        self._resumed_count += 1
        return self._tell(self._running.resume(self._clock.monotonic()))

    def finish(self, code: str) -> Sequence[M]:
        """End with a verdict that is no pass."""
        return self._tell(self._running.close(self._clock.monotonic(), code), code == DRAINED)

    def fail(self, reason: str) -> None:
        """Close the books after a fault, whatever another thread still does."""
        self._books.void(self.ticket, reason)
        # A look that is stuck keeps its analyzer; what it says is heard by nobody.
        if self._looking.acquire(blocking=False):
            self._let_go()
            self._looking.release()

    def _tell(self, events: Sequence[SessionEvent], is_void: bool = False) -> Sequence[M]:
        """Record the verdict before anybody hears it."""
        if events and isinstance(verdict := events[-1], VerdictEvent):
            self._books.close(self.ticket, verdict, is_void, self._resumed_count)
            self._let_go()
            self._is_finished = True
        return [self._say(event) for event in events]

    def _note_broken(self, chunk: Chunk, error: InvalidInputError) -> Sequence[SessionEvent]:
        self._broken_in_a_row += 1
        if self._broken_in_a_row > MAX_BROKEN_IN_A_ROW:
            # The client's doing, so it counts: nobody gets rid of a draw for nothing.
            self._tell(self._running.close(self._clock.monotonic(), PICTURE_BROKEN))
            raise error
        if self._broken_in_a_row > 1:
            return ()
        return (NoticeEvent(PICTURE_BROKEN, chunk.sequence - 1),)

    @property
    def _running(self) -> Session:
        assert self._session is not None
        return self._session

    def _let_go(self) -> None:
        """Forget the face: what is kept for a client that comes back is the verdict alone."""
        self._session = None
        if self._analyzer is not None:
            self._analyzer.close()
            self._analyzer = None
