"""Whom a participant's face is known as: on lists, in earlier cases, beside others of the case."""

from collections.abc import Sequence
from dataclasses import dataclass

from base.clock import Clock
from base.errors import ErrorRateOutOfRangeError
from base.ids import GalleryName
from decision.outcome import MatchOutcome, Reason
from decision.rates import ErrorRateTable
from decision.signal import Signal
from kyc.case import Check, CheckName, CheckOutcome, DocumentRecord
from kyc.policy import Product
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.galleries.candidates import SearchPoint, search_point
from serving.galleries.identification import Recognition
from serving.galleries.service import GalleryService
from serving.interview.past_faces import MAX_FACES, PastFaces, Place, SeenFace
from serving.lobby.recogniser import NOT_SEARCHED
from vision.analysis import FaceReading
from vision.assembly import FacePipeline
from vision.embedding import Embedding

SIGNAL = "face_similarity"


@dataclass(frozen=True, slots=True)
class FaceDeps:
    """What every look-up needs; built once."""

    galleries: GalleryService
    past: PastFaces
    pipeline: FacePipeline
    audit: AuditLog
    clock: Clock


class CaseFaceFiles:
    """Looks one participant's face up; see `kyc.ports.FaceFiles`.

    The face is kept for later cases with the same call, since whoever attends next has to be
    compared with it.
    """

    def __init__(self, deps: FaceDeps, place: Place, product: Product) -> None:
        self._deps = deps
        self._place = place
        self._product = product

    def look_up(self, face: FaceReading, document: DocumentRecord | None) -> Sequence[Check]:
        """Return the checks `watchlist`, `past_cases` and `other_participants`.

        Raises StorageFailedError and SecretsUnavailableError.
        """
        assert face.embedding is not None
        mac = self._deps.past.document_mac(self._place.name.tenant, document)
        # First of all: of two who are looked up at once, one at least is compared with the other.
        self._deps.past.keep(self._place, face.embedding, mac)
        checks = [self._others(face.embedding)]
        if self._product.watchlists:
            checks.append(self._lists(face))
        if self._product.past_cases:
            checks.append(self._past(face, face.embedding, mac))
        return checks

    def _lists(self, face: FaceReading) -> Check:
        """Search every list; one hit fails, and one list that cannot be searched leaves it open."""
        answers = [(name, self._search(name, face)) for name in self._product.watchlists]
        hits = [
            (name, answer)
            for name, answer in answers
            if answer is not None and answer.result.decision.outcome is MatchOutcome.MATCH
        ]
        if hits:
            name, answer = hits[0]
            best = answer.result.hits[0]
            reason = Reason("ON_WATCHLIST", f"the face is on {name}, as {best.subject}")
            signal = Signal(SIGNAL, best.similarity, group="face")
            return self._check(CheckName.WATCHLIST, CheckOutcome.FAILED, [reason], [signal])
        unsure = [why for name, answer in answers if (why := _why_unsure(name, answer)) is not None]
        if unsure:
            return self._check(CheckName.WATCHLIST, CheckOutcome.INCONCLUSIVE, unsure)
        nobody = Reason("ON_NO_LIST", f"the face is on none of {len(answers)} lists")
        return self._check(CheckName.WATCHLIST, CheckOutcome.PASSED, [nobody])

    def _search(self, list_name: str, face: FaceReading) -> Recognition | None:
        place = self._place
        gallery = GalleryName(place.name.tenant, list_name.removeprefix("galleries/"))
        caller = Caller(
            place.name.tenant, f"{place.name.interview}.{place.participant}"[:63], frozenset()
        )
        try:
            found = self._deps.galleries.recognise(
                caller, gallery, face, self._product.watchlist_fpir, is_watchlist=True
            )
        except NOT_SEARCHED:
            return None
        event = found.event
        self._deps.audit.append(
            event.actor, event.tenant, event.action, event.resource, event.outcome, event.details
        )
        return found

    def _past(self, face: FaceReading, embedding: Embedding, mac: str | None) -> Check:
        """Compare with every earlier case of the tenant."""
        tenant, own = self._place.name.tenant, self._place.name.interview
        count = self._deps.past.count(tenant)
        point = search_point(self._table, self._product.watchlist_fpir, max(count, 1))
        why = self._why_not(face, point, count)
        if why is not None:
            return self._check(CheckName.PAST_CASES, CheckOutcome.INCONCLUSIVE, [why])
        assert point.threshold is not None
        alike = [
            one
            for one in self._deps.past.most_alike(tenant, embedding, point.threshold)
            if one.interview != own
        ]
        same_document = () if mac is None else self._deps.past.of_document(tenant, mac, embedding)
        strangers = self._strangers([one for one in same_document if one.interview != own])
        return self._weigh_past(alike, strangers, mac, point)

    def _weigh_past(
        self,
        alike: Sequence[SeenFace],
        strangers: Sequence[SeenFace],
        mac: str | None,
        point: SearchPoint,
    ) -> Check:
        others = [
            one for one in alike if None not in (mac, one.document_mac) and one.document_mac != mac
        ]
        signals = [Signal(SIGNAL, alike[0].similarity, group="face")] if alike else []
        if others:
            text = f"the face came with another document in {_cases(others)}"
            outcome = CheckOutcome.FAILED if point.is_supported else CheckOutcome.INCONCLUSIVE
            reasons = [Reason("FACE_UNDER_ANOTHER_NAME", text)]
            return self._check(CheckName.PAST_CASES, outcome, reasons, signals)
        if strangers:
            text = f"the document came with a face that is not this one in {_cases(strangers)}"
            reasons = [Reason("DOCUMENT_WITH_ANOTHER_FACE", text)]
            return self._check(CheckName.PAST_CASES, CheckOutcome.INCONCLUSIVE, reasons, signals)
        if [one for one in alike if mac is None or one.document_mac is None]:
            text = f"the face is known from {_cases(alike)}, and no document tells whose it is"
            reasons = [Reason("FACE_KNOWN_WITHOUT_DOCUMENT", text)]
            return self._check(CheckName.PAST_CASES, CheckOutcome.INCONCLUSIVE, reasons, signals)
        if alike:
            reasons = [
                Reason("KNOWN_FROM_EARLIER", f"face and document are those of {_cases(alike)}")
            ]
            return self._check(CheckName.PAST_CASES, CheckOutcome.PASSED, reasons, signals)
        reasons = [Reason("NEW_FACE", "the face is in no earlier case")]
        return self._check(CheckName.PAST_CASES, CheckOutcome.PASSED, reasons)

    def _others(self, face: Embedding) -> Check:
        """Compare with the other participants of the case who were seen."""
        others = [
            one
            for one in self._deps.past.of_case(self._place.name, face)
            if one.participant != self._place.participant
        ]
        name = CheckName.OTHER_PARTICIPANTS
        if not others:
            # Who comes later is compared with this face.
            reason = Reason("NOBODY_TO_COMPARE", "no other participant was seen before")
            return self._check(name, CheckOutcome.PASSED, [reason])
        threshold = self._threshold()
        if threshold is None:
            return self._check(name, CheckOutcome.INCONCLUSIVE, [_not_calibrated()])
        best = max(others, key=lambda one: one.similarity)
        signals = [Signal(SIGNAL, best.similarity, group="face")]
        if best.similarity >= threshold:
            text = f"the face is that of participant {best.participant}"
            reason = Reason("SAME_PERSON_IN_TWO_ROLES", text)
            return self._check(name, CheckOutcome.FAILED, [reason], signals)
        reason = Reason("OTHER_PEOPLE", f"the face is none of {len(others)} other participants")
        return self._check(name, CheckOutcome.PASSED, [reason], signals)

    def _strangers(self, same_document: Sequence[SeenFace]) -> list[SeenFace]:
        threshold = self._threshold()
        if threshold is None:
            return []
        return [one for one in same_document if one.similarity < threshold]

    def _why_not(self, face: FaceReading, point: SearchPoint, count: int) -> Reason | None:
        if point.threshold is None:
            return _not_calibrated()
        if count > MAX_FACES:
            text = f"{count} faces are kept; at most {MAX_FACES} are searched"
            return Reason("TOO_MANY_CASES", text)
        if face.quality.score < self._deps.pipeline.matcher.min_quality:
            fallback = Reason("QUALITY_TOO_LOW", "the face is too poor a picture to search with")
            return next(iter(face.quality.reasons), fallback)
        return None

    def _threshold(self) -> float | None:
        if self._table is None:
            return None
        try:
            return self._table.threshold_at(self._product.face_fmr)
        except ErrorRateOutOfRangeError:
            return None

    @property
    def _table(self) -> ErrorRateTable | None:
        return self._deps.pipeline.matcher.table

    def _check(
        self,
        name: str,
        outcome: CheckOutcome,
        reasons: Sequence[Reason],
        signals: Sequence[Signal] = (),
    ) -> Check:
        rates = {
            CheckName.OTHER_PARTICIPANTS: f"false match rate {self._product.face_fmr:g}",
        }
        searched = f"false positive identification rate {self._product.watchlist_fpir:g}"
        return Check(
            name=name,
            outcome=outcome,
            reasons=tuple(reasons),
            decided_at=self._deps.clock.now(),
            signals=tuple(signals),
            operating_point=rates.get(name, searched),
            model_ids=(self._deps.pipeline.embedding_model_id,),
        )


def _why_unsure(name: str, answer: Recognition | None) -> Reason | None:
    """Return why a list leaves open who it is; None where it was searched and has nobody."""
    if answer is None:
        return Reason("LIST_NOT_SEARCHED", f"{name} is not there, or cannot be searched")
    decision = answer.result.decision
    if decision.outcome is not MatchOutcome.INCONCLUSIVE:
        return None
    return Reason(decision.reasons[0].code, f"{name}: {decision.reasons[0].text}")


def _not_calibrated() -> Reason:
    text = "no error rates were measured for this model, so a similarity says nothing yet"
    return Reason("MODEL_NOT_CALIBRATED", text)


def _cases(faces: Sequence[SeenFace]) -> str:
    names = list(dict.fromkeys(one.interview for one in faces))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
