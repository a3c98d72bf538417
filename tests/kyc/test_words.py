"""Everything that a participant or reviewer reads is there in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kyc.events import Prompted, PromptKind, Side
from kyc.policy import Product, Texts
from kyc.words import ADVICE, NOTICES, PROMPTS, REASONS, SIDES, in_language, prompt_text, text_of
from liveness.events import Challenge
from liveness.texts import Language
from tests.support.scripted_interviews import PRODUCT
from vision.documents.whole_picture import CARD_EDGES_NOT_SEEN

ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE
SENTENCES = {
    "prompts": list(PROMPTS.values()),
    "sides": list(SIDES.values()),
    "advice": list(ADVICE.values()),
    "notices": list(NOTICES.values()),
    "reasons": list(REASONS.values()),
}
# What is said of them elsewhere, or not at all.
CODED = re.compile(r'"([A-Z]{3,}(?:_[A-Z]+)+)"')
NO_WORDS = {"UNKNOWN_DOCUMENT", "CN_RESIDENT_ID"}
FOLDERS = ("kyc", "kyc/steps", "kyc/conduct")
OTHERS = {"case", "codec", "events", "moves", "policy", "policy_file", "states", "words"}


def codes(root: Path) -> Iterator[str]:
    """Yield every code that the attendance's own files name."""
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.py")):
            if path.stem not in OTHERS:
                yield from CODED.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", sorted(SENTENCES))
def test_every_sentence_is_there_twice(table: str) -> None:
    for english, chinese in SENTENCES[table]:
        assert re.search("[a-z]", english)
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert not re.search("[\u4e00-\u9fff]", english)


def test_every_code_of_an_attendance_has_words(root: Path) -> None:
    unknown = text_of("NO_SUCH_CODE")
    named = set(codes(root)) - NO_WORDS
    assert len(named) > 30
    without = sorted(code for code in named if text_of(code) == unknown)
    assert without == []


def test_whoever_photographs_a_card_without_its_edges_is_told_what_is_missing() -> None:
    """It was `Please show the document again`, which the next picture did no better by."""
    assert "four edges" in text_of(f"DOCUMENT_{CARD_EDGES_NOT_SEEN.code}")


def test_a_code_of_elsewhere_still_says_something() -> None:
    assert text_of("DOCUMENT_UPSIDE_DOWN") == "Please show the document again"
    assert text_of("NO_SUCH_CODE", CHINESE)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("kind", list(PromptKind))
def test_no_prompt_is_empty(kind: PromptKind, language: Language) -> None:
    assert prompt_text(Prompted(1, kind), Product("empty"), language)


def test_prompts_say_what_the_policy_says() -> None:
    asked = Prompted(1, PromptKind.ANSWER_QUESTION, question="purpose")
    assert prompt_text(asked, PRODUCT, ENGLISH) == "For yourself"
    agreed = Prompted(1, PromptKind.GIVE_CONSENT)
    assert prompt_text(agreed, PRODUCT, ENGLISH) == "We record this."
    back = Prompted(1, PromptKind.SHOW_DOCUMENT, side=Side.BACK)
    assert "other side" in prompt_text(back, PRODUCT, ENGLISH)
    move = Prompted(1, PromptKind.DO_CHALLENGE, challenge=Challenge.SMILE)
    assert prompt_text(move, PRODUCT, CHINESE) == "请微笑"


def test_a_text_in_one_language_is_better_than_none() -> None:
    assert in_language(Texts("", "是"), ENGLISH) == "是"
    assert in_language(Texts("Yes", ""), CHINESE) == "Yes"
