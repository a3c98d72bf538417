"""What the gallery commands ask for, of the local data and of a server alike."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from base.ids import GalleryName, SubjectName
from cli.picture_source import PictureSource

Payload = dict[str, Any]


class GalleryDesk(Protocol):
    """Answers are plain JSON values; pictures are bytes of picture files."""

    def create(
        self,
        name: GalleryName,
        purpose: str,
        legal_basis: str,
        retention_days: float | None,
        duplicates: str,
    ) -> Payload:
        """Create a gallery."""
        ...

    def enrol(
        self,
        name: SubjectName,
        pictures: Sequence[bytes],
        display_name: str,
        consent: str | None,
        keep_crop: bool,
    ) -> Payload:
        """Enrol a new subject."""
        ...

    def add(self, name: SubjectName, pictures: Sequence[bytes]) -> Payload:
        """Add pictures to a subject."""
        ...

    def import_(
        self,
        name: GalleryName,
        source: PictureSource,
        import_id: str | None,
        consent: str | None,
        keep_crop: bool,
        advance: Callable[[int], None],
    ) -> Payload:
        """Enrol everybody; `advance` is called with the number of further pictures done."""
        ...

    def search(self, name: GalleryName, picture: bytes, top_k: int, fpir: float) -> Payload:
        """Search a gallery."""
        ...

    def galleries(self, tenant: str) -> list[Payload]:
        """List galleries."""
        ...

    def subjects(self, name: GalleryName) -> list[Payload]:
        """List subjects."""
        ...

    def gallery(self, name: GalleryName) -> Payload:
        """Show a gallery."""
        ...

    def subject(self, name: SubjectName) -> Payload:
        """Show a subject."""
        ...

    def delete(self, name: GalleryName) -> Payload:
        """Erase a gallery."""
        ...

    def erase(self, name: SubjectName) -> Payload:
        """Erase a subject."""
        ...
