"""What comes of time alone, second by second."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from lobby.alert import AlertKind, AlertState, Severity
from lobby.flow import CameraCondition, CameraNews
from lobby.rules.rule import Cause, Escalation, Rule, RuleBook
from serving.edge.types import EdgeCamera
from tests.support.lobby import BRANCH, DOOR, OPERATOR, TENANT, LobbyWorld, open_lobby
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

Shots = Mapping[str, FaceShot]
WATCHED = Rule(
    "watch",
    AlertKind.WATCHLIST,
    Severity.NOTICE,
    Cause(),
    escalation=Escalation(60.0, ("security",), Severity.URGENT),
)
DOWN = Rule(
    "down",
    AlertKind.CAMERA,
    Severity.NOTICE,
    Cause(for_s=30.0, conditions=frozenset({CameraCondition.DOWN})),
)


def test_a_visit_ends_when_its_person_has_gone(lobby: LobbyWorld, shots: Shots) -> None:
    lobby.see("t1", shots["ann"], is_final=True)
    (view,) = lobby.lobby.list_visits(OPERATOR, BRANCH).visits
    lobby.world.clock.advance(100)
    lobby.lobby.tick()
    assert lobby.lobby.list_visits(OPERATOR, BRANCH).visits == ()
    (ended,) = lobby.lobby.list_visits(OPERATOR, BRANCH, with_ended=True).visits
    assert ended.visit.ended_at == view.visit.last_seen_at


def test_an_alert_that_nobody_answers_is_escalated_once(
    folder: Path, faces: FacePipeline, shots: Shots
) -> None:
    with open_lobby(folder, faces, rules=RuleBook((WATCHED,))) as lobby:
        lobby.see("t1", shots["wolf"])
        for _ in range(3):
            lobby.world.clock.advance(61)
            lobby.lobby.tick()
        (view,) = lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts
    assert (view.alert.severity, view.alert.escalation_count) == (Severity.URGENT, 1)
    assert view.alert.state is AlertState.RAISED


def test_escalation_goes_on_after_a_restart(
    folder: Path, faces: FacePipeline, shots: Shots
) -> None:
    rules = RuleBook((WATCHED,))
    with open_lobby(folder, faces, rules=rules) as lobby:
        lobby.see("t1", shots["wolf"])
    with open_lobby(folder, faces, rules=rules) as lobby:
        lobby.world.clock.advance(61)
        lobby.lobby.tick()
        (view,) = lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts
        assert view.alert.escalation_count == 1
        lobby.see("t2", shots["wolf"])
        assert len(lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts) == 1


def test_a_box_that_does_not_come_back_after_a_restart_is_told(
    folder: Path, faces: FacePipeline
) -> None:
    rules = RuleBook((DOWN,))
    with open_lobby(folder, faces, rules=rules) as lobby:
        lobby.lobby.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
        lobby.tell(CameraNews(DOOR, CameraCondition.UP, lobby.now))
    with open_lobby(folder, faces, rules=rules) as lobby:
        lobby.lobby.tick()
        assert lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts == ()
        lobby.world.clock.advance(31)
        lobby.lobby.tick()
        (view,) = lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts
        assert (view.alert.kind, view.alert.camera) == (AlertKind.CAMERA, DOOR)
        lobby.lobby.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
        assert lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts == ()


def test_where_nothing_is_due_nothing_is_written(
    lobby: LobbyWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    lobby.lobby.tick()
    written: list[None] = []
    monkeypatch.setattr(lobby.database, "write", lambda: written.append(None))
    lobby.lobby.tick()
    assert written == []


def test_what_is_in_the_lobby_is_counted_and_nobody_named(lobby: LobbyWorld, shots: Shots) -> None:
    registry = CollectorRegistry()
    lobby.lobby.watch(registry)
    for name in ("ann", "wolf", "stranger"):
        lobby.see(f"t-{name}", shots[name])

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"smartbranch_lobby_{name}", labels)

    here = {"tenant": TENANT, "branch": BRANCH}
    assert value("visits", **here, identity="known") == 2
    assert value("visits", **here, identity="stranger") == 1
    assert value("alerts", **here) == 1
    assert value("stranger_embeddings", **here) == 1
    assert value("faces_total", outcome="known") == 2
    assert value("directory_up") == 1
    assert b"ann" not in generate_latest(registry)
    lobby.world.clock.advance(400)
    lobby.lobby.tick()
    assert value("stranger_embeddings", **here) == 0
