"""The document service: what gRPC servicers, HTTP handlers and the command line call."""

from dataclasses import dataclass
from typing import Protocol

from base.errors import DegenerateFaceError, InvalidInputError, NoFaceError
from media.image import ImageRGB
from media.pictures import PictureLimits, decode_picture
from serving.audit.log import AuditLog
from serving.audit.types import Outcome
from serving.caller import Caller
from serving.faces import Verification
from serving.telemetry.decisions import DecisionCounts
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.documents.types import DocumentReading
from vision.match import DEFAULT_TARGET_FMR
from vision.watermark import clean_mesh

READ_ACTION = "document.read"


class Reader(Protocol):
    """What reads: `vision.documents.assembly.DocumentReader`, or a scripted one."""

    def read(self, front: ImageRGB, back: ImageRGB | None = None) -> DocumentReading:
        """Read one document from one or two pictures."""
        ...


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was read. match: with the live picture; None without it or a portrait."""

    reading: DocumentReading
    match: Verification | None


class DocumentService:
    """Reads documents; blocking, safe to share between threads. Nothing is kept.

    Every reading leaves an audit line before its answer goes out: codes, and none of the values.
    """

    def __init__(
        self, reader: Reader, pipeline: FacePipeline, audit: AuditLog, limits: PictureLimits
    ) -> None:
        self._reader = reader
        self._pipeline = pipeline
        self._audit = audit
        self._limits = limits
        self.decisions = DecisionCounts()

    def read(
        self,
        caller: Caller,
        picture: bytes,
        back_picture: bytes | None = None,
        live_picture: bytes | None = None,
        target_fmr: float = DEFAULT_TARGET_FMR,
        request_id: str = "",
    ) -> ReadDocument:
        """Read one document, and compare its portrait with a living face if there is one.

        Raises the picture errors; the face and error-rate errors for the live picture.
        """
        self._check_rate(live_picture, target_fmr)
        front = self._decode("picture", picture)
        back = None if back_picture is None else self._decode("back_picture", back_picture)
        live = None if live_picture is None else self._decode("live_picture", live_picture)
        reading = self._reader.read(front, back)
        match = None
        if live is not None and reading.portrait is not None:
            match = compare_portrait(self._pipeline, reading.portrait, live, target_fmr)
        self._record(caller, reading, match, request_id)
        return ReadDocument(reading, match)

    def _check_rate(self, live_picture: bytes | None, target_fmr: float) -> None:
        """Refuse a rate that nothing supports before any picture is looked at."""
        table = self._pipeline.matcher.table
        if live_picture is not None and table is not None:
            table.threshold_at(target_fmr)

    def _decode(self, role: str, picture: bytes) -> ImageRGB:
        try:
            return decode_picture(picture, self._limits)
        except InvalidInputError as error:
            raise _about(role, error) from error

    def _record(
        self, caller: Caller, reading: DocumentReading, match: Verification | None, request_id: str
    ) -> None:
        decision = reading.decision
        self._audit.append(
            caller.subject,
            caller.tenant,
            READ_ACTION,
            "pictures",
            Outcome.OK,
            {
                "decision": decision.outcome.value,
                "kind": reading.kind.value,
                "reason": decision.reasons[0].code,
                "failed_checks": " ".join(
                    check.name for check in reading.checks if check.passed is False
                ),
                "match": None if match is None else match.match.outcome.value,
                "request_id": request_id,
            },
        )
        self.decisions.add(READ_ACTION, decision.outcome.value)


def compare_portrait(
    pipeline: FacePipeline, portrait: ImageRGB, live: ImageRGB, target_fmr: float
) -> Verification | None:
    """Compare a document's portrait with a living face; None where the portrait shows none.

    Lines over the portrait are taken off first. Raises the face errors for the live picture.
    """
    analyzer = pipeline.analyzer
    cleaned, _ = clean_mesh(portrait)
    try:
        reference = analyzer.read(cleaned, Select.LARGEST)
    except (NoFaceError, DegenerateFaceError):
        return None
    try:
        probe = analyzer.read(live, Select.SINGLE)
    except InvalidInputError as error:
        raise _about("live_picture", error) from error
    return Verification(pipeline.matcher.compare(reference, probe, target_fmr), reference, probe)


def _about(role: str, error: InvalidInputError) -> InvalidInputError:
    """Return the error, saying which of several pictures it is about."""
    return type(error)(f"{role}: {error.message}", **{**error.metadata, "picture": role})
