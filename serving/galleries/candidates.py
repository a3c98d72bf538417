"""The subjects of a gallery who are most like a face."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from decision.rates import ErrorRateTable, fmr_for_search
from serving.galleries.deps import Deps
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow
from serving.storage.templates import TemplateOwner
from vision.gallery_index import GalleryIndex

_FETCH_FACTOR = 4


@dataclass(frozen=True, slots=True)
class Similar:
    """A live subject and the similarity of the best template."""

    owner: TemplateOwner
    similarity: float


@dataclass(frozen=True, slots=True)
class SearchPoint:
    """The operating point of a search.

    threshold: None without a table. is_supported: whether the table supports the rate asked
    for; if not, threshold is that of the lowest rate which it does.
    """

    threshold: float | None
    is_supported: bool
    asked_fmr: float
    min_fmr: float | None


def search_point(
    table: ErrorRateTable | None, target_fpir: float, template_count: int
) -> SearchPoint:
    """Return the threshold at which a stranger is a hit in `target_fpir` of searches.

    Raises ErrorRateOutOfRangeError if that is no rate.
    """
    asked = fmr_for_search(target_fpir, template_count)
    if table is None:
        return SearchPoint(None, is_supported=False, asked_fmr=asked, min_fmr=None)
    is_supported = asked >= table.min_fmr
    usable = min(max(asked, table.min_fmr), table.fmrs[0])
    return SearchPoint(table.threshold_at(usable), is_supported, asked, table.min_fmr)


def find_similar(
    deps: Deps,
    records: TenantRecords,
    gallery: GalleryRow,
    vault: TenantVault,
    vector: npt.NDArray[np.float32],
    top_k: int,
    min_similarity: float,
) -> list[Similar]:
    """Return the `top_k` live subjects at or above a similarity, most similar first.

    A subject counts by the best of its templates, so more templates are fetched until enough
    subjects are there or the rest is too far away. Expired and erased subjects are left out
    here, whatever the index still holds.
    """
    index = deps.indexes.current(records, gallery, vault)
    fetch = _FETCH_FACTOR * top_k
    while True:
        rows, similarities = _nearest(index, vector, fetch)
        found = _by_subject(deps, records, rows, similarities, min_similarity)
        is_exhausted = len(rows) < fetch or similarities[-1] < min_similarity
        if len(found) >= top_k or is_exhausted:
            return found[:top_k]
        fetch *= _FETCH_FACTOR


def _nearest(
    index: GalleryIndex, vector: npt.NDArray[np.float32], fetch: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    rows, similarities = index.search(vector[None], fetch)
    is_hit = rows[0] >= 0
    return rows[0][is_hit], similarities[0][is_hit]


def _by_subject(
    deps: Deps,
    records: TenantRecords,
    rows: npt.NDArray[np.int64],
    similarities: npt.NDArray[np.float32],
    min_similarity: float,
) -> list[Similar]:
    near = [
        (int(row), min(float(similarity), 1.0))
        for row, similarity in zip(rows, similarities, strict=True)
        if similarity >= min_similarity
    ]
    owners = records.templates.owners([row for row, _ in near])
    now = deps.clock.now()
    best: dict[int, Similar] = {}
    for row, similarity in near:
        owner = owners.get(row)
        if owner is None or (owner.expires_at is not None and owner.expires_at <= now):
            continue
        best.setdefault(owner.subject_id, Similar(owner, similarity))
    return list(best.values())
