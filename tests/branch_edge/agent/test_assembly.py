from pathlib import Path

import pytest

from base.errors import SecretsUnavailableError, SettingsError
from branch_edge.assembly import code_of, only_one, server_place
from branch_edge.settings import CameraFields, EdgeSettings

DOOR = CameraFields.model_validate({"id": "door", "address": "/dev/video0"})


def settings(**fields: object) -> EdgeSettings:
    return EdgeSettings(camera=(DOOR,), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "address"),
    [("", "bank.example:443"), (":8443", "bank.example:8443"), ("edge.bank:9", "edge.bank:9")],
    ids=["nothing", "a port", "another place"],
)
def test_streams_go_where_the_server_says(told: str, address: str) -> None:
    assert server_place(settings(server="bank.example:443"), told).address == address


def test_a_port_of_an_address_in_brackets_is_another_of_the_same_host() -> None:
    assert server_place(settings(server="[fd00::1]:443"), ":8443").address == "[fd00::1]:8443"


def test_without_tls_no_other_machine_is_spoken_to() -> None:
    bare = settings(insecure=True)
    assert server_place(bare).is_insecure
    with pytest.raises(SettingsError, match="needs TLS"):
        server_place(bare, "10.0.0.9:50051")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretsUnavailableError, match="server_ca_file"):
        server_place(settings(server_ca_file=tmp_path / "none.pem"))


def test_a_code_file_that_was_taken_away_is_no_code(tmp_path: Path) -> None:
    file = tmp_path / "code"
    assert code_of(settings(code_file=file)) is None
    file.write_text(" AB-CD\n")
    assert code_of(settings(code_file=file)) == "AB-CD"


def test_two_agents_never_share_a_folder(tmp_path: Path) -> None:
    """Both would give the same numbers to different records."""
    with (
        only_one(tmp_path),
        pytest.raises(SettingsError, match="another agent"),
        only_one(tmp_path),
    ):
        pass
    with only_one(tmp_path):
        pass
