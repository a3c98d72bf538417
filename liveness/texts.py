"""The words for codes: prompts, advice, notices and reasons."""

from collections.abc import Mapping
from enum import IntEnum

from decision.outcome import Reason
from liveness.events import Challenge
from liveness.words import ADVICE, NOTICES, PROMPTS, REASONS, Words


class Language(IntEnum):
    """Which of the words."""

    ENGLISH = 0
    CHINESE = 1


def prompt_text(challenge: Challenge, language: Language = Language.ENGLISH) -> str:
    """Return what the person is asked to do."""
    return PROMPTS[challenge][language]


def advice_text(code: str, language: Language = Language.ENGLISH) -> str:
    """Return what would mend the picture. Raises KeyError for a code that is none."""
    return ADVICE[code][language]


def notice_text(code: str, language: Language = Language.ENGLISH) -> str:
    """Return what was noticed. Raises KeyError for a code that is none."""
    return NOTICES[code][language]


def reason_text(code: str, language: Language = Language.ENGLISH) -> str:
    """Return why it was decided so. Raises KeyError for a code that is none."""
    tables: tuple[Mapping[str, Words], ...] = (REASONS, NOTICES, ADVICE)
    for table in tables:
        if code in table:
            return table[code][language]
    raise KeyError(code)


def reason(code: str) -> Reason:
    """Return the reason of a code, in English. Raises KeyError for a code that is none."""
    return Reason(code, reason_text(code) + ".")
