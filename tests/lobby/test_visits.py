"""One visit for each person and stay, whichever cameras saw them and in whatever order."""

import pytest

from base.ids import SubjectName
from lobby.identity import IdentityKind
from lobby.seen import CameraRef, TrackRef
from lobby.visit import Visit, VisitChange, VisitStep, ZonePlace
from lobby.visit_limits import StrangerMatch, VisitLimits
from lobby.visits import VisitBook
from tests.lobby.made import (
    DOOR,
    HALL,
    LIMITS,
    STRANGER,
    UNSURE,
    at,
    book,
    face,
    known,
    seen,
)


def only(changes: tuple[VisitChange, ...]) -> VisitChange:
    (change,) = changes
    return change


def steps(changes: tuple[VisitChange, ...]) -> list[VisitStep]:
    return [change.step for change in changes]


def one_open(visits: VisitBook) -> Visit:
    (visit,) = visits.open_visits()
    return visit


def test_a_face_that_is_known_begins_a_visit() -> None:
    visits = book()
    change = only(visits.see(seen("1", 3, known("li"), since=1, zone="entry")))
    assert change.step is VisitStep.ARRIVED
    assert change.visit.identity.subject == SubjectName("bank", "customers", "li")
    assert (change.visit.arrived_at, change.visit.last_seen_at) == (at(1), at(3))
    assert change.visit.face_at == at(3)
    assert change.visit.place == ZonePlace(DOOR, "entry")
    assert change.visit.place_since == at(3)
    assert change.visit.revision == 1


def test_somebody_seen_from_behind_is_no_visit_until_a_face_is_looked_at() -> None:
    visits = book()
    assert visits.see(seen("1", 5, since=0, zone="queue")) == ()
    assert visits.open_visits() == ()
    change = only(visits.see(seen("1", 60, STRANGER, since=0)))
    assert change.visit.arrived_at == at(0)


def test_a_second_camera_joins_the_visit_of_a_known_person() -> None:
    visits = book()
    first = only(visits.see(seen("1", 0, known("li"))))
    second = only(visits.see(seen("1", 20, known("li"), camera=HALL)))
    assert second.visit.id == first.visit.id
    assert second.visit.camera == HALL
    assert second.visit.tracks == (TrackRef(DOOR, "1"), TrackRef(HALL, "1"))
    assert second.visit.revision == 2


def test_a_visit_ends_when_it_was_last_seen() -> None:
    visits = book()
    visits.see(seen("1", 10, known("li")))
    assert visits.tick(at(129)) == ()
    change = only(visits.tick(at(130)))
    assert change.step is VisitStep.ENDED
    assert change.visit.ended_at == at(10)
    assert visits.open_visits() == ()


def test_a_camera_that_lost_the_person_shortens_the_wait() -> None:
    visits = book()
    visits.see(seen("1", 10, known("li")))
    visits.see(seen("1", 12, is_final=True))
    assert visits.tick(at(41)) == ()
    assert only(visits.tick(at(42))).visit.ended_at == at(12)


def test_another_camera_that_still_follows_keeps_the_visit_open() -> None:
    visits = book()
    visits.see(seen("1", 10, known("li")))
    visits.see(seen("2", 11, known("li"), camera=HALL))
    visits.see(seen("1", 12, is_final=True))
    assert visits.tick(at(60)) == ()


def test_a_known_person_who_comes_back_soon_goes_on_with_the_visit() -> None:
    visits = book()
    first = only(visits.see(seen("1", 0, known("li"), is_final=True)))
    visits.tick(at(60))
    back = only(visits.see(seen("2", 299, known("li"))))
    assert back.step is VisitStep.RETURNED
    assert back.visit.id == first.visit.id
    assert back.visit.ended_at is None
    assert back.visit.arrived_at == at(0)


def test_a_known_person_who_comes_back_later_begins_another_visit() -> None:
    visits = book()
    first = only(visits.see(seen("1", 0, known("li"), is_final=True)))
    visits.tick(at(60))
    again = only(visits.see(seen("2", 301, known("li"))))
    assert again.step is VisitStep.ARRIVED
    assert again.visit.id != first.visit.id


