"""The service that checks for forgery: what gRPC servicers and HTTP handlers call."""

from pathlib import Path

from base.clock import Clock
from base.errors import EmptyClipError, UnsupportedClipError
from deepfake.assembly import Forgery
from deepfake.clip_plan import ClipPlan
from deepfake.files import FileJudge
from deepfake.frame_chain import ChainVerifier
from media.containers import READABLE_CLIPS, is_clip
from media.pictures import PictureLimits, decode_picture
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.deepfake.books import ClipForgery, ForgeryBooks, ImageForgery
from serving.deepfake.run import ClipRun
from serving.deepfake.settings import DeepfakeSettings
from serving.deepfake.signed_clips import SignedClip, SignedClips
from serving.failures import failure_of
from serving.telemetry.decisions import DecisionCounts
from serving.work import check_current_work
from vision.analysis import Select
from vision.assembly import StreamVision

CANCELLED = "CANCELLED"


class DeepfakeService:
    """Checks pictures and clips; blocking, safe to share between threads.

    Every decision leaves an audit line before it goes out.
    """

    def __init__(
        self,
        forgery: Forgery,
        vision: StreamVision,
        audit: AuditLog,
        clock: Clock,
        settings: DeepfakeSettings,
        picture_limits: PictureLimits,
    ) -> None:
        self._forgery = forgery
        self._vision = vision
        self._settings = settings
        self._limits = picture_limits
        self._books = ForgeryBooks(audit)
        self._signed = SignedClips(clock, settings.open_s)
        self._files = FileJudge(
            forgery, vision, picture_limits, settings.clip_limits, answers_early=True
        )

    @property
    def decisions(self) -> DecisionCounts:
        """How decisions came out."""
        return self._books.decisions

    def check_image(
        self,
        caller: Caller,
        picture: bytes,
        select: Select = Select.SINGLE,
        wants_heat: bool = False,
        request_id: str = "",
    ) -> ImageForgery:
        """Judge one picture. Raises the picture and face errors."""
        image = decode_picture(picture, self._limits)
        found = ImageForgery(*self._forgery.check_image(image, select, wants_heat))
        self._books.picture(caller, found, request_id)
        return found

    def check_file(
        self, caller: Caller, path: Path, wants_heat: bool = False, request_id: str = ""
    ) -> ClipForgery:
        """Judge one clip that is a file. Raises the clip errors."""
        if not path.stat().st_size:
            raise EmptyClipError(f"the clip has no bytes; expected {READABLE_CLIPS}")
        if not is_clip(path):
            raise UnsupportedClipError(
                f"the file is not a clip; expected {READABLE_CLIPS}, or check it as a picture"
            )
        judge = self._files.check_clip(path, wants_heat, lambda _: check_current_work())
        is_early = judge.is_certain
        found = ClipForgery(judge.conclude(), judge.frame_count, judge.judged_count, is_early)
        check_current_work()
        self._books.clip(caller, None, found, request_id)
        return found

    def open_clip(self, caller: Caller, request_id: str = "") -> SignedClip:
        """Open a signed clip. Raises TooManyRequestsInFlightError."""
        clip = self._signed.open(caller)
        self._books.opened(caller, clip.name, request_id)
        return clip

    def open_run(
        self, caller: Caller, name: str | None, wants_heat: bool = False, request_id: str = ""
    ) -> ClipRun:
        """Begin a clip that comes in chunks. name: of a signed one. Raises ClipNotFoundError."""
        signed = None if name is None else self._signed.take(caller, name)
        return ClipRun(
            self._forgery.open_clip(ClipPlan(is_live=True, wants_heat=wants_heat)),
            self._vision.open_analyzer,
            None if signed is None else ChainVerifier(signed.key, signed.name),
            self._settings.frame_limits,
            lambda found: self._books.clip(caller, name, found, request_id),
        )

    def give_up(
        self, caller: Caller, name: str | None, error: BaseException, request_id: str
    ) -> None:
        """Write down that a clip that was begun ends without an answer, and why."""
        if not isinstance(error, Exception):
            return self._books.unanswered(caller, name, CANCELLED, False, request_id)
        failure = failure_of(error, request_id)
        self._books.unanswered(caller, name, failure.reason, failure.is_fault, request_id)

    def sweep(self) -> None:
        """Forget the keys of clips that were not begun in time; call it now and then."""
        self._signed.forget_old()
