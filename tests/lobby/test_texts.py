"""Whatever an alert may say has words in both languages, filled by its facts."""

import ast
import re
import string
from pathlib import Path

import pytest

from lobby.rules.reading import FACTS
from lobby.texts import Language, alert_reason, alert_text, with_own_texts
from lobby.words import ALERTS

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def codes_of_rules(root: Path) -> set[str]:
    """Return the codes that the rules spell out; those of cameras are put together."""
    found = {f"CAMERA_{condition}" for condition in ("DOWN", "STALLED", "COVERED")}
    for name in ("people", "places"):
        for node in ast.walk(ast.parse((root / f"lobby/rules/{name}.py").read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if _CODE.fullmatch(node.value) else set()
    return found


def test_every_code_has_words_and_every_word_a_code(root: Path) -> None:
    assert codes_of_rules(root) == ALERTS.keys()


@pytest.mark.parametrize("code", ALERTS)
def test_both_languages_say_the_same_facts(code: str) -> None:
    english, chinese = ALERTS[code]
    assert english.isascii()
    assert _CHINESE.search(chinese)
    assert placeholders(english) == placeholders(chinese)
    assert placeholders(english) <= frozenset().union(*FACTS.values())


@pytest.mark.parametrize("code", ALERTS)
def test_sentences_are_short_enough_for_a_card(code: str) -> None:
    english, chinese = ALERTS[code]
    assert len(english) <= 72
    assert len(chinese) <= 32


def test_a_reason_is_a_sentence() -> None:
    facts = {"persons": "6", "place": "Counter 2"}
    assert alert_reason("QUEUE_LONG", facts).text == "6 people wait at Counter 2."
    assert alert_text("QUEUE_LONG", facts, Language.CHINESE) == "Counter 2有6人排队"


def test_a_rule_may_say_it_in_its_own_words() -> None:
    facts = with_own_texts({"persons": "6", "place": "Hall"}, {"zh": "请加开窗口（{persons}人）"})  # noqa: RUF001
    assert alert_text("QUEUE_LONG", facts, Language.CHINESE) == "请加开窗口（6人）"  # noqa: RUF001
    assert alert_text("QUEUE_LONG", facts, Language.ENGLISH) == "6 people wait at Hall"


def test_a_code_without_words_is_an_error() -> None:
    with pytest.raises(KeyError):
        alert_text("NO_SUCH_CODE", {}, Language.ENGLISH)
