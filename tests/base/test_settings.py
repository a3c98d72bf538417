from pathlib import Path

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from base.errors import SettingsError
from base.settings import read_settings


class BoxSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BOX_", extra="forbid", frozen=True)

    port: int = Field(1, ge=1, le=65535)
    stall_after_s: float = Field(10.0, gt=0)
    names: tuple[str, ...] = ()
    token: SecretStr = SecretStr("")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "box.toml"
    path.write_text("port = 3\nstall_after_s = 3.0\n")
    return path


def test_without_a_word_the_defaults_hold() -> None:
    assert read_settings(BoxSettings).port == 1


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings(BoxSettings, file).port == 3
    monkeypatch.setenv("BOX_PORT", "2")
    assert read_settings(BoxSettings, file).port == 2
    assert read_settings(BoxSettings, file, {"port": 4}).port == 4
    assert read_settings(BoxSettings, file, {"port": None}).stall_after_s == 3.0


def test_a_misspelled_variable_is_refused_with_the_name_that_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pydantic-settings itself ignores it, so a typo would leave the default in force."""
    monkeypatch.setenv("BOX_STALL_AFTER", "5")
    with pytest.raises(SettingsError, match="BOX_STALL_AFTER; did you mean BOX_STALL_AFTER_S"):
        read_settings(BoxSettings)


def test_a_variable_that_belongs_to_somebody_else_may_be_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOX_HOME", "there")
    assert read_settings(BoxSettings, known_names=frozenset({"BOX_HOME"})).port == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 3", "prot"),
        ("port = 0", "port: .*greater than or equal to 1"),
        ("port = [", "not TOML"),
        ("port = 'many'", "port: .*integer"),
    ],
    ids=["unknown key", "out of bounds", "not TOML", "wrong type"],
)
def test_a_wrong_file_is_refused_by_field(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "box.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_settings(BoxSettings, path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read"):
        read_settings(BoxSettings, tmp_path / "missing.toml")


def test_an_unknown_key_of_the_command_line_is_refused() -> None:
    with pytest.raises(SettingsError, match="prot"):
        read_settings(BoxSettings, overrides={"prot": 1})


def test_a_list_that_is_no_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_NAMES", "a,b")
    with pytest.raises(SettingsError, match=r"names.*JSON"):
        read_settings(BoxSettings)


def test_a_refused_secret_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text("token = ['hunter2']")
    with pytest.raises(SettingsError) as refusal:
        read_settings(BoxSettings, path)
    assert "hunter2" not in str(refusal.value)
