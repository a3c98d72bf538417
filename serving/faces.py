"""The face service: what gRPC servicers, HTTP handlers and the command line call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from base.errors import InvalidInputError
from base.ids import GalleryName, SubjectName
from decision.outcome import MatchOutcome
from media.pictures import PictureLimits, decode_picture
from serving.audit.log import AuditLog
from serving.audit.types import Outcome
from serving.caller import Caller
from serving.galleries.service import GalleryService
from serving.galleries.types import SearchResult
from vision.analysis import FaceReading, Select
from vision.assembly import FacePipeline
from vision.detection import Profile
from vision.match import DEFAULT_TARGET_FMR, MatchResult

DEFAULT_TOP_K = 5
DEFAULT_TARGET_FPIR = 1e-2


@dataclass(frozen=True, slots=True)
class Detection:
    """The faces of one picture, surest first; size_wh in pixels, as it is shown."""

    faces: tuple[FaceReading, ...]
    size_wh: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was decided about two faces; `reference` is None for a stored subject."""

    match: MatchResult
    reference: FaceReading | None
    probe: FaceReading


@dataclass(frozen=True, slots=True)
class Identification:
    """Who of a gallery the probe is."""

    search: SearchResult
    probe: FaceReading


class FaceService:
    """Detects, verifies and searches; blocking, safe to share between threads.

    Every verification and search leaves an audit line before its answer goes out.
    """

    def __init__(
        self,
        pipeline: FacePipeline,
        galleries: GalleryService,
        audit: AuditLog,
        limits: PictureLimits,
    ) -> None:
        self._pipeline = pipeline
        self._galleries = galleries
        self._audit = audit
        self._limits = limits

    def detect(
        self, caller: Caller, picture: bytes, profile: Profile = Profile.PORTRAIT
    ) -> Detection:
        """Find and rate the faces of one picture. Raises the picture errors."""
        image = decode_picture(picture, self._limits)
        faces = self._pipeline.analyzer.detect(image, profile)
        return Detection(faces, (image.shape[1], image.shape[0]))

    def verify(
        self,
        caller: Caller,
        reference: bytes,
        probe: bytes,
        target_fmr: float = DEFAULT_TARGET_FMR,
        select: Select = Select.SINGLE,
        request_id: str = "",
    ) -> Verification:
        """Compare two pictures. Raises the picture, face and error-rate errors."""
        self._check_rate(target_fmr)
        first, second = self._read_both(reference, probe, select)
        match = self._pipeline.matcher.compare(first, second, target_fmr)
        self._audit_match(caller, "face.verify", "pictures", match, request_id)
        return Verification(match, first, second)

    def verify_subject(
        self,
        caller: Caller,
        subject: SubjectName,
        probe: bytes,
        target_fmr: float = DEFAULT_TARGET_FMR,
        select: Select = Select.SINGLE,
    ) -> Verification:
        """Compare a picture with a stored subject; the gallery service leaves the audit line."""
        reading = self._read("probe", probe, select)
        match = self._galleries.verify_subject(caller, subject, reading, target_fmr)
        return Verification(match, None, reading)

    def search(
        self,
        caller: Caller,
        gallery: GalleryName,
        probe: bytes,
        top_k: int = DEFAULT_TOP_K,
        target_fpir: float = DEFAULT_TARGET_FPIR,
    ) -> Identification:
        """Look a picture up in a gallery; the gallery service leaves the audit line."""
        reading = self._read("probe", probe, Select.SINGLE)
        found = self._galleries.search(caller, gallery, reading, top_k, target_fpir)
        return Identification(found, reading)

    def _check_rate(self, target_fmr: float) -> None:
        """Refuse a rate that nothing supports before any picture is looked at."""
        table = self._pipeline.matcher.table
        if table is not None:
            table.threshold_at(target_fmr)

    def _read(self, role: str, picture: bytes, select: Select) -> FaceReading:
        with _named(role):
            return self._pipeline.analyzer.read(decode_picture(picture, self._limits), select)

    def _read_both(
        self, reference: bytes, probe: bytes, select: Select
    ) -> tuple[FaceReading, FaceReading]:
        """Read two pictures; the models work on the first while the second is decoded."""
        analyzer = self._pipeline.analyzer
        with _named("reference"):
            first = analyzer.submit(decode_picture(reference, self._limits), select)
        with _named("probe"):
            second = analyzer.submit(decode_picture(probe, self._limits), select)
        with _named("reference"):
            first.advance()
        with _named("probe"):
            second.advance()
        return first.result(), second.result()

    def _audit_match(
        self, caller: Caller, action: str, resource: str, match: MatchResult, request_id: str
    ) -> None:
        self._audit.append(
            caller.subject,
            caller.tenant,
            action,
            resource,
            Outcome.OK,
            {
                "decision": match.outcome.value,
                "similarity": round(match.similarity, 4),
                "target_fmr": match.target_fmr,
                "model": match.model_id,
                "reason": match.decision.reasons[0].code,
                "is_match": match.outcome is MatchOutcome.MATCH,
                "request_id": request_id,
            },
        )


@contextmanager
def _named(role: str) -> Iterator[None]:
    """Say which of several pictures an error is about."""
    try:
        yield
    except InvalidInputError as error:
        raise type(error)(
            f"{role}: {error.message}", **{**error.metadata, "picture": role}
        ) from error
