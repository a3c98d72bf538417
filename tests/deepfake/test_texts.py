"""Whatever a check may say has words in both languages."""

import ast
import re
from pathlib import Path

import pytest

from decision.findings import Weight
from decision.fusion import NO_EVIDENCE, UNMEASURED
from deepfake.outcome import Moment
from deepfake.texts import Language, moments_text, reason, reason_at_most, reason_text
from deepfake.words import ALONE, REASONS, SIGNALS

_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODES = [*ALONE, *(code for table in REASONS.values() for code in table)]


def codes_in_source(root: Path) -> set[str]:
    """Return the codes that the check spells out."""
    found: set[str] = set()
    folders = (root / "deepfake", root / "vision" / "continuity")
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if _CODE.fullmatch(node.value) else set()
    return found


def test_every_code_has_words(root: Path) -> None:
    codes = codes_in_source(root)
    assert len(codes) > 15
    assert codes <= {*CODES}


@pytest.mark.parametrize("code", [UNMEASURED, NO_EVIDENCE])
def test_what_fusion_says_has_words(code: str) -> None:
    assert reason_text(code, Language.CHINESE)


@pytest.mark.parametrize("code", CODES)
def test_words_are_short_and_in_both_languages(code: str) -> None:
    english, chinese = (reason_text(code, language) for language in Language)
    assert english.isascii()
    assert len(english) <= 80
    assert not english.endswith(".")
    assert _CHINESE.search(chinese)


def test_no_code_belongs_to_two_signals() -> None:
    assert len(CODES) == len(set(CODES))


def test_every_signal_has_a_name() -> None:
    assert set(REASONS) <= set(SIGNALS)


def test_a_code_without_words_is_an_error() -> None:
    with pytest.raises(KeyError):
        reason_text("NO_SUCH_CODE")


def test_a_reason_names_the_signal_and_the_time() -> None:
    assert reason("LOOKS_FORGED").text == "Look of the face: it looks forged."
    at = reason_at_most("LOOKS_FORGED", 3.2, 5.14)
    assert at.text == "Look of the face: it looks forged, most of all from 3.2 s to 5.1 s."


def test_what_is_shorter_than_words_can_tell_is_an_instant() -> None:
    """It read "from 0.0 s to 0.0 s"."""
    brief = Moment("SECOND_FACE", Weight.HOLDS, "continuity", 1.01, 1.04)
    assert moments_text([brief]).endswith(", at 1.0 s")


def test_moments_are_counted_in_both_languages() -> None:
    moments = [Moment("SECOND_FACE", Weight.HOLDS, "continuity", at_s) for at_s in (1.0, 4.0, 9.0)]
    assert moments_text(moments).endswith(", at 1.0 s and 2 more")
    assert moments_text(moments, Language.CHINESE).endswith("第 1.0 秒，另有 2 处")  # noqa: RUF001