def test_a_stranger_is_known_again_at_the_next_camera() -> None:
    visits = book()
    visits.see(seen("1", 0, STRANGER, embedding=face(1)))
    visits.see(seen("1", 20, STRANGER, camera=HALL, embedding=face(1, view=1)))
    assert len(one_open(visits).tracks) == 2


def test_two_strangers_are_two_visits() -> None:
    visits = book()
    visits.see(seen("1", 0, STRANGER, embedding=face(1)))
    visits.see(seen("2", 1, STRANGER, embedding=face(2)))
    assert len(visits.open_visits()) == 2


def test_strangers_are_not_joined_without_an_operating_point() -> None:
    visits = book(match=None)
    visits.see(seen("1", 0, STRANGER, embedding=face(1)))
    visits.see(seen("1", 20, STRANGER, camera=HALL, embedding=face(1)))
    assert len(visits.open_visits()) == 2
    assert visits.stranger_embedding_count == 0


@pytest.mark.parametrize(("limit", "count"), [(0.85, 1), (0.95, 2)])
def test_how_alike_strangers_must_be_is_given_from_outside(limit: float, count: int) -> None:
    visits = book(match=StrangerMatch(limit, 1e-4, "embedder"))
    visits.see(seen("1", 0, STRANGER, embedding=face(1)))
    visits.see(seen("1", 20, STRANGER, camera=HALL, embedding=face(1, view=1)))
    assert len(visits.open_visits()) == count


def test_embeddings_of_another_model_are_not_compared() -> None:
    visits = book()
    visits.see(seen("1", 0, STRANGER, embedding=face(1, model_id="another")))
    visits.see(seen("1", 20, STRANGER, camera=HALL, embedding=face(1)))
    assert len(visits.open_visits()) == 2


def test_one_camera_does_not_see_one_stranger_twice_at_a_time() -> None:
    """Twins beside each other are two people, however alike."""
    visits = book()
    visits.see(seen("1", 5, STRANGER, since=0, embedding=face(1)))
    visits.see(seen("2", 6, STRANGER, since=1, embedding=face(1)))
    assert len(visits.open_visits()) == 2


def test_a_stranger_who_is_recognised_later_gets_a_name() -> None:
    visits = book()
    visits.see(seen("1", 0, STRANGER, embedding=face(1)))
    change = only(visits.see(seen("1", 5, known("li"), embedding=face(1))))
    assert change.step is VisitStep.IDENTIFIED
    assert change.visit.identity == known("li")
    assert visits.stranger_embedding_count == 0


def test_a_stranger_who_is_recognised_joins_the_open_visit_of_that_person() -> None:
    visits = book()
    first = only(visits.see(seen("1", 10, known("li")))).visit
    stranger = only(visits.see(seen("9", 5, STRANGER, camera=HALL, embedding=face(1)))).visit
    merged, kept = visits.see(seen("9", 20, known("li"), since=5, camera=HALL))
    assert merged.step is VisitStep.MERGED
    assert (merged.visit.id, merged.visit.merged_into) == (stranger.id, first.id)
    assert merged.visit.tracks == ()
    assert not merged.visit.is_open
    assert kept.visit.id == one_open(visits).id == first.id
    assert kept.visit.arrived_at == at(5)
    assert len(kept.visit.tracks) == 2


def test_two_visits_of_a_stranger_become_one_when_a_better_face_shows_it() -> None:
    visits = book()
    first = only(visits.see(seen("1", 0, STRANGER, embedding=face(1)))).visit
    visits.see(seen("2", 8, UNSURE, camera=HALL, embedding=face(7)))
    merged, kept = visits.see(seen("2", 9, STRANGER, since=8, camera=HALL, embedding=face(1)))
    assert merged.visit.merged_into == kept.visit.id == first.id
    assert kept.visit.identity is STRANGER
    assert len(visits.open_visits()) == 1


