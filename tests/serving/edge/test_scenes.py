"""Scenes are kept whole, versioned, and changed by one at a time."""

from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import json_format

from base.errors import (
    CameraNotFoundError,
    InvalidArgumentError,
    RoleNotAllowedError,
    SceneChangedError,
)
from protos.smartbranch.edge.v1 import edge_pb2
from serving.caller import Caller
from serving.edge.names import CameraName
from serving.edge.scene_wire import scene_of, scene_of_text, scene_text
from serving.edge.scenes import SceneView
from tests.support.boxes import OPERATOR, EdgeHouse
from vision.scene import CameraScene, CountingLine, Zone, ZoneKind

NAME = CameraName("default", "box-1", "door")
CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.75))
SCENE = CameraScene(
    version=0,
    zones=(Zone("queue-1", ZoneKind.QUEUE, CORNERS), Zone("atm", ZoneKind.MACHINE, CORNERS)),
    lines=(CountingLine("door", (0.25, 0.5), (0.75, 0.5)),),
    masks=(CORNERS,),
    target_fps=2.5,
    min_face_px=60,
    detect_width_px=640,
    wants_flow=False,
)
VIEW = SceneView(SCENE, {"queue-1": "Main queue"})


@pytest.fixture
def camera(house: EdgeHouse) -> EdgeHouse:
    house.register()
    house.edge.books.open(NAME, None, "1.0", "Front door")
    return house


def test_a_scene_is_kept_as_it_was_drawn() -> None:
    assert scene_of_text(scene_text(VIEW)) == VIEW
    assert scene_of_text(scene_text(SceneView())) == SceneView()


def test_a_change_is_made_to_the_version_that_was_seen(camera: EdgeHouse) -> None:
    view = camera.edge.books.update(OPERATOR, NAME, VIEW)
    assert view.scene == replace(VIEW, scene=replace(SCENE, version=1))
    assert camera.edge.books.update(OPERATOR, NAME, VIEW) == view  # The answer was lost.
    other = replace(VIEW, scene=replace(SCENE, target_fps=1.0))
    with pytest.raises(SceneChangedError) as caught:
        camera.edge.books.update(OPERATOR, NAME, other)
    assert caught.value.metadata["version"] == "1"
    lines = [line.event.action for line in camera.audit.lines("default")]
    assert lines.count("camera.scene") == 1


def test_zones_are_known_by_kind_and_name(camera: EdgeHouse) -> None:
    camera.edge.books.update(OPERATOR, NAME, VIEW)
    scene = camera.edge.scene_of("default", NAME.ref)
    assert scene.kind_of("queue-1") is ZoneKind.QUEUE
    assert (scene.name_of("queue-1"), scene.name_of("atm")) == ("Main queue", "atm")
    assert scene.kind_of("gone") is ZoneKind.AREA
    assert camera.edge.scene_of("bank-b", NAME.ref) == SceneView()


def test_an_operators_name_stays_whatever_the_box_calls_the_camera(camera: EdgeHouse) -> None:
    (view,) = camera.edge.cameras(OPERATOR)
    assert view.display_name == "Front door"
    camera.edge.books.update(OPERATOR, NAME, display_name="Door by the lift")
    camera.edge.books.open(NAME, None, "1.0", "Front door")
    (view,) = camera.edge.cameras(OPERATOR)
    assert view.display_name == "Door by the lift"


def test_nobody_changes_another_tenants_camera_or_one_that_is_not_there(
    camera: EdgeHouse,
) -> None:
    with pytest.raises(RoleNotAllowedError):
        camera.edge.books.update(Caller.local("bank-b"), NAME, VIEW)
    with pytest.raises(CameraNotFoundError):
        camera.edge.books.update(
            Caller.local("bank-b"), CameraName("bank-b", "box-1", "door"), VIEW
        )


def polygon(count: int, x: float = 0.5) -> edge_pb2.Polygon:
    return edge_pb2.Polygon(corners=[edge_pb2.Point(x=x, y=0.1 * n) for n in range(count)])


BAD = {
    "two corners": edge_pb2.CameraScene(masks=[polygon(2)]),
    "outside the picture": edge_pb2.CameraScene(masks=[polygon(3, 1.5)]),
    "no number": edge_pb2.CameraScene(masks=[polygon(3, float("nan"))]),
    "33 masks": edge_pb2.CameraScene(masks=[polygon(3)] * 33),
    "one id twice": edge_pb2.CameraScene(
        zones=[edge_pb2.Zone(id="a", polygon=polygon(3)), edge_pb2.Zone(id="a", polygon=polygon(4))]
    ),
    "an id that is none": edge_pb2.CameraScene(zones=[edge_pb2.Zone(id="A!", polygon=polygon(3))]),
    "a kind of zone that is not known": edge_pb2.CameraScene(
        zones=[edge_pb2.Zone(id="a", polygon=polygon(3), kind=77)]  # type: ignore[arg-type]
    ),
    "a long name": edge_pb2.CameraScene(
        zones=[edge_pb2.Zone(id="a", polygon=polygon(3), display_name="x" * 65)]
    ),
    "100 pictures a second": edge_pb2.CameraScene(target_fps=100),
}


@pytest.mark.parametrize("name", BAD)
def test_a_scene_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgumentError):
        scene_of(BAD[name])


def test_the_scene_in_the_documents_can_be_used(root: Path) -> None:
    page = (root / "docs/edge-server.md").read_text()
    drawn = page.partition("```json")[2].partition("```")[0]
    view = scene_of(json_format.Parse(drawn, edge_pb2.CameraScene()))
    assert view.kind_of("queue-1") is ZoneKind.QUEUE
    assert len(view.scene.masks) == 1
