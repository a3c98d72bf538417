"""Whether a person seems to be enrolled under another id."""

from collections.abc import Sequence

from base.errors import DuplicateSubjectError
from serving.galleries.candidates import find_similar, search_point
from serving.galleries.deps import Deps
from serving.galleries.pictures import Candidate
from serving.galleries.types import DuplicatePolicy, PossibleDuplicate
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow

_MAX_DUPLICATES = 5


def find_duplicates(
    deps: Deps,
    records: TenantRecords,
    gallery: GalleryRow,
    vault: TenantVault,
    subject: str,
    candidates: Sequence[Candidate],
) -> tuple[PossibleDuplicate, ...]:
    """Return other subjects who may be the same person, most similar first.

    Raises DuplicateSubjectError where the gallery takes no duplicates.
    """
    found: dict[str, PossibleDuplicate] = {}
    fpir = deps.settings.duplicate_fpir
    size = len(deps.indexes.current(records, gallery, vault))
    point = search_point(deps.table, fpir, size)
    for one in candidates:
        for other in records.templates.subjects_with(gallery, one.mac, deps.clock.now()):
            found[other] = PossibleDuplicate(other, 1.0, same_picture=True)
        if point.threshold is None:
            continue
        for similar in find_similar(
            deps, records, gallery, vault, one.vector, _MAX_DUPLICATES, point.threshold
        ):
            seen = found.get(similar.owner.subject)
            if seen is None or seen.similarity < similar.similarity < 1.0:
                found[similar.owner.subject] = PossibleDuplicate(
                    similar.owner.subject, similar.similarity, same_picture=False
                )
    found.pop(subject, None)
    ranked = sorted(found.values(), key=lambda one: -one.similarity)
    if ranked and gallery.duplicate_policy == DuplicatePolicy.REJECT.value:
        raise DuplicateSubjectError(
            f"the person seems to be enrolled already as subject {ranked[0].subject} "
            f"(similarity {ranked[0].similarity:.3f}); this gallery takes no duplicates",
            subject=ranked[0].subject,
            similarity=f"{ranked[0].similarity:.4f}",
        )
    return tuple(ranked[:_MAX_DUPLICATES])
