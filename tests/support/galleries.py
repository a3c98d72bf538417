"""A gallery service on the real pipeline, with a clock that a test moves and rates it knows."""

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from base.ids import GalleryName
from decision.rates import ErrorRateTable
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.crypto.master import make_master_key
from serving.galleries.service import GalleryService
from serving.galleries.settings import GallerySettings
from serving.galleries.types import DuplicatePolicy, LegalBasis
from serving.storage.database import DATABASE_FILE, Database
from vision.assembly import FacePipeline
from vision.match import FaceMatcher

# Made up, of the right size for the embedder, so that these tests do not hang on a measurement.
TABLE = ErrorRateTable(
    similarities=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
    fmrs=(0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5),
    fnmrs=(0.0, 0.001, 0.004, 0.01, 0.03, 0.08),
    impostor_pairs=30_000_000,
    genuine_pairs=3_000,
    data="made-up figures for tests",
)
# The people of the shipped photograph look aside; what quality refuses has tests of its own.
MIN_QUALITY = 10.0
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ManualClock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


def lenient(pipeline: FacePipeline, table: ErrorRateTable | None = TABLE) -> FacePipeline:
    matcher = FaceMatcher(table, pipeline.embedding_model_id, MIN_QUALITY)
    return dataclasses.replace(pipeline, matcher=matcher)


@dataclass(frozen=True)
class World:
    """A running gallery service and what stands behind it."""

    data_dir: Path
    service: GalleryService
    database: Database
    audit: AuditLog
    keyring: Keyring
    clock: ManualClock
    caller: Caller

    def gallery(
        self,
        gallery: str = "staff",
        basis: LegalBasis = LegalBasis.CONTRACT,
        retention: timedelta | None = None,
        duplicates: DuplicatePolicy = DuplicatePolicy.REPORT,
    ) -> GalleryName:
        name = GalleryName(self.caller.tenant, gallery)
        self.service.create_gallery(self.caller, name, "tests", basis, retention, duplicates)
        return name

    def everything_on_disk(self) -> bytes:
        files = [path for path in self.data_dir.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files)


@contextmanager
def open_world(
    data_dir: Path,
    pipeline: FacePipeline,
    clock: ManualClock | None = None,
    writer: str = "main",
    **settings: Any,
) -> Iterator[World]:
    clock = clock or ManualClock()
    database = Database.open_file(data_dir / DATABASE_FILE)
    keyring = Keyring(make_master_key(data_dir / "master.key"))
    audit = AuditLog(database, keyring, clock, data_dir / "audit", writer)
    chosen = GallerySettings(snapshot_dir=data_dir / "snapshots", **settings)
    service = GalleryService(database, keyring, pipeline, audit, clock, chosen)
    caller = Caller.local("bank-a")
    try:
        yield World(data_dir, service, database, audit, keyring, clock, caller)
    finally:
        service.close()
        database.close()


def shots(portrait: ImageRGB) -> Iterator[bytes]:
    """Second pictures made from one: compressed, brightened and turned copies, no two alike."""
    height, width = portrait.shape[:2]
    for step in itertools.count():
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), (-4, 0, 4)[step % 3], 1.0)
        turned = cv2.warpAffine(portrait, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        bright = np.clip(turned.astype(np.int16) + step, 0, 255).astype(np.uint8)
        yield encode_jpeg(bright, 95 - step % 30)
