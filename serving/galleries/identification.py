"""Open-set search: who of a gallery is on a picture, if anyone."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from base.errors import (
    ErrorRateOutOfRangeError,
    InvalidArgumentError,
    ModelMismatchError,
    WatchlistBasisError,
)
from base.ids import GalleryName
from decision.outcome import Decision, MatchOutcome, Reason
from decision.signal import Signal
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.candidates import SearchPoint, Similar, find_similar, search_point
from serving.galleries.deps import Deps, check_tenant, subject_name
from serving.galleries.types import LegalBasis, SearchHit, SearchResult
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow
from vision.analysis import FaceReading

NO_CONSENT = Reason(
    "NO_CONSENT", "the gallery rests on consent, and the one who is most alike gave none"
)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a search said, and the audit line to be written with what is made of it."""

    result: SearchResult
    event: AuditEvent


class Identifier:
    """Searches galleries."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def search(
        self,
        caller: Caller,
        name: GalleryName,
        reading: FaceReading,
        top_k: int,
        target_fpir: float,
    ) -> SearchResult:
        """Search and record it."""
        check_tenant(caller, name)
        self._check(top_k, target_fpir)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            self._deps.check_model(gallery)
            result = self._look_up(records, gallery, reading, top_k, target_fpir)
        event = _event(caller, name, result)
        self._deps.audit.append(
            event.actor, event.tenant, event.action, event.resource, event.outcome, event.details
        )
        return result

    def recognise(
        self,
        caller: Caller,
        name: GalleryName,
        reading: FaceReading,
        target_fpir: float,
        is_watchlist: bool = False,
    ) -> Recognition:
        """Search for the one person whom a face in passing may be, without recording it.

        Somebody of a gallery that rests on consent who gave none is nobody, and not named.
        Raises WatchlistBasisError for a watchlist that rests on consent.
        """
        check_tenant(caller, name)
        self._check(1, target_fpir)
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = self._searchable(records, name, is_watchlist)
            result = self._look_up(records, gallery, reading, 1, target_fpir)
            if _rests_on_consent(gallery) and not _have_consented(records, gallery, result):
                result = replace(
                    result, decision=Decision(MatchOutcome.NO_MATCH, (NO_CONSENT,)), hits=()
                )
        return Recognition(result, _event(caller, name, result))

    def check_searchable(self, caller: Caller, name: GalleryName, is_watchlist: bool) -> None:
        """Raise what `recognise` would raise about the gallery itself."""
        check_tenant(caller, name)
        with self._deps.database.read() as transaction:
            self._searchable(transaction.tenant(name.tenant), name, is_watchlist)

    def _searchable(
        self, records: TenantRecords, name: GalleryName, is_watchlist: bool
    ) -> GalleryRow:
        gallery = records.galleries.get(name.gallery)
        self._deps.check_model(gallery)
        if is_watchlist and _rests_on_consent(gallery):
            raise WatchlistBasisError(
                f"the watchlist {name} rests on consent, which nobody on it gave; name its legal "
                "basis, or take it off the watchlists",
                gallery=name,
            )
        return gallery

    def _check(self, top_k: int, target_fpir: float) -> None:
        most = self._deps.settings.max_top_k
        if not 1 <= top_k <= most:
            raise InvalidArgumentError(f"top_k must be 1 to {most}, got {top_k}", field="top_k")
        if not 0 < target_fpir < 1:
            raise ErrorRateOutOfRangeError(
                f"a false positive identification rate of {target_fpir:g} cannot be asked for; "
                "expected more than 0 and less than 1",
                fpir=target_fpir,
            )

    def _look_up(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        reading: FaceReading,
        top_k: int,
        target_fpir: float,
    ) -> SearchResult:
        vault = self._deps.vaults.open(records)
        size = len(self._deps.indexes.current(records, gallery, vault))
        point = search_point(self._deps.table, target_fpir, size)
        found: list[Similar] = []
        if point.threshold is not None and size:
            vector = _vector(reading, gallery.model_id)
            found = find_similar(
                self._deps, records, gallery, vault, vector, top_k, point.threshold
            )
        poor = () if not size else self._poor(reading)
        outcome, reasons = _weigh(found, point, size, target_fpir, poor)
        signals = tuple(Signal("face_similarity", one.similarity, group="face") for one in found)
        return SearchResult(
            decision=Decision(outcome, reasons, signals[:1]),
            hits=self._hits(records, gallery, vault, found),
            threshold=point.threshold,
            fpir=self._fpir(point, size),
            target_fpir=target_fpir,
            gallery_size=size,
            model_id=gallery.model_id,
            probe_quality=reading.quality.score,
        )

    def _poor(self, reading: FaceReading) -> tuple[Reason, ...]:
        score = reading.quality.score
        if score >= self._deps.pipeline.matcher.min_quality:
            return ()
        fallback = Reason("QUALITY_TOO_LOW", f"quality {score:.0f} of 100 is too low")
        return reading.quality.reasons or (fallback,)

    def _hits(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        vault: TenantVault,
        found: list[Similar],
    ) -> tuple[SearchHit, ...]:
        rows = records.subjects.by_ids([one.owner.subject_id for one in found])
        table = self._deps.table
        hits = []
        for one in found:
            row = rows[one.owner.subject_id]
            own = vault.subject(subject_name(records, gallery, row.subject), row.wrapped_key)
            fmr = 1.0 if table is None else table.fmr_at(one.similarity)
            display_name = own.open_profile(row.sealed_profile)
            hits.append(SearchHit(row.subject, one.similarity, fmr, display_name))
        return tuple(hits)

    def _fpir(self, point: SearchPoint, size: int) -> float | None:
        if self._deps.table is None or point.threshold is None:
            return None
        return min(1.0, self._deps.table.fmr_at(point.threshold) * size)


def _event(caller: Caller, name: GalleryName, result: SearchResult) -> AuditEvent:
    best = result.hits[0] if result.hits else None
    details: Details = {
        "decision": result.decision.outcome.value,
        "reason": result.decision.reasons[0].code,
        "hits": len(result.hits),
        "subject": None if best is None else best.subject,
        "similarity": None if best is None else round(best.similarity, 4),
        "target_fpir": result.target_fpir,
        "gallery_size": result.gallery_size,
        "model": result.model_id,
    }
    return AuditEvent(caller.subject, name.tenant, "gallery.search", str(name), Outcome.OK, details)


def _rests_on_consent(gallery: GalleryRow) -> bool:
    return gallery.legal_basis == LegalBasis.CONSENT.value


def _have_consented(records: TenantRecords, gallery: GalleryRow, result: SearchResult) -> bool:
    rows = [records.subjects.find(gallery, hit.subject) for hit in result.hits]
    return all(row is not None and row.consent_reference is not None for row in rows)


def _vector(reading: FaceReading, model_id: str) -> npt.NDArray[np.float32]:
    embedding = reading.embedding
    if embedding is None:
        raise InvalidArgumentError("the probe was read without an embedding", field="probe")
    if embedding.model_id != model_id:
        raise ModelMismatchError(
            f"the probe was embedded by {embedding.model_id}, the gallery by {model_id}",
            expected=model_id,
            actual=embedding.model_id,
        )
    return embedding.vector


def _weigh(
    found: list[Similar],
    point: SearchPoint,
    size: int,
    target_fpir: float,
    poor: tuple[Reason, ...],
) -> tuple[MatchOutcome, tuple[Reason, ...]]:
    """Return the outcome and why.

    Where the table does not support the rate, "nobody" still stands: who stays below the
    threshold of the lowest supported rate stays below that of any lower one.
    """
    if not size:
        return MatchOutcome.NO_MATCH, (Reason("GALLERY_EMPTY", "the gallery has no templates"),)
    if poor:
        return MatchOutcome.INCONCLUSIVE, poor
    if point.threshold is None or point.min_fmr is None:
        text = "no error rates were measured for this model, so a similarity says nothing yet"
        return MatchOutcome.INCONCLUSIVE, (Reason("MODEL_NOT_CALIBRATED", text),)
    if not found:
        text = f"nobody among {size} templates reaches similarity {point.threshold:.3f}"
        return MatchOutcome.NO_MATCH, (Reason("NOBODY_SIMILAR", text),)
    if not point.is_supported:
        text = (
            f"a false positive identification rate of {target_fpir:g} among {size} templates asks "
            f"for a false match rate of {point.asked_fmr:.1g}; the measurements support "
            f"{point.min_fmr:.1g}: the hits are candidates for a person to look at"
        )
        return MatchOutcome.INCONCLUSIVE, (Reason("RATE_NOT_SUPPORTED", text),)
    text = (
        f"similarity {found[0].similarity:.3f} reaches the {point.threshold:.3f} that a false "
        f"positive identification rate of {target_fpir:g} among {size} templates asks for"
    )
    return MatchOutcome.MATCH, (Reason("SIMILARITY_REACHED", text),)
