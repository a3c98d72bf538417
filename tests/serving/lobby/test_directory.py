"""The directory: never waited for long, told about when it is down, filled in when it is back."""

import threading
from collections.abc import Callable, Mapping

from base.clock import SystemClock
from base.ids import SubjectName
from lobby.customer import Customer
from serving.lobby.customers import DOWN, NOT_LISTED, PENDING, Customers, Key, Lookup
from serving.lobby.views import Trouble, VisitView
from tests.support.galleries import START
from tests.support.lobby import BRANCH, STAFF, TENANT, LobbyWorld, ScriptedDirectory, customer
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]
ANN = SubjectName(TENANT, "customers", "ann")


def only(lobby: LobbyWorld) -> VisitView:
    (view,) = lobby.lobby.list_visits(STAFF, BRANCH).visits
    return view


def troubles(lobby: LobbyWorld) -> list[Trouble]:
    events = lobby.lobby.events_after(TENANT, BRANCH, 0, 100)
    return [event.payload for event in events if isinstance(event.payload, Trouble)]


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    given_up = threading.Event()
    for _ in range(500):
        if condition():
            return
        given_up.wait(0.01)
    raise AssertionError("it did not happen")


def test_without_its_directory_a_visit_goes_out_at_once_and_says_why(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.directory.is_down = True
    lobby.see("t1", shots["ann"])
    view = only(lobby)
    assert (view.customer, view.reason) == (None, "DIRECTORY_DOWN")
    until(lambda: [one.code for one in troubles(lobby)] == ["DIRECTORY_DOWN"])
    problem = lobby.lobby.directory_problem
    assert problem is not None
    assert problem.code == "DIRECTORY_UNAVAILABLE"


def test_when_the_directory_is_back_customers_and_alerts_are_filled_in(
    lobby: LobbyWorld, shots: Shots
) -> None:
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    lobby.directory.is_down = True
    lobby.see("t1", shots["ann"])
    before = only(lobby).visit.revision
    lobby.directory.is_down = False
    lobby.world.clock.advance(6)
    lobby.lobby.tick()
    until(lambda: len(lobby.lobby.list_alerts(STAFF, BRANCH).alerts) == 1)
    view = only(lobby)
    assert view.customer == lobby.directory.customers["ann"]
    assert view.visit.revision > before
    until(lambda: [one.is_over for one in troubles(lobby)] == [True])
    assert lobby.lobby.directory_problem is None


class SlowDirectory(ScriptedDirectory):
    """Answers when a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()

    def find(self, tenant: str, subject: str) -> Customer | None:
        self.may_answer.wait(10)
        return super().find(tenant, subject)


def test_a_slow_directory_holds_nobody_up() -> None:
    directory, found = SlowDirectory(), list[Key]()
    directory.customers["ann"] = customer("ann", START)
    customers = Customers(
        directory, SystemClock(), 300, lambda key, _: found.append(key), lambda _: None
    )
    try:
        assert customers.find(ANN, 0.01) == PENDING
        directory.may_answer.set()
        until(lambda: found == [(TENANT, "ann")])
        assert customers.peek(ANN) == Lookup(directory.customers["ann"])
        assert directory.asked == ["ann"]
    finally:
        customers.close()


def test_an_answer_about_somebody_erased_meanwhile_is_not_kept() -> None:
    directory, found = SlowDirectory(), list[Key]()
    directory.customers["ann"] = customer("ann", START)
    customers = Customers(
        directory, SystemClock(), 300, lambda key, _: found.append(key), lambda _: None
    )
    assert customers.find(ANN, 0.01) == PENDING
    customers.forget(TENANT, "ann")
    directory.may_answer.set()
    customers.close()  # Waits for the answer.
    assert customers.peek(ANN) == PENDING
    assert found == []


def test_somebody_whom_the_directory_does_not_know_is_asked_for_once() -> None:
    directory = ScriptedDirectory()
    customers = Customers(directory, SystemClock(), 300, lambda *_: None, lambda _: None)
    try:
        assert customers.find(ANN, 5) == NOT_LISTED
        assert customers.find(ANN, 5) == NOT_LISTED
        assert directory.asked == ["ann"]
        customers.forget(TENANT, "ann")
        assert customers.find(ANN, 5) == NOT_LISTED
        assert directory.asked == ["ann", "ann"]
    finally:
        customers.close()


def test_a_directory_that_is_down_is_not_asked_for_every_customer() -> None:
    directory, health = ScriptedDirectory(is_down=True), list[bool]()
    customers = Customers(directory, SystemClock(), 300, lambda *_: None, health.append)
    try:
        assert customers.find(ANN, 5) == DOWN
        until(lambda: health == [False])
        for number in range(20):
            assert customers.find(SubjectName(TENANT, "customers", f"c{number}"), 5) == DOWN
        assert directory.asked == ["ann"]
    finally:
        customers.close()
