"""Where an attendance is put together: its engine, its recorder, and who writes its findings."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol, TypeVar

from base.clock import Clock
from deepfake.assembly import Forgery
from deepfake.clip import ClipJudge
from deepfake.clip_plan import ClipPlan
from kyc.attendance import Attendance
from kyc.events import Recorded
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.ports import Authority, DocumentDesk, FaceFiles
from kyc.states import State
from liveness.assembly import Liveness
from liveness.draw import NONCE_BYTES, SecretDraw, new_nonce
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from media.pictures import PictureLimits
from media.voice import VoiceActivity
from serving.crypto.key import Key
from serving.interview.background import Lane, LowPool
from serving.interview.config import AttendConfig
from serving.interview.engine import Say, Written
from serving.interview.registry import Made
from serving.interview.run import AttendRun
from serving.interview.scribe import Recorder
from serving.interview.settings import InterviewSettings
from serving.interview.types import Look, Ticket
from vision.assembly import StreamVision

M = TypeVar("M")
NONCE_DIGITS = 2 * NONCE_BYTES


class Books(Protocol):
    """Where findings are kept: `serving.interview.attendances.AttendanceBooks`."""

    def look(self, attend_token: str) -> Look:
        """Say what a token opens, without opening it."""
        ...

    def enter(self, attend_token: str, resume_token: str = "", request_id: str = "") -> Ticket:
        """Let a participant in by one of two tokens."""
        ...

    def record(self, ticket: Ticket, recorded: Recorded) -> State:
        """Write it down and return where the participant stands then."""
        ...

    def set_attending(
        self, tenant: str, interview: str, participant: str, is_attending: bool
    ) -> None:
        """Remember whether somebody is there now."""
        ...


class Files(Protocol):
    """Where media are kept: `serving.interview.files.CaseFiles`."""

    def put(
        self, tenant: str, interview: str, participant: str, name: str, data: bytes, key: Key
    ) -> None:
        """Keep a picture."""
        ...

    def recorder(self, tenant: str, interview: str, participant: str, key: Key) -> Recorder:
        """Open a participant's recording to go on with it."""
        ...


@dataclass(frozen=True, slots=True)
class AttendVision:
    """What attendances look and listen with. forgery, voice: None where they are not there."""

    vision: StreamVision
    liveness: Liveness
    forgery: Forgery | None
    voice: VoiceActivity | None


@dataclass(frozen=True, slots=True)
class AttendPorts:
    """What attendances ask of others; None where it is not there.

    faces, authority: opens what knows faces beyond the attendance, for one participant.
    """

    document: DocumentDesk | None = None
    faces: Callable[[Ticket], FaceFiles] | None = None
    authority: Callable[[Ticket], Authority] | None = None


class TicketPen:
    """Writes down what one attendance found: pictures first, for the findings name them."""

    def __init__(self, ticket: Ticket, books: Books, files: Files) -> None:
        self._ticket = ticket
        self._books = books
        self._files = files

    def write(self, recorded: Recorded) -> State:
        """Write it down. Raises what the books and files raise."""
        ticket = self._ticket
        for picture in recorded.snapshots:
            self._files.put(
                ticket.tenant,
                ticket.name.interview,
                ticket.participant,
                picture.name,
                picture.jpeg,
                ticket.key,
            )
        return self._books.record(ticket, recorded)


class AttendDesk:
    """Makes attendances; blocking, safe to share between threads."""

    def __init__(
        self,
        books: Books,
        files: Files,
        eyes: AttendVision,
        ports: AttendPorts,
        pool: LowPool,
        settings: InterviewSettings,
        limits: PictureLimits,
        clock: Clock,
    ) -> None:
        self.books = books
        self._files = files
        self._eyes = eyes
        self._ports = ports
        self._pool = pool
        self._settings = settings
        self._limits = limits
        self._clock = clock

    def make(self, ticket: Ticket, config: AttendConfig, say: Say[M]) -> Made[M]:
        """Open the recording and put the attendance together.

        Raises AlreadyAttendingError, RecordingDamagedError and RecordingFullError.
        """
        recorder = self._files.recorder(
            ticket.tenant, ticket.name.interview, ticket.participant, ticket.key
        )
        nonce = new_nonce()
        lane = self._pool.lane()
        settings, most_bytes = self._settings, self._limits.max_bytes
        run = AttendRun(
            ticket.resource,
            nonce,
            settings.max_attendance_s,
            Attendance(_plan(ticket, config), self._parts(ticket, nonce, lane)),
            Written(ticket.findings, ticket.state),
            self._eyes.vision.open_analyzer,
            TicketPen(ticket, self.books, self._files),
            lane,
            PictureLimits(most_bytes, settings.max_frame_pixels),
            PictureLimits(most_bytes, settings.max_document_pixels),
            self._clock,
            say,
            partial(
                self.books.set_attending,
                ticket.tenant,
                ticket.name.interview,
                ticket.participant,
            ),
        )
        return Made(run, recorder)

    def _parts(self, ticket: Ticket, nonce: str, lane: Lane) -> AttendanceParts:
        eyes, ports, numbers = self._eyes, self._ports, count(1)

        def open_liveness(plan: SessionPlan) -> LivenessSession:
            # Each draw of the attendance is another one, and all are bound to its one nonce.
            own = hashlib.sha256(f"{nonce}/{next(numbers)}".encode()).hexdigest()[:NONCE_DIGITS]
            return eyes.liveness.open_session(plan, SecretDraw(own, eyes.liveness.secret))

        return AttendanceParts(
            open_liveness=open_liveness,
            matcher=eyes.vision.pipeline.matcher,
            background=lane,
            clock=self._clock,
            open_forgery=None if eyes.forgery is None else partial(_open_clip, eyes.forgery),
            document=ports.document,
            faces=None if ports.faces is None else ports.faces(ticket),
            authority=None if ports.authority is None else ports.authority(ticket),
            voice=eyes.voice,
        )


def _open_clip(forgery: Forgery) -> ClipJudge:
    return forgery.open_clip(ClipPlan(is_live=True))


def _plan(ticket: Ticket, config: AttendConfig) -> AttendancePlan:
    return AttendancePlan(
        product=ticket.product,
        role=ticket.role,
        steps=ticket.steps,
        state=ticket.state,
        findings=ticket.findings,
        sealed=ticket.sealed,
        accessible=config.accessible,
        # A kiosk's client sends no pictures: everything comes from the branch's camera.
        document_by_camera=config.document_by_camera or config.camera is not None,
        camera_label=config.camera_label,
        language=config.language,
    )