def test_a_visit_never_loses_its_identity_to_a_weaker_one() -> None:
    visits = book()
    visits.see(seen("1", 0, UNSURE))
    for when, identity, kind in [
        (1, STRANGER, IdentityKind.STRANGER),
        (2, UNSURE, IdentityKind.STRANGER),
        (3, known("li"), IdentityKind.KNOWN),
        (4, STRANGER, IdentityKind.KNOWN),
        (5, UNSURE, IdentityKind.KNOWN),
        (6, None, IdentityKind.KNOWN),
    ]:
        visits.see(seen("1", when, identity))
        assert one_open(visits).identity.kind is kind


def test_one_poor_match_does_not_split_a_visit() -> None:
    visits = book()
    visits.see(seen("1", 0, known("li")))
    visits.see(seen("1", 2, known("wang")))
    visits.see(seen("1", 4, known("li")))
    visits.see(seen("1", 6, known("wang")))
    assert one_open(visits).identity == known("li")


def test_a_track_that_shows_somebody_else_twice_moves_to_a_new_visit() -> None:
    visits = book()
    li = only(visits.see(seen("1", 0, known("li")))).visit
    visits.see(seen("1", 20, known("wang"), since=0))
    changes = visits.see(seen("1", 22, known("wang"), since=0))
    assert steps(changes) == [VisitStep.SEEN, VisitStep.SPLIT]
    old, new = (change.visit for change in changes)
    assert (old.id, old.identity, old.tracks) == (li.id, known("li"), ())
    assert (new.identity, new.arrived_at) == (known("wang"), at(20))
    assert new.tracks == (TrackRef(DOOR, "1"),)


def test_a_track_that_shows_somebody_with_a_visit_moves_there() -> None:
    visits = book()
    wang = only(visits.see(seen("5", 0, known("wang"), camera=HALL))).visit
    visits.see(seen("1", 1, known("li")))
    visits.see(seen("1", 20, known("wang")))
    changes = visits.see(seen("1", 22, known("wang")))
    assert VisitStep.SPLIT not in steps(changes)
    assert changes[-1].visit.id == wang.id
    assert len(visits.open_visits()) == 2


def test_late_news_change_the_record_and_say_that_they_are_late() -> None:
    visits = book()
    visits.see(seen("1", 100, known("li")))
    change = only(visits.see(seen("7", 60, known("li"), since=50, camera=HALL, is_late=True)))
    assert change.is_late
    assert change.visit.arrived_at == at(50)
    assert change.visit.last_seen_at == at(100)
    assert change.visit.camera == DOOR


def test_late_news_of_who_has_left_make_a_visit_that_has_ended() -> None:
    visits = book()
    visits.tick(at(2000))
    change = only(visits.see(seen("1", 20, known("li"), since=5, is_late=True)))
    assert change.step is VisitStep.ARRIVED
    assert change.is_late
    assert change.visit.ended_at == at(20)
    longer = only(visits.see(seen("1", 90, since=5, is_late=True)))
    assert (longer.visit.id, longer.visit.ended_at) == (change.visit.id, at(90))
    other = only(visits.see(seen("8", 300, known("li"), camera=HALL, is_late=True)))
    assert other.visit.id == change.visit.id
    assert visits.open_visits() == ()


def test_old_news_do_not_turn_time_back() -> None:
    visits = book()
    visits.see(seen("1", 50, known("li"), zone="queue"))
    assert visits.see(seen("1", 40, since=50 - 10, zone="door"))[0].visit.place_since == at(50)
    assert one_open(visits).last_seen_at == at(50)
    assert one_open(visits).place == ZonePlace(DOOR, "queue")


def test_two_cameras_that_see_one_person_do_not_throw_them_to_and_fro() -> None:
    """Each camera knows its own zones only; a wait in a queue would begin anew all the time."""
    visits = book()
    visits.see(seen("1", 0, known("li"), zone="queue"))
    for second in range(1, 60):
        camera, zone = (HALL, "") if second % 2 else (DOOR, "queue")
        visits.see(seen(str(second % 2), second, known("li"), camera=camera, zone=zone))
    assert one_open(visits).place == ZonePlace(DOOR, "queue")
    assert one_open(visits).place_since == at(0)


