"""What the parts of the gallery service share."""

from dataclasses import dataclass

from base.clock import Clock
from base.errors import GalleryNotFoundError, ModelMismatchError
from base.ids import GalleryName, SubjectName
from decision.rates import ErrorRateTable
from media.pictures import PictureLimits
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.galleries.index_manager import IndexManager
from serving.galleries.settings import GallerySettings
from serving.galleries.vault import Vaults
from serving.storage.database import Database
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow
from vision.assembly import FacePipeline


@dataclass(frozen=True, slots=True, repr=False)
class Deps:
    """Built once by the service and handed to its parts."""

    database: Database
    vaults: Vaults
    pipeline: FacePipeline
    audit: AuditLog
    clock: Clock
    settings: GallerySettings
    limits: PictureLimits
    indexes: IndexManager

    @property
    def table(self) -> ErrorRateTable | None:
        """The error rates of the pipeline."""
        return self.pipeline.matcher.table

    def check_model(self, gallery: GalleryRow) -> None:
        """Raise ModelMismatchError if the gallery's templates are not our pipeline's."""
        actual = self.pipeline.embedding_model_id
        if gallery.model_id != actual:
            raise ModelMismatchError(
                f"the gallery's templates were made by {gallery.model_id}, this server runs "
                f"{actual}; use a server with the gallery's model, or enrol into a new gallery",
                expected=gallery.model_id,
                actual=actual,
            )


def check_tenant(caller: Caller, name: GalleryName | SubjectName) -> None:
    """Raise GalleryNotFoundError for another tenant's name, as for one that does not exist."""
    if caller.tenant != name.tenant:
        gallery = GalleryName(name.tenant, name.gallery)
        raise GalleryNotFoundError(f"there is no gallery {gallery}", gallery=gallery)


def subject_name(records: TenantRecords, gallery: GalleryRow, subject: str) -> SubjectName:
    """Return the resource name of a stored subject."""
    return SubjectName(records.tenant, gallery.gallery, subject)
