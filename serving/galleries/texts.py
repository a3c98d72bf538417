"""Texts that people write and other people read: bounded, and nothing hidden in them."""

import unicodedata

from base.errors import InvalidArgumentError

# Controls, formatting (such as U+202E, which turns what follows around), surrogates, private
# use and line breaks: they forge logs, terminals and pages, and no name needs them.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def check_text(text: str, field: str, *, least: int, most: int) -> None:
    """Raise InvalidArgumentError unless `text` has `least` to `most` visible characters."""
    if not least <= len(text) <= most or len(text.strip()) < least:
        raise InvalidArgumentError(f"{field} must have {least} to {most} characters", field=field)
    if any(unicodedata.category(character) in _HIDDEN for character in text):
        raise InvalidArgumentError(
            f"{field} has control or formatting characters; write it on one line", field=field
        )
