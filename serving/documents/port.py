"""Documents for interviews: what an attendance asks, answered by the reader."""

from base.clock import Clock
from base.errors import DegenerateFaceError, NoFaceError
from kyc.case import Check, CheckName, CheckOutcome, DocumentRecord
from kyc.ports import DocumentLook
from media.image import ImageRGB
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.documents.assembly import DocumentReader, SideLook
from vision.documents.types import DocumentKind, DocumentOutcome, DocumentReading
from vision.embedding import Embedding
from vision.watermark import clean_mesh

_OUTCOMES = {
    DocumentOutcome.VALID: CheckOutcome.PASSED,
    DocumentOutcome.INVALID: CheckOutcome.FAILED,
    DocumentOutcome.INCONCLUSIVE: CheckOutcome.INCONCLUSIVE,
}


class DocumentPort:
    """Reads documents of attendances; implements `kyc.ports.DocumentDesk`; safe to share."""

    def __init__(self, reader: DocumentReader, pipeline: FacePipeline, clock: Clock) -> None:
        self._reader = reader
        self._pipeline = pipeline
        self._clock = clock

    def read(self, picture: ImageRGB, before: DocumentLook | None = None) -> DocumentLook:
        """Read one side, and judge it with the one before. Raises InferenceFailedError."""
        side = self._reader.look(picture)
        sides = [side]
        if before is not None and isinstance(before.side, SideLook):
            sides.insert(0, before.side)
        reading = self._reader.judge(sides)
        portrait = reading.portrait
        return DocumentLook(
            check=self._check(reading),
            record=_record(reading),
            portrait=portrait,
            template=None if portrait is None else self._embed(portrait),
            picture_codes=tuple(reason.code for reason in reading.picture_reasons),
            side=side,
        )

    def _check(self, reading: DocumentReading) -> Check:
        return Check(
            name=CheckName.DOCUMENT,
            outcome=_OUTCOMES[reading.decision.outcome],
            reasons=reading.decision.reasons,
            decided_at=self._clock.now(),
        )

    def _embed(self, portrait: ImageRGB) -> Embedding | None:
        """Return the template of a portrait; lines over it are taken off first."""
        cleaned, _ = clean_mesh(portrait)
        try:
            return self._pipeline.analyzer.read(cleaned, Select.LARGEST).embedding
        except (NoFaceError, DegenerateFaceError):
            return None


def _record(reading: DocumentReading) -> DocumentRecord | None:
    if reading.kind is DocumentKind.UNKNOWN_DOCUMENT:
        return None
    return DocumentRecord(
        kind=reading.kind.value,
        fields={field.name: field.value for field in reading.fields},
        confidences={field.name: field.confidence for field in reading.fields},
        checks=tuple((check.name, check.passed, check.text) for check in reading.checks),
    )
