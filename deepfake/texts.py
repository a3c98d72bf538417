"""The words for codes: what was noticed, by which signal and when, and why it was decided so."""

from collections.abc import Sequence
from enum import IntEnum

from decision.outcome import Reason
from deepfake.outcome import Moment
from deepfake.words import ALONE, REASONS, SIGNALS, TIMES, Words


class Language(IntEnum):
    """Which of the words."""

    ENGLISH = 0
    CHINESE = 1


def reason_text(code: str, language: Language = Language.ENGLISH) -> str:
    """Return the words for a code, behind the name of its signal if it has one.

    Raises KeyError for a code that is none.
    """
    signal, words = _find(code)
    if signal is None:
        return words[language]
    return SIGNALS[signal][language] + (": ", "：")[language] + words[language]  # noqa: RUF001


def moments_text(moments: Sequence[Moment], language: Language = Language.ENGLISH) -> str:
    """Return the words for moments of one code: when the first was, and how many there are."""
    first, more = moments[0], len(moments) - 1
    place = _place_text(first.start_s, first.end_s, language)
    place += TIMES["more"][language].format(count=more) if more else ""
    return reason_text(first.code, language) + place


def reason(code: str, signal: str | None = None) -> Reason:
    """Return the reason of a code, in English. Raises KeyError for a code that is none.

    signal: its name, for a code that several have.
    """
    text = reason_text(code)
    return Reason(code, f"{text}." if signal is None else f"{signal}: {text}.")


def reason_at_most(code: str, start_s: float, end_s: float) -> Reason:
    """Return the reason of a code that holds throughout, with where it does most, in English."""
    place = _place_text(start_s, end_s, Language.ENGLISH)
    return Reason(code, f"{reason_text(code)}, most of all{place.removeprefix(',')}.")


def reason_of(moments: Sequence[Moment]) -> Reason:
    """Return the reason that moments of one code are, in English."""
    return Reason(moments[0].code, moments_text(moments) + ".")


def _place_text(start_s: float, end_s: float | None, language: Language) -> str:
    """Return the words for a place in the clip; what is shorter than words tell is an instant."""
    is_instant = end_s is None or f"{start_s:.1f}" == f"{end_s:.1f}"
    kind = "at" if is_instant else "span"
    return TIMES[kind][language].format(start=start_s, end=end_s)


def _find(code: str) -> tuple[str | None, Words]:
    if code in ALONE:
        return None, ALONE[code]
    for signal, table in REASONS.items():
        if code in table:
            return signal, table[code]
    raise KeyError(code)
