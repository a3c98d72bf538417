"""What boxes tell becomes visits: who is known, who is not, and what is kept of either."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import BrokenPictureError, StorageFailedError
from base.ids import GalleryName
from lobby.identity import IdentityKind
from lobby.seen import TrackRef
from lobby.visit import Visit
from media.image import ImageRGB
from serving.edge.sink import Commit
from serving.edge.types import EdgeCamera, EdgeEvent, Sighting
from serving.galleries.types import LegalBasis
from serving.lobby.views import VisitView
from serving.storage.schema import SubjectRow
from tests.support.lobby import (
    BRANCH,
    DOOR,
    HALL,
    OPERATOR,
    STAFF,
    TENANT,
    LobbyWorld,
    customer,
    open_lobby,
)
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]


def visits(lobby: LobbyWorld, with_ended: bool = False) -> tuple[VisitView, ...]:
    return lobby.lobby.list_visits(STAFF, BRANCH, with_ended=with_ended).visits


def only(lobby: LobbyWorld) -> Visit:
    (view,) = visits(lobby)
    return view.visit


def searches(lobby: LobbyWorld) -> int:
    lines = lobby.world.audit.lines(TENANT)
    return sum(line.event.action == "gallery.search" for line in lines)


def test_a_customer_who_comes_in_is_shown_with_name_and_picture(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    lobby.see("t1", shots["ann"])
    (view,) = visits(lobby)
    assert view.visit.identity.subject == GalleryName(TENANT, "customers").subject("ann")
    assert view.customer == lobby.directory.customers["ann"]
    assert view.reason == ""
    assert view.has_photo
    assert (TENANT, BRANCH) in lobby.news


def test_two_cameras_that_see_one_stranger_make_one_visit(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["stranger"])
    lobby.world.clock.advance(5)
    lobby.see("t9", shots["stranger"], camera=HALL)
    visit = only(lobby)
    assert visit.identity.kind is IdentityKind.STRANGER
    assert {track.camera for track in visit.tracks} == {DOOR, HALL}


def test_nothing_of_a_strangers_face_reaches_the_disk(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["stranger"])
    (view,) = visits(lobby)
    assert not view.has_photo
    assert shots["stranger"].picture not in lobby.world.everything_on_disk()


def test_somebody_of_whom_no_face_was_seen_is_no_visit(lobby: LobbyWorld) -> None:
    lobby.see("t1")
    assert visits(lobby) == ()


def test_a_face_too_poor_to_be_compared_is_no_visit(lobby: LobbyWorld, shots: Shots) -> None:
    blurred = replace(shots["ann"], score=0.51)
    lobby.see("t1", blurred)
    assert visits(lobby) == ()
    assert searches(lobby) == 0


def test_a_shot_that_is_no_picture_is_refused_by_name(lobby: LobbyWorld, shots: Shots) -> None:
    broken = replace(shots["ann"], picture=shots["ann"].picture[:500])
    with pytest.raises(BrokenPictureError):
        lobby.see("t1", broken)


def test_somebody_who_withheld_consent_is_a_stranger_and_named_nowhere(
    lobby: LobbyWorld, shots: Shots
) -> None:
    with lobby.database.write() as transaction:
        for row in transaction._session.query(SubjectRow).filter_by(subject="ann"):
            row.consent_reference = None
    lobby.see("t1", shots["ann"])
    identity = only(lobby).identity
    assert (identity.kind, identity.reason) == (IdentityKind.STRANGER, "")
    lines = [line.event for line in lobby.world.audit.lines(TENANT)]
    searched = [event for event in lines if event.action == "gallery.search"]
    assert searched
    assert all(event.details["subject"] is None for event in searched)


def test_an_expired_subject_is_a_stranger(lobby: LobbyWorld, shots: Shots) -> None:
    with lobby.database.write() as transaction:
        for row in transaction._session.query(SubjectRow).filter_by(subject="ann"):
            row.expires_at = lobby.now
    lobby.see("t1", shots["ann"])
    assert only(lobby).identity.kind is IdentityKind.STRANGER


def test_a_watchlist_comes_before_customers_and_asks_no_directory(
    lobby: LobbyWorld, shots: Shots, people: Mapping[str, ImageRGB]
) -> None:
    lobby.enrol(GalleryName(TENANT, "customers"), "wolf-too", people["wolf"])
    lobby.see("t1", shots["wolf"])
    (view,) = visits(lobby)
    assert view.visit.identity.is_watchlisted
    assert view.customer is None
    assert lobby.directory.asked == []


def test_a_watchlist_that_rests_on_consent_is_not_searched(
    tmp_path: Path, faces: FacePipeline, people: Mapping[str, ImageRGB], shots: Shots
) -> None:
    with open_lobby(tmp_path, faces) as lobby:
        lobby.world.gallery("watch", LegalBasis.CONSENT)
        lobby.world.gallery("customers", LegalBasis.CONSENT)
        lobby.enrol(GalleryName(TENANT, "watch"), "wolf", people["wolf"])
        lobby.lobby.sweep()
        assert [problem.code for problem in lobby.lobby.gallery_problems] == ["WATCHLIST_BASIS"]
        lobby.see("t1", shots["wolf"])
        identity = only(lobby).identity
        assert (identity.kind, identity.reason) == (IdentityKind.STRANGER, "GALLERY_NOT_SEARCHED")


def test_a_gallery_that_is_not_there_is_a_problem_to_show(
    tmp_path: Path, faces: FacePipeline, shots: Shots
) -> None:
    with open_lobby(tmp_path, faces, watchlists=()) as lobby:
        (problem,) = lobby.lobby.gallery_problems
        assert (problem.tenant, problem.branch, problem.code, problem.gallery) == (
            TENANT,
            BRANCH,
            "GALLERY_NOT_FOUND",
            f"tenants/{TENANT}/galleries/customers",
        )
        lobby.see("t1", shots["ann"])
        assert only(lobby).identity.reason == "GALLERY_NOT_SEARCHED"


def test_somebody_known_is_confirmed_once_and_then_only_by_a_better_shot(
    lobby: LobbyWorld, shots: Shots
) -> None:
    galleries = 2
    for _ in range(4):
        lobby.see("t1", shots["ann"])
    assert searches(lobby) == 2 * galleries
    lobby.see("t1", replace(shots["ann"], quality=shots["ann"].quality + 20))
    assert searches(lobby) == 3 * galleries


def test_a_record_whose_transaction_failed_leaves_nothing_behind(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.see("t0", shots["ben"])
    record = Sighting(
        replace_track(only(lobby), "t1"), lobby.now, lobby.now, lobby.now, (), shots["ann"]
    )
    event = EdgeEvent(EdgeCamera(TENANT, BRANCH, DOOR), 99, record, lobby.now)
    commit = lobby.lobby.intake.prepare(event)
    with pytest.raises(StorageFailedError):
        write_then_fail(lobby, commit)
    assert len(visits(lobby)) == 1
    assert searches(lobby) == 2
    with lobby.database.write() as transaction:
        lobby.lobby.intake.prepare(event)(transaction)
    subjects = [one.visit.identity.subject for one in visits(lobby)]
    assert {one.subject for one in subjects if one is not None} == {"ann", "ben"}


def write_then_fail(lobby: LobbyWorld, commit: Commit) -> None:
    with lobby.database.write() as transaction:
        commit(transaction)
        raise StorageFailedError("the disk is full")


def replace_track(visit: Visit, track: str) -> TrackRef:
    return replace(visit.tracks[0], track=track)


def test_after_a_restart_a_visit_goes_on(folder: Path, faces: FacePipeline, shots: Shots) -> None:
    with open_lobby(folder, faces) as lobby:
        lobby.see("t1", shots["ann"])
        before = only(lobby)
    with open_lobby(folder, faces) as lobby:
        lobby.world.clock.advance(20)
        lobby.see("t2", shots["ann"], camera=HALL)
        after = only(lobby)
    assert (after.id, after.arrived_at) == (before.id, before.arrived_at)
    assert after.revision > before.revision


def test_a_sighting_of_long_ago_changes_records_and_tells_no_first_word(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.see("t1", shots["ann"], is_late=True)
    assert only(lobby).identity.kind is IdentityKind.KNOWN
    events = lobby.lobby.events_after(TENANT, BRANCH, 0, 100)
    assert [event.face_at for event in events] == [None]


def test_a_branch_out_of_the_plan_takes_records_and_keeps_nothing(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.see("t1", shots["ann"], branch="closed")
    assert lobby.lobby.list_visits(OPERATOR, BRANCH).visits == ()
