"""Indexes in memory: loaded from a snapshot, caught up by the revision log, bounded in number."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from base.errors import StorageFailedError
from base.ids import SubjectName
from serving.galleries.erasable import Erasure
from serving.galleries.settings import GallerySettings
from serving.galleries.snapshot import SnapshotHeader, SnapshotStore
from serving.galleries.vault import TenantVault, Vaults
from serving.storage.database import Database
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow
from serving.storage.templates import SealedTemplate
from vision.gallery_index import FaissGalleryIndex, GalleryIndex

_log = logging.getLogger(__name__)
_BATCH = 4096
# A snapshot is written again when this share of it has changed, so that filling a gallery
# writes a few times its final size and not its square.
_CHANGED_SHARE = 0.2


@dataclass(eq=False)
class _Loaded:
    """One gallery in memory; the lock is held while it is caught up."""

    index: FaissGalleryIndex | None = None
    revision: int = 0
    saved_revision: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class IndexManager:
    """Gives the index of a gallery, as new as the transaction that asks. Safe to share.

    The database is the truth: an index is only ever changed by following the revision log, so
    that every process that shares the database comes to the same one.
    """

    name = "index"

    def __init__(self, database: Database, vaults: Vaults, settings: GallerySettings) -> None:
        self._database = database
        self._vaults = vaults
        self._settings = settings
        self.snapshots = SnapshotStore(settings.snapshot_dir)
        self._lock = threading.Lock()
        self._loaded: OrderedDict[tuple[str, int], _Loaded] = OrderedDict()

    def current(
        self, records: TenantRecords, gallery: GalleryRow, vault: TenantVault
    ) -> GalleryIndex:
        """Return the gallery's index, at the revision of `gallery` or newer."""
        loaded = self._slot(records.tenant, gallery.id)
        with loaded.lock:
            index = self._follow(loaded, records, gallery, vault)
            changed = loaded.revision - loaded.saved_revision
            if changed >= max(self._settings.snapshot_every, _CHANGED_SHARE * len(index)):
                self._save(loaded, index, records, gallery, vault)
        return index

    def erase(self, erasure: Erasure) -> int:
        """Forget what was erased, if it is in memory here; return how many templates it had."""
        key = (erasure.tenant, erasure.gallery_id)
        with self._lock:
            loaded = self._loaded.get(key)
            if erasure.subject is None:
                self._loaded.pop(key, None)
        if loaded is None:
            return 0
        if erasure.subject is not None:
            with self._database.read() as transaction:
                records = transaction.tenant(erasure.tenant)
                gallery = records.galleries.find(erasure.gallery)
                if gallery is not None and gallery.id == erasure.gallery_id:
                    self.current(records, gallery, self._vaults.open(records))
        return erasure.template_count

    def save(self, tenant: str, gallery_name: str, gallery_id: int) -> None:
        """Write a gallery's snapshot at its present revision. Raises StorageFailedError."""
        with self._database.read() as transaction:
            records = transaction.tenant(tenant)
            gallery = records.galleries.find(gallery_name)
            if gallery is None or gallery.id != gallery_id:
                self.snapshots.remove(tenant, gallery_id)
                return
            vault = self._vaults.open(records)
            loaded = self._slot(tenant, gallery_id)
            with loaded.lock:
                index = self._follow(loaded, records, gallery, vault)
                self._save(loaded, index, records, gallery, vault)

    def follow_all(self) -> None:
        """Let every index in memory forget what another process erased."""
        with self._lock:
            keys = list(self._loaded)
        for tenant, gallery_id in keys:
            with self._database.read() as transaction:
                records = transaction.tenant(tenant)
                gallery = records.galleries.by_row_id(gallery_id)
                if gallery is not None:
                    self.current(records, gallery, self._vaults.open(records))
                    continue
            with self._lock:
                self._loaded.pop((tenant, gallery_id), None)

    def discard_stale(self) -> int:
        """Remove snapshots that hold erased templates, after a crash; return how many."""
        removed = 0
        for tenant, gallery_id in self.snapshots.all():
            header = self.snapshots.header(tenant, gallery_id)
            with self._database.read() as transaction:
                gallery = transaction.tenant(tenant).galleries.by_row_id(gallery_id)
                is_stale = (
                    header is None or gallery is None or header.revision < gallery.removal_revision
                )
            removed += is_stale and self.snapshots.remove(tenant, gallery_id)
        return removed

    def close(self) -> None:
        """Write the snapshots that lag behind, so that the next start is fast."""
        with self._lock:
            loaded = list(self._loaded.items())
            self._loaded.clear()
        for (tenant, gallery_id), slot in loaded:
            self._retire(tenant, gallery_id, slot)

    def _slot(self, tenant: str, gallery_id: int) -> _Loaded:
        """Return the place of a gallery, most recently used; retire the one used longest ago."""
        retired = None
        with self._lock:
            slot = self._loaded.setdefault((tenant, gallery_id), _Loaded())
            self._loaded.move_to_end((tenant, gallery_id))
            if len(self._loaded) > self._settings.max_loaded_galleries:
                retired = self._loaded.popitem(last=False)
        if retired is not None:
            self._retire(*retired[0], retired[1])
        return slot

    def _retire(self, tenant: str, gallery_id: int, slot: _Loaded) -> None:
        """Write the snapshot of a gallery that leaves memory, unless it is gone or unchanged."""
        with slot.lock, self._database.read() as transaction:
            if slot.index is None or slot.revision == slot.saved_revision:
                return
            records = transaction.tenant(tenant)
            gallery = records.galleries.by_row_id(gallery_id)
            if gallery is not None:
                vault = self._vaults.open(records)
                index = self._follow(slot, records, gallery, vault)
                self._save(slot, index, records, gallery, vault)

    def _follow(
        self, loaded: _Loaded, records: TenantRecords, gallery: GalleryRow, vault: TenantVault
    ) -> FaissGalleryIndex:
        if loaded.index is None:
            self._load(loaded, records, gallery, vault)
        index = loaded.index
        assert index is not None
        while loaded.revision < gallery.revision:
            steps = records.templates.changes(gallery.id, loaded.revision, _BATCH)
            if not steps:
                raise StorageFailedError("the gallery's revision log has a gap")
            came = {step.template_id for step in steps if not step.is_removal}
            went = {step.template_id for step in steps if step.is_removal}
            if went:
                index.remove(np.fromiter(went, np.int64))
            fresh = records.templates.sealed(sorted(came - went))
            _add(index, records.tenant, gallery, vault, fresh)
            loaded.revision = steps[-1].seq
        return index

    def _load(
        self, loaded: _Loaded, records: TenantRecords, gallery: GalleryRow, vault: TenantVault
    ) -> None:
        """Fill from the snapshot, or from the templates where there is none that serves."""
        if self._load_snapshot(loaded, records, gallery, vault):
            return
        index = FaissGalleryIndex()
        after = 0
        while rows := records.templates.sealed_after(gallery.id, after, _BATCH):
            _add(index, records.tenant, gallery, vault, rows)
            after = rows[-1].template_id
        loaded.index, loaded.revision, loaded.saved_revision = index, gallery.revision, 0

    def _load_snapshot(
        self, loaded: _Loaded, records: TenantRecords, gallery: GalleryRow, vault: TenantVault
    ) -> bool:
        found = self.snapshots.read(records.tenant, gallery.id, gallery.model_id, vault.key)
        if found is None or found[0].revision > gallery.revision:
            return False
        try:
            loaded.index = FaissGalleryIndex.from_bytes(found[1])
        except StorageFailedError:
            _log.warning("a gallery's snapshot cannot be read; its templates are read instead")
            return False
        loaded.revision = loaded.saved_revision = found[0].revision
        return True

    def _save(
        self,
        loaded: _Loaded,
        index: FaissGalleryIndex,
        records: TenantRecords,
        gallery: GalleryRow,
        vault: TenantVault,
    ) -> None:
        content = index.to_bytes()
        header = SnapshotHeader(
            records.tenant, gallery.id, gallery.model_id, loaded.revision, len(content)
        )
        try:
            self.snapshots.write(header, content, vault.key)
        except OSError as error:
            raise StorageFailedError(
                f"the snapshot of gallery {gallery.gallery} cannot be written: {error.strerror}"
            ) from error
        loaded.saved_revision = loaded.revision


