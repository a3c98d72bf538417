"""Sentences of alerts in the reader's language."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from decision.outcome import Reason
from lobby.words import ALERTS

# A rule's own sentence travels among the facts, ready to be read.
OWN_TEXT: Final = "text_"


class Language(Enum):
    """Languages that staff may read, as in HTML's `lang`."""

    ENGLISH = "en"
    CHINESE = "zh"


def alert_text(code: str, facts: Mapping[str, str], language: Language) -> str:
    """Return the sentence of a reason; the rule's own one if it has one in that language.

    Raises KeyError for a code that has no words.
    """
    own = facts.get(OWN_TEXT + language.value)
    if own is not None:
        return own
    english, chinese = ALERTS[code]
    words = chinese if language is Language.CHINESE else english
    return words.format_map(facts)


def alert_reason(code: str, facts: Mapping[str, str]) -> Reason:
    """Return a reason with its English sentence."""
    text = alert_text(code, facts, Language.ENGLISH)
    return Reason(code, text if text.endswith((".", "!", "?")) else f"{text}.")


def with_own_texts(facts: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, str]:
    """Return facts together with a rule's own sentences, filled in."""
    own = {OWN_TEXT + language: text.format_map(facts) for language, text in texts.items()}
    return {**facts, **own}
