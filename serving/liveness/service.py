"""The liveness service: what gRPC servicers, HTTP handlers and the command line call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from base.clock import Clock
from liveness.events import SessionEvent
from liveness.outcome import LivenessResult
from liveness.plan import SessionPlan
from media.image import ImageRGB
from media.pictures import PictureLimits, decode_picture
from serving.audit.log import AuditLog
from serving.audit.types import Outcome
from serving.caller import Caller
from serving.liveness.books import SessionBooks, result_details
from serving.liveness.run import Analyzer, LivenessRun, Session
from serving.liveness.settings import LivenessSettings
from serving.storage.database import Database
from serving.telemetry.decisions import DecisionCounts
from vision.analysis import FaceReading, Select

M = TypeVar("M")
CHECK_ACTION = "liveness.check"


class Judge(Protocol):
    """What decides: `liveness.assembly.Liveness`, or a scripted one."""

    def check_image(self, image: ImageRGB, select: Select) -> tuple[LivenessResult, FaceReading]:
        """Judge one picture, and say which face was meant."""
        ...

    def open_session(self, plan: SessionPlan) -> Session:
        """Return a session with a draw of its own."""
        ...


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """What was decided about one picture, and the face that it is about."""

    result: LivenessResult
    face: FaceReading


class LivenessService:
    """Checks pictures and opens sessions; blocking, safe to share between threads.

    Every decision leaves an audit line before it goes out.
    """

    def __init__(
        self,
        judge: Judge,
        open_analyzer: Callable[[], Analyzer],
        database: Database,
        audit: AuditLog,
        clock: Clock,
        settings: LivenessSettings,
        limits: PictureLimits,
    ) -> None:
        self._judge = judge
        self._open_analyzer = open_analyzer
        self._audit = audit
        self._clock = clock
        self._settings = settings
        self._limits = limits
        self.decisions = DecisionCounts()
        self._books = SessionBooks(database, audit, clock, settings, self.decisions)

    def check_image(
        self,
        caller: Caller,
        picture: bytes,
        select: Select = Select.SINGLE,
        request_id: str = "",
    ) -> ImageCheck:
        """Judge one picture. Raises the picture and face errors."""
        image = decode_picture(picture, self._limits)
        result, face = self._judge.check_image(image, select)
        self._audit.append(
            caller.subject,
            caller.tenant,
            CHECK_ACTION,
            "picture",
            Outcome.OK,
            {**result_details(result), "request_id": request_id},
        )
        self.decisions.add(CHECK_ACTION, result.outcome.value)
        return ImageCheck(result, face)

    def open_run(
        self,
        caller: Caller,
        person: str | None,
        plan: SessionPlan,
        say: Callable[[SessionEvent], M],
        request_id: str = "",
    ) -> LivenessRun[M]:
        """Open a session for a stream. Raises TooManyAttemptsError.

        person: the caller's pseudonym, which attempts are counted by; None counts the caller.
        """
        session = self._judge.open_session(plan)
        ticket = self._books.open(caller, person, request_id, session.nonce, plan)
        limits = PictureLimits(self._limits.max_bytes, self._settings.max_frame_pixels)
        return LivenessRun(
            ticket, plan, session, self._open_analyzer, self._books, limits, self._clock, say
        )

    def sweep(self) -> None:
        """Close what a crash left open, and forget what is too old; call it now and then."""
        self._books.sweep()
