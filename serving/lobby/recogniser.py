"""Whom a face in passing may be: read once, then looked up where the branch may look."""

import logging
import threading
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from base.errors import (
    DegenerateFaceError,
    ErrorRateOutOfRangeError,
    GalleryNotFoundError,
    ModelMismatchError,
    WatchlistBasisError,
)
from base.ids import GalleryName
from decision.outcome import MatchOutcome
from decision.rates import ErrorRateTable
from lobby.branch import Branch
from lobby.identity import Identity, IdentityKind
from lobby.visit_limits import StrangerMatch
from media.image import ImageRGB
from media.pictures import PictureLimits, decode_picture
from serving.audit.types import AuditEvent
from serving.caller import Caller, Role
from serving.galleries.identification import Recognition
from serving.galleries.service import GalleryService
from vision.alignment import align_face
from vision.analysis import FaceReading
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot
from vision.faces import Faces
from vision.quality import rate_face

_log = logging.getLogger(__name__)
POOR = "poor"
SHOT_LIMITS = PictureLimits(max_bytes=256 * 1024, max_pixels=1_000_000, min_side_px=16)
# A gallery that cannot be searched, and why; anything else is a fault of ours.
NOT_SEARCHED = GalleryNotFoundError, ModelMismatchError, WatchlistBasisError


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReadShot:
    """A face that is good enough to be compared, and the picture that it is on."""

    image: ImageRGB
    reading: FaceReading


@dataclass(frozen=True, slots=True)
class Finding:
    """Who a face is, and the audit lines of the searches that said so."""

    identity: Identity
    events: tuple[AuditEvent, ...]


class Recogniser:
    """Reads shots and looks faces up; safe to share between threads."""

    def __init__(self, galleries: GalleryService, pipeline: FacePipeline) -> None:
        self._galleries = galleries
        self._pipeline = pipeline
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def snapshot(self) -> dict[str, int]:
        """Return how many shots there were, by what they were worth."""
        with self._lock:
            return dict(self._counts)

    def read(self, shot: FaceShot) -> ReadShot | None:
        """Return the face of a shot, embedded; None if nothing can be decided by it.

        Raises InvalidInputError for a picture that cannot be read.
        """
        image = decode_picture(shot.picture, SHOT_LIMITS)
        reading = self._read(image, shot)
        if reading is None:
            self._count(POOR)
            return None
        return ReadShot(image, reading)

    def _read(self, image: ImageRGB, shot: FaceShot) -> FaceReading | None:
        try:
            reading = self._rate(image, shot)
        except DegenerateFaceError:
            return None
        if not self._is_usable(reading):
            return None
        reading = self._pipeline.analyzer.embed(reading)
        return reading if self._is_usable(reading) else None

    def _rate(self, image: ImageRGB, shot: FaceShot) -> FaceReading:
        aligned = align_face(image, shot.landmarks)
        faces = Faces(
            shot.box_xyxy[None],
            np.array([shot.score], np.float32),
            shot.landmarks[None],
        )
        quality = rate_face(image, faces, 0, aligned)
        return FaceReading(shot.box_xyxy, shot.score, shot.landmarks, quality, aligned)

    def _is_usable(self, reading: FaceReading) -> bool:
        return reading.quality.score >= self._pipeline.matcher.min_quality

    def identify(self, branch: Branch, device: str, reading: FaceReading) -> Finding:
        """Say who of the branch's galleries a face is; watchlists come first."""
        caller = Caller(branch.tenant, device, frozenset({Role.EDGE_DEVICE}))
        searches = [
            *((gallery, True) for gallery in branch.watchlists),
            *((gallery, False) for gallery in branch.galleries),
        ]
        found = [
            (gallery, is_watchlist, self._search(caller, branch, gallery, is_watchlist, reading))
            for gallery, is_watchlist in searches
        ]
        answers = [one for one in found if one[2] is not None]
        events = tuple(answer.event for _, _, answer in answers if answer is not None)
        identity = _weigh([(g, w, a) for g, w, a in answers if a is not None])
        if identity.kind is IdentityKind.STRANGER and len(answers) < len(found):
            # Somebody who was not looked for everywhere is not known to be nobody.
            identity = replace(identity, reason=identity.reason or "GALLERY_NOT_SEARCHED")
        self._count(identity.kind.value)
        return Finding(identity, events)

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._counts[outcome] += 1

    def _search(
        self,
        caller: Caller,
        branch: Branch,
        gallery: GalleryName,
        is_watchlist: bool,
        reading: FaceReading,
    ) -> Recognition | None:
        try:
            return self._galleries.recognise(
                caller, gallery, reading, branch.target_fpir, is_watchlist
            )
        except NOT_SEARCHED:
            return None  # Told on the console, by `GalleryCheck`.


def _weigh(answers: list[tuple[GalleryName, bool, Recognition]]) -> Identity:
    """Return the identity: a watchlist's match, the best match, a doubt, or nobody.

    Nothing is said of somebody who withheld consent: staff would know that a gallery has them.
    """
    matches: list[Identity] = []
    reason = ""
    is_unsure = False
    for gallery, is_watchlist, answer in answers:
        decision = answer.result.decision
        if decision.outcome is MatchOutcome.MATCH:
            hit = answer.result.hits[0]
            subject = gallery.subject(hit.subject)
            known = Identity(IdentityKind.KNOWN, subject, is_watchlist, hit.similarity)
            if is_watchlist:
                return known
            matches.append(known)
        elif decision.outcome is MatchOutcome.INCONCLUSIVE:
            reason = reason if is_unsure else decision.reasons[0].code
            is_unsure = True
    if matches:
        return max(matches, key=lambda one: one.similarity or 0.0)
    kind = IdentityKind.UNSURE if is_unsure else IdentityKind.STRANGER
    return Identity(kind, reason=reason)


def stranger_match(pipeline: FacePipeline, fmr: float) -> StrangerMatch | None:
    """Return from which similarity on two strangers are one person.

    None without measured error rates, and where they do not reach down to `fmr`: then nobody is
    taken for anybody.
    """
    table: ErrorRateTable | None = pipeline.matcher.table
    if table is None:
        return None
    try:
        return StrangerMatch(table.threshold_at(fmr), fmr, pipeline.embedding_model_id)
    except ErrorRateOutOfRangeError as error:
        _log.warning("strangers are never taken for one person: %s", error.message)
        return None
