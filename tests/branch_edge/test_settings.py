from pathlib import Path

import pytest

from base.errors import SettingsError
from branch_edge.settings import EdgeSettings, load_settings
from vision.scene import ZoneKind

CAMERA = """
[[camera]]
id = "door-2"
address = "rtsp://user:hunter2@10.0.0.7/live"
"""
SCENE = """
[camera.scene]
target_fps = 4.0
[[camera.scene.zone]]
id = "queue"
kind = "queue"
polygon = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
[[camera.scene.line]]
id = "door"
start = [0.0, 0.5]
end = [1.0, 0.5]
[[camera.scene.mask]]
polygon = [[0, 0], [0.2, 0], [0.2, 0.2]]
"""


def load(tmp_path: Path, text: str) -> EdgeSettings:
    file = tmp_path / "edge.toml"
    file.write_text(text)
    return load_settings(file)


def test_a_file_describes_a_box_its_cameras_and_their_scenes(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, CAMERA + SCENE).camera
    assert camera.id == "door-2"
    assert camera.scene is not None
    scene = camera.scene.scene()
    assert (scene.version, scene.target_fps) == (0, 4.0)
    assert [zone.kind for zone in scene.zones] == [ZoneKind.QUEUE]
    assert scene.lines[0].end == (1.0, 0.5)
    assert len(scene.masks[0]) == 3


def test_a_password_in_an_address_is_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, CAMERA)
    assert "hunter2" not in repr(settings)
    with pytest.raises(SettingsError) as failure:
        load(tmp_path, CAMERA.replace("rtsp://", "ftp://"))
    assert "hunter2" not in str(failure.value)
    assert "camera.0.address" in str(failure.value)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGE_SERVER", "bank.example:443")
    assert load(tmp_path, 'server = "a.example:1"\n' + CAMERA).server == "bank.example:443"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one"),
        (CAMERA * 2, "given twice: door-2"),
        ('insecure = true\nserver = "10.0.0.1:50051"\n' + CAMERA, "needs TLS"),
        ('code = "a"\ncode_file = "b"\n' + CAMERA, "not both"),
        (CAMERA.replace("door-2", "Door 2"), "not a valid id"),
        (CAMERA + "volume = 11\n", "volume"),
        (CAMERA + SCENE.replace("0.9, 0.1", "1.9, 0.1"), "less than or equal to 1"),
        (CAMERA + SCENE.replace('id = "door"', 'id = "queue"'), "ids of their own"),
        (CAMERA + 'transport = "pigeon"\n', "'tcp' or 'udp'"),
        ("server = ", "not TOML"),
    ],
    ids=["no camera", "twice", "bare", "two codes", "id", "key", "corner", "shapes", "way", "toml"],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, text)


def test_every_setting_is_explained_on_its_page(root: Path) -> None:
    page = (root / "docs/edge.md").read_text()
    missing = [name for name in EdgeSettings.model_fields if f"`{name}`" not in page]
    assert not missing
