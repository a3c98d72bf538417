"""The gallery service: what gRPC servicers, HTTP handlers and the command line call."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from base.ids import GalleryName, SubjectName
from serving.caller import Caller
from serving.galleries.types import (
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    GalleryPage,
    ImportItem,
    ImportProgress,
    ImportReport,
    LegalBasis,
    Receipt,
    SearchResult,
    Subject,
    SubjectPage,
)
from vision.analysis import FaceReading
from vision.match import MatchResult


class ImportSession:
    """One import; items come in order and every answer is durable. Not for several threads."""

    import_id: str
    progress: ImportProgress

    def accept(self, item: ImportItem) -> ImportProgress:
        """Enrol one item. Raises ImportStateError if it does not continue where we stand."""
        raise NotImplementedError

    def finish(self) -> ImportReport:
        """Close the import and report; asking again gives the same report."""
        raise NotImplementedError


class GalleryService:
    """Galleries of one deployment; every method sees the caller's tenant alone."""

    def create_gallery(
        self,
        caller: Caller,
        name: GalleryName,
        purpose: str,
        legal_basis: LegalBasis,
        retention: timedelta | None = None,
        duplicate_policy: DuplicatePolicy = DuplicatePolicy.REPORT,
        request_id: str = "",
    ) -> Gallery:
        """Create an empty gallery for the embedding model in use."""
        raise NotImplementedError

    def get_gallery(self, caller: Caller, name: GalleryName) -> Gallery:
        """Return one gallery."""
        raise NotImplementedError

    def list_galleries(
        self, caller: Caller, tenant: str, page_size: int = 100, page_token: str = ""
    ) -> GalleryPage:
        """Return the tenant's galleries by name, a page at a time."""
        raise NotImplementedError

    def delete_gallery(self, caller: Caller, name: GalleryName, request_id: str = "") -> Receipt:
        """Erase a gallery with all its subjects from every store."""
        raise NotImplementedError

    def enrol_subject(
        self,
        caller: Caller,
        name: SubjectName,
        pictures: Sequence[bytes],
        consent: Consent | None = None,
        display_name: str = "",
        expires_at: datetime | None = None,
        request_id: str = "",
    ) -> Enrolment:
        """Enrol a new subject from one or several photographs, all or nothing."""
        raise NotImplementedError

    def add_pictures(
        self, caller: Caller, name: SubjectName, pictures: Sequence[bytes], request_id: str = ""
    ) -> Enrolment:
        """Add photographs to a subject; they must show the same person."""
        raise NotImplementedError

    def get_subject(self, caller: Caller, name: SubjectName) -> Subject:
        """Return one subject."""
        raise NotImplementedError

    def list_subjects(
        self, caller: Caller, gallery: GalleryName, page_size: int = 100, page_token: str = ""
    ) -> SubjectPage:
        """Return a gallery's subjects by id, a page at a time."""
        raise NotImplementedError

    def delete_subject(self, caller: Caller, name: SubjectName, request_id: str = "") -> Receipt:
        """Erase a subject from every store."""
        raise NotImplementedError

    def open_import(
        self, caller: Caller, gallery: GalleryName, import_id: str | None = None
    ) -> ImportSession:
        """Begin an import, or go on with one behind its last acknowledged item."""
        raise NotImplementedError

    def search(
        self,
        caller: Caller,
        gallery: GalleryName,
        probe: bytes | FaceReading,
        top_k: int = 5,
        target_fpir: float = 1e-2,
    ) -> SearchResult:
        """Say who of a gallery is on a picture, if anyone."""
        raise NotImplementedError

    def verify_subject(
        self,
        caller: Caller,
        subject: SubjectName,
        probe: bytes | FaceReading,
        target_fmr: float = 1e-4,
    ) -> MatchResult:
        """Say whether a picture shows an enrolled subject (face login), within attempt limits."""
        raise NotImplementedError

    def sweep(self) -> tuple[Receipt, ...]:
        """Erase what has expired and finish what was interrupted; call it now and then."""
        raise NotImplementedError
