"""The gallery service: what gRPC servicers, HTTP handlers and the command line call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from base.clock import Clock
from base.errors import DuplicateSubjectError
from base.ids import GalleryName, SubjectName
from media.pictures import DEFAULT_LIMITS, PictureLimits, decode_picture
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.galleries.catalogue import Catalogue
from serving.galleries.deps import Deps, check_tenant
from serving.galleries.enrolment import Enroller
from serving.galleries.erasable import ErasableStore
from serving.galleries.erasing import Eraser
from serving.galleries.identification import Identifier, Recognition
from serving.galleries.imports import ImportSession, open_import
from serving.galleries.index_manager import IndexManager, SnapshotEraser
from serving.galleries.login import FaceLogin
from serving.galleries.settings import GallerySettings
from serving.galleries.subjects import NewSubject
from serving.galleries.types import (
    Consent,
    DuplicatePolicy,
    Enrolment,
    Gallery,
    GalleryPage,
    LegalBasis,
    Receipt,
    SearchResult,
    Subject,
    SubjectPage,
)
from serving.galleries.vault import Vaults
from serving.permissions import may_search
from serving.storage.database import Database
from vision.analysis import FaceReading
from vision.assembly import FacePipeline
from vision.match import MatchResult


class GalleryService:
    """Galleries of one deployment; every method sees the caller's tenant alone.

    Blocking and safe to share between threads; processes may share database and snapshots.
    Another tenant's gallery raises GalleryNotFoundError, as one that does not exist.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        pipeline: FacePipeline,
        audit: AuditLog,
        clock: Clock,
        settings: GallerySettings,
        limits: PictureLimits = DEFAULT_LIMITS,
    ) -> None:
        """Put the service together and drop snapshots that a crash left behind."""
        vaults = Vaults(keyring, clock)
        indexes = IndexManager(database, vaults, settings)
        indexes.discard_stale()
        self._deps = Deps(database, vaults, pipeline, audit, clock, settings, limits, indexes)
        self._catalogue = Catalogue(self._deps)
        self._eraser = Eraser(self._deps, [indexes, SnapshotEraser(indexes)])
        self._enroller = Enroller(self._deps, self._catalogue, self._eraser)
        self._identifier = Identifier(self._deps)
        self._login = FaceLogin(self._deps, self._catalogue)

    def register(self, store: ErasableStore) -> None:
        """Let a further store of personal data take part in every erasure."""
        self._eraser.register(store)

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
        """Create an empty gallery for the embedding model in use. Raises GalleryExistsError."""
        return self._catalogue.create_gallery(
            caller, name, purpose, legal_basis, retention, duplicate_policy, request_id
        )

    def get_gallery(self, caller: Caller, name: GalleryName) -> Gallery:
        """Return one gallery."""
        return self._catalogue.get_gallery(caller, name)

    def list_galleries(
        self, caller: Caller, tenant: str, page_size: int = 100, page_token: str = ""
    ) -> GalleryPage:
        """Return the tenant's galleries by id, a page at a time."""
        return self._catalogue.list_galleries(caller, tenant, page_size, page_token)

    def delete_gallery(self, caller: Caller, name: GalleryName, request_id: str = "") -> Receipt:
        """Erase a gallery with all its subjects from every store."""
        return self._eraser.erase_gallery(caller, name, request_id)

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
        """Enrol a new subject from one or several photographs, all or nothing.

        Raises SubjectExistsError, ConsentMissingError, DuplicateSubjectError,
        ModelMismatchError, RequestIdReusedError, and PoorPictureError (or the one reason that
        all pictures share, such as NoFaceError) if no picture is good enough.
        A caller who may not search is not told whom the person resembles.
        """
        new = NewSubject(consent, display_name, expires_at)
        if may_search(caller):
            return self._enroller.enrol(caller, name, pictures, new, request_id)
        try:
            enrolment = self._enroller.enrol(caller, name, pictures, new, request_id)
        except DuplicateSubjectError:
            raise DuplicateSubjectError(
                "the person seems to be enrolled already; this gallery takes no duplicates"
            ) from None
        return replace(enrolment, possible_duplicates=())

    def add_pictures(
        self, caller: Caller, name: SubjectName, pictures: Sequence[bytes], request_id: str = ""
    ) -> Enrolment:
        """Add photographs to a subject; `accepted` is empty if all of them were there already.

        Raises SubjectNotFoundError, SubjectExpiredError, DifferentPersonError and what
        `enrol_subject` raises about pictures.
        """
        return self._enroller.enrol(caller, name, pictures, None, request_id)

    def get_subject(self, caller: Caller, name: SubjectName) -> Subject:
        """Return one subject. Raises SubjectNotFoundError and SubjectExpiredError."""
        return self._catalogue.get_subject(caller, name)

    def list_subjects(
        self, caller: Caller, gallery: GalleryName, page_size: int = 100, page_token: str = ""
    ) -> SubjectPage:
        """Return a gallery's subjects by id, a page at a time."""
        return self._catalogue.list_subjects(caller, gallery, page_size, page_token)

    def delete_subject(self, caller: Caller, name: SubjectName, request_id: str = "") -> Receipt:
        """Erase a subject from every store. Raises SubjectNotFoundError."""
        return self._eraser.erase_subject(caller, name, request_id)

    def open_import(
        self, caller: Caller, gallery: GalleryName, import_id: str | None = None
    ) -> ImportSession:
        """Begin an import, or go on with one behind its last acknowledged item.

        Raises ImportStateError for an id that is not known in this gallery.
        """
        return open_import(self._deps, self._enroller, caller, gallery, import_id)

    def search(
        self,
        caller: Caller,
        gallery: GalleryName,
        probe: bytes | FaceReading,
        top_k: int = 5,
        target_fpir: float = 1e-2,
    ) -> SearchResult:
        """Say who of a gallery is on a picture, if anyone.

        Raises the picture and face errors, ErrorRateOutOfRangeError and ModelMismatchError.
        """
        check_tenant(caller, gallery)
        return self._identifier.search(caller, gallery, self._read(probe), top_k, target_fpir)

    def recognise(
        self,
        caller: Caller,
        gallery: GalleryName,
        reading: FaceReading,
        target_fpir: float,
        is_watchlist: bool = False,
    ) -> Recognition:
        """Say whom a face in passing may be; the caller writes the audit line that comes with it.

        Raises GalleryNotFoundError, ModelMismatchError, ErrorRateOutOfRangeError, and
        WatchlistBasisError for a watchlist that rests on consent.
        """
        return self._identifier.recognise(caller, gallery, reading, target_fpir, is_watchlist)

    def check_searchable(
        self, caller: Caller, gallery: GalleryName, is_watchlist: bool = False
    ) -> None:
        """Raise what `recognise` would raise about the gallery itself."""
        self._identifier.check_searchable(caller, gallery, is_watchlist)

    def verify_subject(
        self,
        caller: Caller,
        subject: SubjectName,
        probe: bytes | FaceReading,
        target_fmr: float = 1e-4,
    ) -> MatchResult:
        """Say whether a picture shows an enrolled subject (face login), within attempt limits.

        Raises TooManyAttemptsError with `retry_after_s`, SubjectNotFoundError,
        SubjectExpiredError, ModelMismatchError and ErrorRateOutOfRangeError.
        """
        check_tenant(caller, subject)
        return self._login.verify(caller, subject, self._read(probe), target_fmr)

    def sweep(self) -> tuple[Receipt, ...]:
        """Erase what has expired, finish what was interrupted, forget what is too old.

        Call it every few minutes; a subject never matches after its expiry, swept or not.
        """
        receipts: list[Receipt] = []
        with self._deps.database.read() as transaction:
            tenants = transaction.tenants()
        for tenant in tenants:
            receipts += self._eraser.finish_pending(tenant)
            receipts += self._eraser.erase_expired(tenant)
            self._forget_old(tenant)
        self._deps.indexes.follow_all()
        self._deps.indexes.discard_stale()
        self._deps.audit.anchor()
        return tuple(receipts)

    def close(self) -> None:
        """Write snapshots that lag behind, so that the next start is fast."""
        self._deps.indexes.close()

    def _read(self, probe: bytes | FaceReading) -> FaceReading:
        if isinstance(probe, FaceReading):
            return probe
        return self._deps.pipeline.analyzer.read(decode_picture(probe, self._deps.limits))

    def _forget_old(self, tenant: str) -> None:
        settings, now = self._deps.settings, self._deps.clock.now()
        with self._deps.database.write() as transaction:
            records = transaction.tenant(tenant)
            records.requests.forget_before(now - timedelta(seconds=settings.request_memory_s))
            records.imports.forget_before(now - timedelta(seconds=settings.import_memory_s))
            records.attempts.forget_before(now - timedelta(seconds=settings.attempt_window_s))
