"""What the pages speak is what the protos say."""

from pathlib import Path

import pytest

from scripts import web_messages
from tests.support.source_tree import ROOT

KEPT = ROOT / web_messages.OUT


def test_what_is_generated_is_what_protos_and_words_give_now(tmp_path: Path) -> None:
    if not web_messages.PLUGIN.exists():
        pytest.fail("the parts of the pages are not installed; run scripts/web install dev")
    fresh = {path.relative_to(tmp_path): path for path in web_messages.generate(tmp_path)}
    kept = {path.relative_to(KEPT): path for path in KEPT.rglob("*") if path.is_file()}
    assert set(fresh) == set(kept), "run scripts/web messages"
    stale = [name for name, path in fresh.items() if path.read_text() != kept[name].read_text()]
    assert not stale, "run scripts/web messages"
