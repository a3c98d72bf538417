"""Which pictures of an enrolment become templates: read, rated, and of one person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from base.errors import InvalidInputError, PoorPictureError
from decision.outcome import Reason
from media.pictures import PictureLimits, decode_picture
from serving.galleries.types import RejectedPicture
from vision.analysis import FaceReading, PendingReading
from vision.assembly import FacePipeline

Floats = npt.NDArray[np.float32]
SAME_PICTURE = Reason("SAME_PICTURE", "the very same picture is enrolled already")
DIFFERENT_PERSON = "DIFFERENT_PERSON"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Candidate:
    """A picture that is good enough; `picture` is its place in the request."""

    picture: int
    mac: bytes
    reading: FaceReading

    @property
    def vector(self) -> Floats:
        """The embedding, (D,) float32 of length 1."""
        assert self.reading.embedding is not None
        return self.reading.embedding.vector


@dataclass(frozen=True, slots=True, repr=False)
class Selection:
    """What came of the pictures of one request.

    failures: errors of pictures that could not be read, in their order.
    """

    candidates: tuple[Candidate, ...]
    rejected: tuple[RejectedPicture, ...]
    failures: tuple[InvalidInputError, ...] = ()

    def without(self, refused: Sequence[tuple[Candidate, Reason]]) -> "Selection":
        """Return the selection with some candidates rejected."""
        gone = {candidate.picture for candidate, _ in refused}
        rejected = [RejectedPicture(candidate.picture, (reason,)) for candidate, reason in refused]
        return replace(
            self,
            candidates=tuple(one for one in self.candidates if one.picture not in gone),
            rejected=tuple(
                sorted((*self.rejected, *rejected), key=lambda rejection: rejection.picture)
            ),
        )


def read_pictures(
    pipeline: FacePipeline, limits: PictureLimits, pictures: Sequence[bytes], macs: Sequence[bytes]
) -> Selection:
    """Read all pictures, overlapping, and keep those that are good enough, each file once."""
    pending = [_submit(pipeline, limits, picture) for picture in pictures]
    started = [_advance(reading) for reading in pending]
    candidates: list[Candidate] = []
    rejected: list[RejectedPicture] = []
    failures: list[InvalidInputError] = []
    for place, (reading, mac) in enumerate(zip(started, macs, strict=True)):
        found = reading if isinstance(reading, InvalidInputError) else reading.result()
        if isinstance(found, InvalidInputError):
            failures.append(found)
            rejected.append(RejectedPicture(place, (Reason(found.reason, found.message),)))
        elif found.quality.score < pipeline.matcher.min_quality:
            rejected.append(RejectedPicture(place, _quality_reasons(found)))
        elif mac in macs[:place]:
            rejected.append(RejectedPicture(place, (SAME_PICTURE,)))
        else:
            candidates.append(Candidate(place, mac, found))
    return Selection(tuple(candidates), tuple(rejected), tuple(failures))


def _submit(
    pipeline: FacePipeline, limits: PictureLimits, picture: bytes
) -> PendingReading | InvalidInputError:
    try:
        return pipeline.analyzer.submit(decode_picture(picture, limits))
    except InvalidInputError as error:
        return error


def _advance(
    reading: PendingReading | InvalidInputError,
) -> PendingReading | InvalidInputError:
    if isinstance(reading, InvalidInputError):
        return reading
    try:
        reading.advance()
    except InvalidInputError as error:
        return error
    return reading


def _quality_reasons(reading: FaceReading) -> tuple[Reason, ...]:
    fallback = Reason(
        PoorPictureError.reason, f"quality {reading.quality.score:.0f} of 100 is too low"
    )
    return reading.quality.reasons or (fallback,)


def keep_one_person(
    selection: Selection, known: Sequence[Floats], min_similarity: float | None, fmr: float
) -> Selection:
    """Reject pictures of somebody else than the rest.

    known: templates that the subject has already. A picture has to match one of them, or one
    that does. Without any, the largest group of pictures that match each other stays, and of
    two groups of one size the one that holds the earlier picture.
    min_similarity: what `fmr` asks for; None where no rates were measured, and nothing can be
    said.
    """
    if min_similarity is None or not selection.candidates:
        return selection
    groups = _groups([*known, *(one.vector for one in selection.candidates)], min_similarity)
    marks = groups[len(known) :]
    right = set(groups[: len(known)]) or {max(marks, key=lambda mark: (marks.count(mark), -mark))}
    reason = Reason(
        DIFFERENT_PERSON,
        f"the face does not match the other pictures of the subject at a false match rate of "
        f"{fmr:g}",
    )
    wrong = [
        (one, reason)
        for one, mark in zip(selection.candidates, marks, strict=True)
        if mark not in right
    ]
    return selection.without(wrong)


def _groups(vectors: Sequence[Floats], min_similarity: float) -> list[int]:
    """Return for each vector the lowest place in its chain of matches."""
    stacked = np.stack(vectors)
    is_match = stacked @ stacked.T >= min_similarity
    marks = list(range(len(vectors)))
    for place in range(len(vectors)):
        for other in np.flatnonzero(is_match[place, :place]):
            old, new = marks[place], marks[other]
            low, high = min(old, new), max(old, new)
            marks = [low if mark == high else mark for mark in marks]
    return marks


def refuse(selection: Selection) -> InvalidInputError:
    """Return the error for a request of which no picture is good enough.

    If every picture failed in one and the same way, it is that failure.
    """
    if len(selection.failures) == len(selection.rejected) > 0:
        first = selection.failures[0]
        if all(failure.reason == first.reason for failure in selection.failures):
            return first
    why = {
        f"picture_{rejection.picture}": ", ".join(reason.code for reason in rejection.reasons)
        for rejection in selection.rejected
    }
    texts = "; ".join(
        f"picture {rejection.picture + 1}: {rejection.reasons[0].text}"
        for rejection in selection.rejected
    )
    return PoorPictureError(f"no picture is good enough to be enrolled ({texts})", **why)
