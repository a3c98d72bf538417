"""No statement reaches rows of a lobby without naming the tenant."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event

from base.ids import GalleryName
from lobby.alert import AlertAction
from lobby.flow import CameraCondition, CameraNews
from serving.edge.types import EdgeCamera
from tests.support.lobby import (
    BRANCH,
    DOOR,
    HALL,
    STAFF,
    TENANT,
    LobbyWorld,
    customer,
    flow_span,
)
from vision.face_shot import FaceShot

# The sweep, which then takes the tenants one by one.
EVERY_TENANT = "SELECT DISTINCT lobby_branches.tenant FROM lobby_branches"
TABLE = re.compile(r"\b(?:FROM|UPDATE|INTO) (lobby_\w+)")


def test_every_statement_on_a_lobby_names_the_tenant(
    lobby: LobbyWorld, shots: Mapping[str, FaceShot]
) -> None:
    statements: list[str] = []

    @event.listens_for(lobby.database._engine, "before_cursor_execute")
    def _keep(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(" ".join(statement.split()))

    use_everything(lobby, shots)
    asked = [(TABLE.search(one), one) for one in statements]
    own = {one for table, one in asked if table is not None} - {EVERY_TENANT}
    assert {match[1] for match, _ in asked if match is not None} == {
        *("lobby_branches", "lobby_visits", "lobby_alerts", "lobby_events"),
        *("lobby_flow", "lobby_cameras"),
    }
    loose = {one for one in own if not is_bound(one)}
    assert not loose


def is_bound(statement: str) -> bool:
    if statement.startswith("INSERT"):
        return "(tenant, " in statement
    return "tenant = ?" in statement


def use_everything(lobby: LobbyWorld, shots: Mapping[str, FaceShot]) -> None:
    service = lobby.lobby
    lobby.directory.customers["ann"] = customer("ann", lobby.now)
    service.intake.connected(EdgeCamera(TENANT, BRANCH, DOOR), lobby.now)
    lobby.tell(CameraNews(DOOR, CameraCondition.COVERED, lobby.now, "DARK"))
    for name in ("ann", "wolf", "stranger"):
        lobby.see(name, shots[name])
    lobby.see("ann", zones=("inside",))
    lobby.tell(flow_span(lobby.now, 3, came=1), HALL)
    lobby.tell(flow_span(lobby.now + timedelta(seconds=60), 3, came=1), HALL)
    page = service.list_visits(STAFF, BRANCH, page_size=1)
    service.list_visits(STAFF, BRANCH, True, 1, page.next_page_token)
    alert = service.list_alerts(STAFF, BRANCH).alerts[0].alert
    service.update_alert(STAFF, BRANCH, alert.id, AlertAction.CLOSE, "r1", "Done")
    service.list_alerts(replace(STAFF, duties=frozenset()), BRANCH, with_closed=True)
    service.get_flow(STAFF, BRANCH, with_heat=True)
    everybody = service.list_visits(STAFF, BRANCH).visits
    ann = next(one.visit for one in everybody if one.visit.identity.subject is not None)
    service.photo(STAFF, BRANCH, ann.id)
    service.events_after(TENANT, BRANCH, 0, 100)
    service.keeps_after(TENANT, BRANCH, service.last_event_id(TENANT, BRANCH))
    subject = GalleryName(TENANT, "customers").subject("ann")
    lobby.world.service.delete_subject(lobby.world.caller, subject)
    lobby.world.clock.advance(3 * 86_400)
    service.tick()
    service.sweep()
