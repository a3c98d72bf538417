import re
from pathlib import Path

import pytest

from base.errors import SettingsError
from bench.peers import environment
from bench.peers.environment import HERE, peer_python


def test_every_peer_requirement_is_pinned_and_hashed_and_names_no_index() -> None:
    text = (HERE / "face_recognition.txt").read_text()
    names = re.findall(r"^([a-z][\w-]*)==\S+ \\$", text, re.MULTILINE)
    assert {"dlib-bin", "face-recognition", "face-recognition-models"} <= set(names)
    blocks = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    for word in ("http", "--index", "--find-links"):
        assert word not in text


def test_an_environment_that_cannot_be_installed_is_not_taken_for_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "broken.txt"
    requirements.write_text("smartbranch-no-such-package==9 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(environment, "HERE", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(SettingsError, match="could not be installed"):
        peer_python("broken", lambda _: None, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/ready"))


def test_a_ready_environment_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    monkeypatch.setattr(environment, "HERE", tmp_path)
    said: list[str] = []
    first = peer_python("empty", said.append, tmp_path / "cache")
    assert first.exists()
    assert peer_python("empty", said.append, tmp_path / "cache") == first
    assert len(said) == 1
