from pathlib import Path

import pytest

from base.addresses import is_loopback
from base.errors import SettingsError
from serving.settings import ServerSettings, load_settings


def test_every_setting_is_explained_on_its_page(root: Path) -> None:
    page = (root / "docs/serving.md").read_text()
    missing = [name for name in ServerSettings.model_fields if f"| `{name}` |" not in page]
    assert not missing


def test_the_command_line_wins_over_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "server.toml"
    file.write_text("workers = 3\ndrain_s = 3.0\nmax_in_flight = 3\n")
    monkeypatch.setenv("SMARTBRANCH_DRAIN_S", "2.0")
    monkeypatch.setenv("SMARTBRANCH_MAX_IN_FLIGHT", "2")
    settings = load_settings(file, {"max_in_flight": 1, "rate_burst": None})
    assert (settings.workers, settings.drain_s, settings.max_in_flight) == (3, 2.0, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"grpc_listen": "0.0.0.0:50051"},
        {"http_listen": "[::]:8080"},
        {"tls_cert_file": "a.pem"},
        {"tls_client_ca_file": "a.pem"},
        {"mode": "production"},
        {"grpc_listen": "nowhere"},
        {"workers": 0},
        {"unknown": 1},
    ],
    ids=lambda values: next(iter(values)),
)
def test_settings_that_do_not_fit_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        load_settings(None, values)


def test_a_secret_is_never_shown() -> None:
    settings = load_settings(None, {"master_key": "ab" * 32})
    assert "abab" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {"master_key": "ab" * 32, "workers": "many"})
    assert "abab" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("0.0.0.0:1", False),
        ("bank.example:1", False),
    ],
)
def test_loopback_is_told_apart(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected
