"""Subjects of random directions, written past the pictures, for tests of index and database."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from base.ids import GalleryName, new_id
from serving.galleries.subjects import NewSubject, add_subject
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import TemplateRow
from tests.support.galleries import World
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.quality import FaceQuality, QualityComponent

DIM = 512
Floats = npt.NDArray[np.float32]


def random_face(rng: np.random.Generator) -> Floats:
    vector = rng.normal(size=DIM).astype(np.float32)
    unit: Floats = vector / np.linalg.norm(vector)
    return unit


def reading_of(vector: Floats, model_id: str) -> FaceReading:
    good = QualityComponent("sharpness", 90.0, 1.0)
    return FaceReading(
        box_xyxy=np.array([0, 0, 1, 1], np.float32),
        score=1.0,
        landmarks=np.zeros((5, 2), np.float32),
        quality=FaceQuality((good,)),
        aligned=np.zeros((112, 112, 3), np.uint8),
        embedding=Embedding(vector, model_id),
    )


def enrol_vectors(
    world: World, gallery: GalleryName, vectors: dict[str, list[Floats]], lives_s: float | None
) -> None:
    """Write subjects with the given templates, in one transaction."""
    deps = world.service._deps
    with world.database.write() as transaction:
        records = transaction.tenant(gallery.tenant)
        vault = deps.vaults.open(records)
        for subject, templates in vectors.items():
            _write(world, records, vault, gallery, subject, templates, lives_s)


def _write(
    world: World,
    records: TenantRecords,
    vault: TenantVault,
    name: GalleryName,
    subject: str,
    templates: list[Floats],
    lives_s: float | None,
) -> None:

    deps = world.service._deps
    gallery = records.galleries.get(name.gallery)
    now = world.clock.now()
    expires_at = None if lives_s is None else now + timedelta(seconds=lives_s)
    row, own = add_subject(
        deps, records, gallery, vault, name.subject(subject), NewSubject(None, "", expires_at)
    )
    rows = []
    for vector in templates:
        template = new_id("tpl")
        rows.append(
            TemplateRow(
                tenant=records.tenant,
                gallery_id=gallery.id,
                subject_id=row.id,
                template=template,
                model_id=gallery.model_id,
                sealed_vector=own.seal_vector(template, gallery.model_id, vector),
                sealed_crop=None,
                quality=90.0,
                picture_mac=template.encode(),
                created_at=now,
            )
        )
    records.templates.add(gallery, rows)