def test_a_person_moves_from_zone_to_zone_and_out_of_all() -> None:
    visits = book()
    visits.see(seen("1", 0, known("li"), zone="door"))
    assert only(visits.see(seen("1", 5, zone="queue"))).step is VisitStep.MOVED
    assert one_open(visits).place_since == at(5)
    assert only(visits.see(seen("1", 9, zone="queue"))).step is VisitStep.SEEN
    visits.see(seen("1", 12))
    assert one_open(visits).place is None
    visits.see(seen("4", 13, known("li"), camera=HALL, zone="counter"))
    assert one_open(visits).place == ZonePlace(HALL, "counter")


def test_a_person_who_is_lost_is_where_they_were_until_another_camera_sees_them() -> None:
    visits = book()
    visits.see(seen("1", 0, known("li"), zone="queue"))
    visits.see(seen("1", 2, is_final=True))
    assert one_open(visits).place == ZonePlace(DOOR, "queue")
    visits.see(seen("2", 3, known("li"), camera=HALL, zone="counter"))
    assert one_open(visits).place == ZonePlace(HALL, "counter")


def test_a_track_that_goes_on_opens_its_visit_again() -> None:
    """A box that was silent for long has not let its people go."""
    visits = book()
    first = only(visits.see(seen("1", 0, STRANGER))).visit
    visits.tick(at(200))
    change = only(visits.see(seen("1", 210, since=0)))
    assert (change.step, change.visit.id) == (VisitStep.RETURNED, first.id)


def test_an_old_track_does_not_give_a_person_a_second_open_visit() -> None:
    visits = book()
    old = only(visits.see(seen("1", 0, known("li")))).visit
    visits.tick(at(120))
    new = only(visits.see(seen("5", 310, known("li"), camera=HALL))).visit
    assert new.id != old.id
    visits.see(seen("1", 311, since=0))
    assert one_open(visits).id == new.id
    assert TrackRef(DOOR, "1") in one_open(visits).tracks
    assert one_open(visits).arrived_at == at(310)


def test_restored_visits_go_on() -> None:
    before = book()
    before.see(seen("1", 0, known("li")))
    before.see(seen("2", 1, STRANGER, embedding=face(1)))
    after = VisitBook(LIMITS, StrangerMatch(0.5, 1e-4, "embedder"), lambda: "new")
    after.restore(before.open_visits())
    assert after.open_visits() == before.open_visits()
    assert after.stranger_embedding_count == 0
    assert only(after.see(seen("2", 5, since=1))).visit.id != "new"
    assert only(after.see(seen("8", 6, known("li"), camera=HALL))).visit.id != "new"


def test_too_many_open_visits_end_the_one_seen_longest_ago() -> None:
    visits = book(VisitLimits(max_open=3))
    for number in range(5):
        visits.see(seen(str(number), number, known(f"c{number}")))
    assert [visit.arrived_at for visit in visits.open_visits()] == [at(2), at(3), at(4)]


def test_a_stay_of_many_tracks_keeps_the_newest() -> None:
    visits = book()
    for number in range(100):
        visits.see(seen(str(number), number, known("li"), is_final=True))
    tracks = one_open(visits).tracks
    assert len(tracks) == 64
    assert TrackRef(DOOR, "99") in tracks


def test_who_is_erased_becomes_a_stranger() -> None:
    visits = book()
    visits.see(seen("1", 0, known("li")))
    change = only(visits.forget(SubjectName("bank", "customers", "li")))
    assert change.visit.identity.subject is None
    assert change.visit.identity.reason == "ERASED"
    other = only(visits.see(seen("2", 5, known("li"), camera=CameraRef("box-2", "door"))))
    assert other.step is VisitStep.ARRIVED


def test_restored_visits_share_no_track() -> None:
    """An ended visit that was stored and one that goes on may both name a track of the past."""
    source = book()
    ended = only(source.see(seen("1", 0, known("li")))).visit
    source.tick(at(5000))
    opened = only(source.see(seen("1", 5001, STRANGER))).visit
    visits = book()
    visits.restore([opened, source.visit(ended.id) or ended])
    assert only(visits.see(seen("1", 5002))).visit.id == opened.id
    visits.see(seen("2", 5003, known("li"), camera=HALL))
    tracks = [track for visit in visits.open_visits() for track in visit.tracks]
    assert len(tracks) == len(set(tracks)) == 2
