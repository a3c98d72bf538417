"""Who is erased leaves visits, alerts, pictures and what the directory said."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from base.errors import PhotoNotFoundError
from base.ids import GalleryName
from lobby.alert import AlertAction
from lobby.identity import IdentityKind
from serving.galleries.types import Receipt
from tests.support.lobby import BRANCH, STAFF, TENANT, LobbyWorld, customer, open_lobby
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]
CUSTOMERS = GalleryName(TENANT, "customers")


def erased_by_lobby(receipt: Receipt) -> int:
    assert receipt.is_complete
    return {store.name: store.erased_count for store in receipt.stores}["lobby"]


def test_an_erased_customer_who_is_there_becomes_a_stranger(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    lobby.see("t1", shots["ann"])
    (alert,) = lobby.lobby.list_alerts(STAFF, BRANCH).alerts
    lobby.lobby.update_alert(STAFF, BRANCH, alert.alert.id, AlertAction.NOTE, "r1", "Likes tea")
    (before,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    last = lobby.lobby.last_event_id(TENANT, BRANCH)
    receipt = lobby.world.service.delete_subject(lobby.world.caller, CUSTOMERS.subject("ann"))
    assert erased_by_lobby(receipt) >= 4  # Visit, alert, picture, what the directory said.
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    assert view.visit.identity.kind is IdentityKind.STRANGER
    assert (view.reason, view.customer, view.has_photo) == ("ERASED", None, False)
    assert view.visit.revision > before.visit.revision
    with pytest.raises(PhotoNotFoundError):
        lobby.lobby.photo(STAFF, BRANCH, view.visit.id)
    (done,) = lobby.lobby.list_alerts(STAFF, BRANCH, with_closed=True).alerts
    assert (done.alert.reason.code, dict(done.alert.facts), done.alert.is_open) == (
        "ERASED",
        {},
        False,
    )
    assert all(step.note == "" for step in done.alert.steps)
    told = lobby.lobby.events_after(TENANT, BRANCH, last, 100)
    assert {type(event.payload).__name__ for event in told} == {"VisitView", "AlertView"}


def test_an_erased_customer_leaves_visits_of_long_ago(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["ann"])
    lobby.world.clock.advance(3600)
    lobby.lobby.tick()
    assert lobby.lobby.list_visits(STAFF, BRANCH).visits == ()
    lobby.world.service.delete_subject(lobby.world.caller, CUSTOMERS.subject("ann"))
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH, with_ended=True).visits
    assert (view.visit.identity.subject, view.reason) == (None, "ERASED")


def test_a_gallery_that_is_deleted_takes_all_its_visitors_along(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.see("t1", shots["ann"])
    lobby.see("t2", shots["ben"])
    lobby.see("t3", shots["wolf"])
    lobby.world.service.delete_gallery(lobby.world.caller, CUSTOMERS)
    views = lobby.lobby.list_visits(STAFF, BRANCH).visits
    subjects = [view.visit.identity.subject for view in views]
    assert [one.subject for one in subjects if one is not None] == ["wolf"]


def test_somebody_erased_between_search_and_record_is_not_named(
    lobby: LobbyWorld, shots: Shots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search found her, she was erased, and only then was the sighting written."""
    recogniser = lobby.lobby.intake._recogniser
    identify = recogniser.identify

    def erase_meanwhile(*arguments: object) -> object:
        found = identify(*arguments)  # type: ignore[arg-type]
        lobby.world.service.delete_subject(lobby.world.caller, CUSTOMERS.subject("ann"))
        return found

    monkeypatch.setattr(recogniser, "identify", erase_meanwhile)
    lobby.see("t1", shots["ann"])
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    assert view.visit.identity.kind is IdentityKind.STRANGER
    assert not view.has_photo


def test_a_branch_that_was_closed_forgets_an_erased_customer_too(
    folder: Path, faces: FacePipeline, shots: Shots
) -> None:
    with open_lobby(folder, faces) as lobby:
        lobby.directory.customers["ann"] = customer("ann", lobby.now)
        lobby.see("t1", shots["ann"])
    with open_lobby(folder, faces, branches={}) as lobby:
        receipt = lobby.world.service.delete_subject(lobby.world.caller, CUSTOMERS.subject("ann"))
    assert erased_by_lobby(receipt) == 2
    with open_lobby(folder, faces) as lobby:
        (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
        assert (view.visit.identity.subject, view.reason) == (None, "ERASED")
        assert lobby.lobby.list_alerts(STAFF, BRANCH, with_closed=True).alerts == ()


def test_many_visits_are_erased_in_batches(
    lobby: LobbyWorld, shots: Shots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.lobby.erasing._BATCH", 2)
    for number in range(5):
        lobby.see(f"t{number}", shots["ann"])
        lobby.world.clock.advance(3600)
        lobby.lobby.tick()
    receipt = lobby.world.service.delete_subject(lobby.world.caller, CUSTOMERS.subject("ann"))
    assert erased_by_lobby(receipt) >= 5
    views = lobby.lobby.list_visits(STAFF, BRANCH, with_ended=True).visits
    assert [view.reason for view in views] == ["ERASED"] * 5
