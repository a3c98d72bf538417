"""A branch, and whom its cameras may recognise."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from base.ids import GalleryName, check_id


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a tenant.

    galleries: customers who may be recognised here; one whose basis is consent counts for those
    who gave it. watchlists: searched on a basis of their own. target_fpir: share of strangers who
    may be taken for somebody, for each search.
    """

    tenant: str
    id: str
    display_name: str
    time_zone: ZoneInfo
    galleries: tuple[GalleryName, ...] = ()
    watchlists: tuple[GalleryName, ...] = ()
    target_fpir: float = 0.01

    def __post_init__(self) -> None:
        check_id(self.tenant, "tenant")
        check_id(self.id, "branch")
        if not 0 < self.target_fpir < 1:
            raise ValueError(f"target_fpir must be above 0 and below 1, got {self.target_fpir:g}")
        for gallery in (*self.galleries, *self.watchlists):
            if gallery.tenant != self.tenant:
                raise ValueError(f"{gallery} is not a gallery of tenant {self.tenant}")

    @property
    def name(self) -> str:
        """Resource name."""
        return f"tenants/{self.tenant}/branches/{self.id}"
