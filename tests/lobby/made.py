"""Sightings, faces and branches that tests of the lobby are written with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np

from base.ids import GalleryName, SubjectName
from lobby.identity import Identity, IdentityKind
from lobby.seen import CameraRef, Seen, TrackRef
from lobby.visit_limits import StrangerMatch, VisitLimits
from lobby.visits import VisitBook
from vision.embedding import Embedding

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOOR, HALL = CameraRef("box-1", "door"), CameraRef("box-1", "hall")
CUSTOMERS, WANTED = GalleryName("bank", "customers"), GalleryName("bank", "wanted")
MATCH = StrangerMatch(0.5, 1e-4, "embedder")
LIMITS = VisitLimits(gone_after_s=120, gone_after_final_s=30, rejoin_s=300, stranger_memory_s=100)
STRANGER = Identity(IdentityKind.STRANGER)
UNSURE = Identity(IdentityKind.UNSURE, reason="FACE_BLURRED")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def known(name: str, is_watchlisted: bool = False) -> Identity:
    gallery = WANTED if is_watchlisted else CUSTOMERS
    subject = SubjectName(gallery.tenant, gallery.gallery, name)
    return Identity(IdentityKind.KNOWN, subject, is_watchlisted, similarity=0.6)


def face(person: int, view: int = 0, model_id: str = "embedder") -> Embedding:
    """Return a view of a person: views of one are alike by 0.9, of two people by nothing."""
    vector = np.zeros(64, np.float32)
    vector[person] = np.sqrt(0.9)
    vector[63 - view] = np.sqrt(0.1)
    return Embedding(vector, model_id)


def seen(
    track: str,
    when: float,
    identity: Identity | None = None,
    since: float | None = None,
    camera: CameraRef = DOOR,
    zone: str = "",
    embedding: Embedding | None = None,
    is_final: bool = False,
    is_late: bool = False,
) -> Seen:
    """Return a sighting; times are seconds after the start."""
    return Seen(
        TrackRef(camera, track),
        at(when if since is None else since),
        at(when),
        (zone,) if zone else (),
        None if identity is None else at(when),
        identity,
        embedding,
        is_final,
        is_late,
    )


def numbered(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def book(limits: VisitLimits = LIMITS, match: StrangerMatch | None = MATCH) -> VisitBook:
    return VisitBook(limits, match, numbered("visit"))
