"""A scene file says what a camera looks at, or what is wrong with it."""

from pathlib import Path

import pytest

from base.errors import InvalidInputError
from evaluation.flow.scene_file import read_scene
from vision.scene import ZoneKind

WHOLE = "[[0, 0], [1, 0], [1, 1], [0, 1]]"


def written(folder: Path, text: str) -> Path:
    path = folder / "scene.toml"
    path.write_text(text)
    return path


def test_zones_lines_and_masks_are_read(tmp_path: Path) -> None:
    scene = read_scene(
        written(
            tmp_path,
            f"""
            [[zone]]
            id = "queue"
            kind = "queue"
            polygon = {WHOLE}
            [[zone]]
            id = "hall"
            polygon = {WHOLE}
            [[line]]
            id = "door"
            start = [0.1, 0.5]
            end = [0.9, 0.5]
            [[mask]]
            polygon = [[0, 0], [0.2, 0], [0.2, 1]]
            """,
        )
    )
    assert [(zone.id, zone.kind) for zone in scene.zones] == [
        ("queue", ZoneKind.QUEUE),
        ("hall", ZoneKind.AREA),
    ]
    assert (scene.lines[0].start, scene.lines[0].end) == ((0.1, 0.5), (0.9, 0.5))
    assert scene.masks == (((0.0, 0.0), (0.2, 0.0), (0.2, 1.0)),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[zone]\n", "is no TOML"),
        ('[[door]]\nid = "a"', "unknown part 'door'"),
        (f"[[zone]]\npolygon = {WHOLE}", "without id"),
        ('[[zone]]\nid = "a"', "without polygon"),
        (f'[[zone]]\nid = "a"\nkind = "sofa"\npolygon = {WHOLE}', "kind 'sofa'; expected"),
        ('[[zone]]\nid = "a"\npolygon = [[0, 0], [1, 1]]', "2 corners"),
        ('[[zone]]\nid = "a"\npolygon = [[0, 0], [1, 0], [400, 300]]', "outside the picture"),
        ('[[line]]\nid = "a"\nstart = [0, 0]', "None for a point"),
        ('[zone]\nid = "a"', r"each zone as a \[\[zone\]\]"),
    ],
)
def test_what_is_wrong_with_a_scene_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        read_scene(written(tmp_path, text))


def test_a_scene_that_is_not_there_is_no_scene(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_scene(tmp_path / "none.toml")
