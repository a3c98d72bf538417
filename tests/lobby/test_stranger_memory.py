"""Strangers' embeddings are in memory only, for minutes, and gone after that."""

import gc
import pickle
import weakref

import numpy as np
import pytest

from base.ids import SubjectName
from lobby.identity import Identity, IdentityKind
from lobby.visit_limits import VisitLimits
from lobby.visits import VisitBook
from tests.lobby.made import HALL, MATCH, STRANGER, at, book, face, known, seen
from vision.embedding import Embedding

MARK = np.float32(0.4242424)


def marked_face() -> Embedding:
    """Return a face whose numbers can be found anywhere in memory."""
    return Embedding(np.full(64, MARK, np.float32), "embedder")


def arrays_with_the_mark() -> int:
    """Count arrays, wherever they are, that hold a number of the marked face."""
    gc.collect()
    return sum(
        bool(array.size) and array.dtype == np.float32 and bool((array == MARK).any())
        for array in gc.get_objects() + referred_to()
        if isinstance(array, np.ndarray)
    )


def referred_to() -> list[object]:
    """Return arrays, which the collector does not list by themselves, through their holders."""
    return [one for one in gc.get_referents(*gc.get_objects()) if isinstance(one, np.ndarray)]


def meet(visits: VisitBook) -> None:
    visits.see(seen("1", 0, STRANGER, embedding=marked_face()))


def test_the_search_for_what_must_be_gone_finds_what_is_there() -> None:
    visits = book()
    meet(visits)
    assert arrays_with_the_mark() > 0
    assert visits.stranger_embedding_count == 1


def test_the_given_embedding_itself_is_not_kept() -> None:
    visits = book()
    embedding = marked_face()
    visits.see(seen("1", 0, STRANGER, embedding=embedding))
    vector = weakref.ref(embedding.vector)
    del embedding
    gc.collect()
    assert vector() is None


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda one: one.tick(at(100)), id="after its time"),
        pytest.param(lambda one: one.tick(at(5000)), id="with the visit"),
        pytest.param(lambda one: one.see(seen("1", 2, known("li"))), id="with a name"),
        pytest.param(lambda one: one.restore(one.open_visits()), id="with a restart"),
        pytest.param(
            lambda one: [one.see(seen("1", n, STRANGER, embedding=face(n))) for n in range(1, 5)],
            id="for newer ones",
        ),
    ],
)
def test_no_trace_of_a_stranger_is_left(end: object) -> None:
    visits = book()
    meet(visits)
    assert callable(end)
    end(visits)
    assert arrays_with_the_mark() == 0


def test_an_embedding_outlives_its_time_by_nothing() -> None:
    visits = book()
    meet(visits)
    visits.tick(at(99))
    assert visits.stranger_embedding_count == 1
    visits.tick(at(100))
    assert visits.stranger_embedding_count == 0
    visits.see(seen("2", 101, STRANGER, camera=HALL, embedding=marked_face()))
    assert len(visits.open_visits()) == 2


def test_being_seen_again_lengthens_the_time() -> None:
    visits = book()
    meet(visits)
    visits.see(seen("1", 90))
    visits.tick(at(189))
    assert visits.stranger_embedding_count == 1


def test_a_merge_keeps_no_more_than_one_visit_may_have() -> None:
    visits = book(VisitLimits(embeddings_per_visit=2))
    for view in range(3):
        visits.see(seen("1", view, STRANGER, embedding=face(1, view)))
        visits.see(seen("9", view, STRANGER, camera=HALL, embedding=face(1, view)))
    assert len(visits.open_visits()) == 1
    assert visits.stranger_embedding_count == 2


def test_there_is_room_for_so_many_and_the_oldest_go_first() -> None:
    visits = book(VisitLimits(max_embeddings=3))
    for number in range(5):
        visits.see(seen(str(number), number, STRANGER, embedding=face(number)))
    assert visits.stranger_embedding_count == 3
    visits.see(seen("4", 6, STRANGER, camera=HALL, embedding=face(4)))
    visits.see(seen("0", 7, STRANGER, camera=HALL, embedding=face(0)))
    assert len(visits.open_visits()) == 6


def test_late_faces_of_strangers_are_not_kept() -> None:
    visits = book()
    visits.tick(at(5000))
    visits.see(seen("1", 0, STRANGER, embedding=marked_face(), is_late=True))
    assert visits.stranger_embedding_count == 0


def test_what_is_stored_of_a_visit_holds_no_face() -> None:
    visits = book()
    meet(visits)
    (visit,) = visits.open_visits()
    assert MARK.tobytes() not in pickle.dumps(visit)
    assert "0.42" not in repr(visit)


def test_nobody_gets_a_name_by_being_alike() -> None:
    """A name comes from a search of a gallery, at its error rate; never from a neighbour."""
    visits = book()
    visits.see(seen("1", 0, known("li"), embedding=marked_face()))
    visits.see(seen("2", 9, STRANGER, camera=HALL, embedding=marked_face()))
    assert len(visits.open_visits()) == 2


def test_a_stranger_keeps_the_reason_why_nobody_was_looked_for() -> None:
    refused = Identity(IdentityKind.STRANGER, reason="GALLERY_NOT_SEARCHED")
    visits = VisitBook(VisitLimits(), MATCH)
    visits.see(seen("1", 0, refused, embedding=face(1)))
    visits.see(seen("2", 5, refused, camera=HALL, embedding=face(1)))
    (visit,) = visits.open_visits()
    assert visit.identity.reason == "GALLERY_NOT_SEARCHED"
    assert visits.forget(SubjectName("bank", "customers", "li")) == ()