class SnapshotEraser:
    """Keeps erased templates out of the snapshot files."""

    name = "snapshot"

    def __init__(self, indexes: IndexManager) -> None:
        self._indexes = indexes

    def erase(self, erasure: Erasure) -> int:
        """Replace a snapshot that may hold what was erased; return how many templates it had."""
        header = self._indexes.snapshots.header(erasure.tenant, erasure.gallery_id)
        if erasure.subject is None:
            was_there = self._indexes.snapshots.remove(erasure.tenant, erasure.gallery_id)
            return erasure.template_count if was_there else 0
        if header is None:
            return 0
        self._indexes.save(erasure.tenant, erasure.gallery, erasure.gallery_id)
        return erasure.template_count


def _add(
    index: FaissGalleryIndex,
    tenant: str,
    gallery: GalleryRow,
    vault: TenantVault,
    rows: Sequence[SealedTemplate],
) -> None:
    wanted = [row for row in rows if row.model_id == gallery.model_id]
    if not wanted:
        return
    vectors = [
        vault.subject(
            SubjectName(tenant, gallery.gallery, row.subject), row.wrapped_key
        ).open_vector(row.template, row.model_id, row.sealed_vector)
        for row in wanted
    ]
    ids = np.array([row.template_id for row in wanted], np.int64)
    index.add(ids, np.stack(vectors))
