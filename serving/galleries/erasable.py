"""What every store that holds personal data has to offer: erasure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be erased; the database has done so already.

    gallery, subject: ids; subject is None where the whole gallery goes.
    template_count: how many templates it had.
    """

    tenant: str
    gallery: str
    gallery_id: int
    subject: str | None
    template_count: int


class ErasableStore(Protocol):
    """A store that can forget."""

    @property
    def name(self) -> str:
        """How the store is called in receipts."""
        ...

    def erase(self, erasure: Erasure) -> int:
        """Erase, and return how many things there were; doing it twice does no harm.

        Raises StorageFailedError if it has to be tried again.
        """
        ...
