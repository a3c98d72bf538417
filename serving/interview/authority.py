"""The photograph that an authority holds, from a folder; other sources take its place."""

import re
from pathlib import Path

from base.clock import Clock
from base.errors import InvalidInputError
from decision.outcome import MatchOutcome, Reason
from kyc.case import Check, CheckName, CheckOutcome, DocumentRecord
from media.pictures import PictureLimits, decode_picture
from vision.analysis import FaceReading, Select
from vision.assembly import FacePipeline
from vision.watermark import clean_mesh

# A name of a file and no path; numbers of documents have no other characters.
_NUMBER = re.compile(r"[0-9A-Z]{5,20}")
_OUTCOMES = {
    MatchOutcome.MATCH: CheckOutcome.PASSED,
    MatchOutcome.NO_MATCH: CheckOutcome.FAILED,
    MatchOutcome.INCONCLUSIVE: CheckOutcome.INCONCLUSIVE,
}


class FileAuthority:
    """Photographs in a folder, `{document number}.jpg`; see `kyc.ports.Authority`.

    Where a mesh watermark is found over the face, it is taken out before the comparison.
    """

    def __init__(
        self, folder: Path, pipeline: FacePipeline, limits: PictureLimits, fmr: float, clock: Clock
    ) -> None:
        self._folder = folder
        self._pipeline = pipeline
        self._limits = limits
        self._fmr = fmr
        self._clock = clock

    def check(self, document: DocumentRecord, face: FaceReading) -> Check:
        """Return the check `authority`; INCONCLUSIVE where nothing can be compared."""
        number = document.fields.get("number") or document.fields.get("document_number") or ""
        if not _NUMBER.fullmatch(number):
            return self._unsure("NO_DOCUMENT_NUMBER", "no document number was read to ask by")
        try:
            photograph = (self._folder / f"{number}.jpg").read_bytes()
        except FileNotFoundError:
            return self._unsure("NOT_ON_FILE", "the authority has no photograph for this number")
        except OSError:
            return self._unsure("AUTHORITY_UNREACHABLE", "the authority cannot be asked now")
        return self._compare(photograph, face)

    def _compare(self, photograph: bytes, face: FaceReading) -> Check:
        try:
            image, mesh = clean_mesh(decode_picture(photograph, self._limits))
            reference = self._pipeline.analyzer.read(image, Select.LARGEST)
        except InvalidInputError as error:
            return self._unsure(error.reason, "the authority's photograph cannot be compared")
        result = self._pipeline.matcher.compare(reference, face, self._fmr)
        reasons = result.decision.reasons
        if mesh is not None:
            reasons = (*reasons, Reason("MESH_REMOVED", "a mesh over the photograph was removed"))
        return Check(
            name=CheckName.AUTHORITY,
            outcome=_OUTCOMES[result.outcome],
            reasons=reasons,
            decided_at=self._clock.now(),
            signals=result.decision.signals,
            operating_point=f"false match rate {self._fmr:g}",
            model_ids=(result.model_id,),
        )

    def _unsure(self, code: str, text: str) -> Check:
        return Check(
            CheckName.AUTHORITY,
            CheckOutcome.INCONCLUSIVE,
            (Reason(code, text),),
            self._clock.now(),
        )
