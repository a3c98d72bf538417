"""What somebody is told who has just come: how cameras are, and what does not work."""

from pathlib import Path

import structlog

from base.clock import SystemClock
from lobby.flow import CameraCondition, CameraNews
from serving.caller import Caller, Role
from serving.edge.types import EdgeCamera
from serving.grpc.lobby_told import LobbyEvents
from serving.limits import Slots
from serving.lobby.hub import LobbyHub
from serving.lobby.told import Hello, Told
from serving.lobby.views import CameraView, Trouble
from tests.support.lobby import BRANCH, DOOR, TENANT, LobbyWorld, open_lobby
from tests.support.lobby_events import NOW, ScriptedLobby
from vision.assembly import FacePipeline

GOOD = '[[rule]]\nid = "watch"\nkind = "watchlist"\nseverity = "urgent"\n'
BAD = GOOD + "colour = 3\n"
ANYBODY = Caller("bank", "li", frozenset({Role.LOBBY_STAFF}), "north", frozenset())


async def test_it_comes_behind_the_hello_and_before_what_was_missed() -> None:
    lobby = ScriptedLobby(("bank", "north"))
    lobby.stands = [Told(0, "camera", NOW, None, "{}"), Told(0, "trouble", NOW, None, "{}")]
    missed = lobby.tell("bank", "north", "camera")
    slots = Slots(1, "event streams")
    hub = LobbyHub(lambda: lobby, slots, lambda *_: None, SystemClock(), structlog.get_logger())
    async with hub.listen(ANYBODY, "bank", "north", 0) as listener:
        told = [await listener.next(10) for _ in range(4)]
    hub.shut()
    assert told == [Hello(1), *lobby.stands, missed]


def test_cameras_are_told_as_they_are_and_not_as_they_were(lobby: LobbyWorld) -> None:
    lobby.lobby.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
    lobby.tell(CameraNews(DOOR, CameraCondition.COVERED, lobby.now, "DARK"))
    lobby.tell(CameraNews(DOOR, CameraCondition.UP, lobby.now))
    (event,) = lobby.lobby.standing(TENANT, BRANCH)
    assert event.id == 0
    assert isinstance(event.payload, CameraView)
    assert (event.payload.name, event.payload.condition) == ("Main door", CameraCondition.UP)
    (told,) = LobbyEvents(lobby.lobby).standing(TENANT, BRANCH)
    assert (told.kind, told.id, told.duties) == ("camera", 0, ())


def test_rules_that_cannot_be_read_are_told_until_they_can(
    folder: Path, faces: FacePipeline
) -> None:
    file = folder / "rules.toml"
    file.write_text(BAD)
    with open_lobby(folder, faces, rules=None, rules_path=file) as running:
        running.lobby.tick()
        (event,) = running.lobby.standing(TENANT, BRANCH)
        assert isinstance(event.payload, Trouble)
        assert (event.payload.code, event.payload.is_over) == ("RULES_INVALID", False)
        file.write_text(GOOD)
        running.world.clock.advance(60)
        running.lobby.tick()
        assert running.lobby.standing(TENANT, BRANCH) == ()
