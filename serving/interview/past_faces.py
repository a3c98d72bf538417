"""Faces of a tenant's interviews, looked for again: in memory only while the server runs."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from base.clock import Clock
from base.errors import SecretsUnavailableError
from base.ids import InterviewName
from kyc.case import DocumentRecord
from serving.crypto.key import Key
from serving.galleries.vault import Vaults
from serving.storage.database import Database
from serving.storage.past_faces_schema import InterviewFaceRow
from serving.storage.records import TenantRecords
from vision.embedding import Embedding
from vision.gallery_index import FaissGalleryIndex
from vision.geometry import Floats

# Exact search in half precision: a kilobyte and some 0.1 us each.
MAX_FACES = 500_000
_BATCH = 2_000
_MAX_SAME_DOCUMENT = 20
# Fields that tell one document from another, by kind.
_NUMBER_FIELDS = ("number", "document_number")

# Returns a case's data key; None for a case that is gone.
OpenCaseKey = Callable[[TenantRecords, str], Key | None]


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of an interview. similarity: to the face that was looked for."""

    interview: str
    participant: str
    document_mac: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face is seen: the participant of a case, and the case's data key."""

    name: InterviewName
    participant: str
    key: Key


class PastFaces:
    """Keeps the live faces of participants and finds them again; safe to share.

    A face is sealed with its case's data key and goes with it. Another process's faces are found
    from the next search on; what the database does not hold any more is never told.
    """

    name = "interview faces"

    def __init__(
        self, database: Database, vaults: Vaults, clock: Clock, open_key: OpenCaseKey
    ) -> None:
        self._database = database
        self._vaults = vaults
        self._clock = clock
        self._open_key = open_key
        self._lock = threading.Lock()
        self._indexes: dict[tuple[str, str], _Index] = {}

    def document_mac(self, tenant: str, document: DocumentRecord | None) -> str | None:
        """Return what tells a document from another and is useless without the tenant's key."""
        if document is None:
            return None
        number = next(filter(None, map(document.fields.get, _NUMBER_FIELDS)), None)
        if number is None:
            return None
        text = f"{document.kind}:{number}".encode()
        with self._database.write() as transaction:
            key = self._vaults.open(transaction.tenant(tenant)).key
        return key.mac(text, "interview-document").hex()

    def keep(self, place: Place, face: Embedding, document_mac: str | None) -> None:
        """Keep a participant's face in place of the one before."""
        row = InterviewFaceRow(
            tenant=place.name.tenant,
            interview=place.name.interview,
            participant=place.participant,
            model_id=face.model_id,
            sealed_template=place.key.seal(
                face.vector.astype("<f2").tobytes(), _context(place.name, place.participant)
            ),
            document_mac=document_mac,
            seen_at=self._clock.now(),
        )
        with self._database.write() as transaction:
            transaction.tenant(place.name.tenant).interview_faces.put(row)

    def count(self, tenant: str) -> int:
        """Return how many faces there are."""
        with self._database.read() as transaction:
            return transaction.tenant(tenant).interview_faces.count()

    def most_alike(
        self, tenant: str, face: Embedding, min_similarity: float, top_k: int = 10
    ) -> tuple[SeenFace, ...]:
        """Return the faces at or above a similarity, most alike first."""
        with self._database.read() as transaction:
            records = transaction.tenant(tenant)
            index = self._current(records, face.model_id)
            rows, similarities = index.faces.search(face.vector[None], top_k)
            near = {
                int(row): min(float(similarity), 1.0)
                for row, similarity in zip(rows[0], similarities[0], strict=True)
                if row >= 0 and similarity >= min_similarity
            }
            there = records.interview_faces.by_ids(list(near))
            index.drop(set(near) - {row.id for row in there})
            found = [_seen(row, near[row.id]) for row in there]
        return tuple(sorted(found, key=lambda one: -one.similarity))

    def of_case(self, name: InterviewName, face: Embedding) -> tuple[SeenFace, ...]:
        """Return every face of a case, as like `face` as they are."""
        with self._database.read() as transaction:
            records = transaction.tenant(name.tenant)
            return self._compare(records, records.interview_faces.of_case(name.interview), face)

    def of_document(self, tenant: str, document_mac: str, face: Embedding) -> tuple[SeenFace, ...]:
        """Return the newest faces that came with a document, as like `face` as they are."""
        with self._database.read() as transaction:
            records = transaction.tenant(tenant)
            rows = records.interview_faces.of_document(document_mac, _MAX_SAME_DOCUMENT)
            return self._compare(records, rows, face)

    def erase(self, name: InterviewName) -> int:
        """Forget the faces of a case, in rows and in memory; doing it twice does no harm."""
        with self._database.write() as transaction:
            faces = transaction.tenant(name.tenant).interview_faces
            gone = {row.id for row in faces.of_case(name.interview)}
            count = faces.forget(name.interview)
        with self._lock:
            for (tenant, _), index in self._indexes.items():
                if tenant == name.tenant:
                    index.drop(gone)
        return count

    def _compare(
        self, records: TenantRecords, rows: Sequence[InterviewFaceRow], face: Embedding
    ) -> tuple[SeenFace, ...]:
        same = [row for row in rows if row.model_id == face.model_id]
        templates = [(row, self._template(records, row)) for row in same]
        return tuple(
            _seen(row, float(template @ face.vector))
            for row, template in templates
            if template is not None
        )

    def _current(self, records: TenantRecords, model_id: str) -> "_Index":
        """Return the index of a tenant and model with everything that the database holds."""
        with self._lock:
            index = self._indexes.setdefault((records.tenant, model_id), _Index())
            while rows := records.interview_faces.since(index.last_id, _BATCH):
                ours = [row for row in rows if row.model_id == model_id]
                index.add([(row.id, self._template(records, row)) for row in ours], rows[-1].id)
            return index

    def _template(self, records: TenantRecords, row: InterviewFaceRow) -> Floats | None:
        key = self._open_key(records, row.interview)
        if key is None:
            return None
        name = InterviewName(row.tenant, row.interview)
        try:
            plain = key.open(row.sealed_template, _context(name, row.participant))
        except SecretsUnavailableError:
            return None  # Its case was erased and is on its way out.
        vector = np.frombuffer(plain, "<f2").astype(np.float32)
        unit: Floats = vector / np.linalg.norm(vector)
        return unit


class _Index:
    """Templates of one tenant and model in memory. last_id: the newest that was looked at."""

    def __init__(self) -> None:
        self.faces = FaissGalleryIndex()
        self.last_id = 0

    def add(self, templates: Sequence[tuple[int, Floats | None]], last_id: int) -> None:
        """Take more templates in."""
        known = [(row, vector) for row, vector in templates if vector is not None]
        if known:
            rows = np.array([row for row, _ in known], np.int64)
            self.faces.add(rows, np.stack([vector for _, vector in known]))
        self.last_id = last_id

    def drop(self, rows: set[int]) -> None:
        """Let templates go."""
        if rows:
            self.faces.remove(np.array(sorted(rows), np.int64))


def _context(name: InterviewName, participant: str) -> str:
    return f"{name.participant(participant)}#face"


def _seen(row: InterviewFaceRow, similarity: float) -> SeenFace:
    return SeenFace(row.interview, row.participant, row.document_mac, similarity)
