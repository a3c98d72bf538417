"""Whatever a session may say has words in both languages."""

import ast
import re
from pathlib import Path

import pytest

from decision.fusion import NO_EVIDENCE, UNMEASURED
from liveness.events import Challenge
from liveness.texts import (
    Language,
    advice_text,
    notice_text,
    prompt_text,
    reason,
    reason_text,
)
from liveness.words import ADVICE, NOTICES, PROMPTS, REASONS

_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+|LOOKS_LIVE")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Codes of other rooms: of a face's quality, and names of states.
_ELSEWHERE = re.compile(r"FACE_(TOO|LOW|UNEVENLY|BLURRED|NOISY|COVERED|CUT).*|WRONG_MOVE|TOO_EARLY")


def codes_in_source(root: Path) -> set[str]:
    """Return the codes that liveness spells out, other than the names of moves."""
    found: set[str] = set()
    for path in (root / "liveness").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if _CODE.fullmatch(node.value) else set()
    moves = {challenge.value for challenge in Challenge}
    return {code for code in found if code not in moves and not _ELSEWHERE.fullmatch(code)}


def test_every_code_has_words(root: Path) -> None:
    codes = codes_in_source(root)
    assert len(codes) > 40
    assert {code for code in codes if not reason_text(code)} == set()


def test_every_failure_of_a_challenge_has_words() -> None:
    for state in ("MISSED", "WRONG_MOVE", "TOO_EARLY"):
        assert notice_text(f"CHALLENGE_{state}")


@pytest.mark.parametrize("code", [UNMEASURED, NO_EVIDENCE])
def test_what_fusion_says_has_words(code: str) -> None:
    assert reason_text(code, Language.CHINESE)


@pytest.mark.parametrize("challenge", Challenge)
def test_every_challenge_is_asked_for_in_both_languages(challenge: Challenge) -> None:
    assert prompt_text(challenge, Language.ENGLISH).isascii()
    assert _CHINESE.search(prompt_text(challenge, Language.CHINESE))


@pytest.mark.parametrize("table", [PROMPTS, ADVICE, NOTICES, REASONS], ids=["p", "a", "n", "r"])
def test_words_are_short_enough_to_be_read_in_large_type(
    table: dict[str, tuple[str, str]],
) -> None:
    for english, chinese in table.values():
        assert english.isascii()
        assert len(english) <= 48
        assert _CHINESE.search(chinese)
        assert len(chinese) <= 16


def test_no_two_pieces_of_advice_read_the_same() -> None:
    for language in Language:
        texts = [advice_text(code, language) for code in ADVICE]
        assert len(texts) == len(set(texts))


def test_a_code_without_words_is_an_error() -> None:
    for text_of in (advice_text, notice_text, reason_text):
        with pytest.raises(KeyError):
            text_of("NO_SUCH_CODE")


def test_a_reason_is_a_sentence() -> None:
    assert reason("LOOKS_LIVE").text == "It looks like a living face."
