"""A rule file that goes wrong leaves the old rules in force, and staff are told."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lobby.alert import AlertKind
from serving.lobby.views import Trouble
from tests.support.lobby import BRANCH, OPERATOR, TENANT, LobbyWorld, open_lobby
from vision.assembly import FacePipeline
from vision.face_shot import FaceShot

GOOD = '[[rule]]\nid = "watch"\nkind = "watchlist"\nseverity = "urgent"\n'
BAD = GOOD + "colour = 3\n"


def troubles(lobby: LobbyWorld) -> list[tuple[str, bool]]:
    events = lobby.lobby.events_after(TENANT, BRANCH, 0, 100)
    found = [event.payload for event in events if isinstance(event.payload, Trouble)]
    return [(trouble.code, trouble.is_over) for trouble in found]


def test_a_rule_file_that_goes_wrong_leaves_the_old_rules(
    folder: Path, faces: FacePipeline, shots: Mapping[str, FaceShot]
) -> None:
    file = folder / "rules.toml"
    file.write_text(GOOD)
    with open_lobby(folder, faces, rules=None, rules_path=file) as lobby:
        lobby.lobby.tick()
        assert troubles(lobby) == []
        file.write_text(BAD)
        lobby.world.clock.advance(60)
        lobby.lobby.tick()
        assert troubles(lobby) == [("RULES_INVALID", False)]
        assert lobby.lobby.rules.problem is not None
        assert "colour" in lobby.lobby.rules.problem.text
        lobby.see("t1", replace(shots["wolf"]))
        (view,) = lobby.lobby.list_alerts(OPERATOR, BRANCH).alerts
        assert view.alert.kind is AlertKind.WATCHLIST
        file.write_text(GOOD + "\n")
        lobby.world.clock.advance(60)
        lobby.lobby.tick()
        assert troubles(lobby) == [("RULES_INVALID", True)]
