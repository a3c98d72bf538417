"""From the recogniser's scores to letters, each with its own confidence and place."""

from collections.abc import Sequence

from vision.documents.text import Letter, TextLine
from vision.geometry import Floats

_BLANK = 0


def decode_line(scores: Floats, letters: Sequence[str], quad: Floats, share: float) -> TextLine:
    """Read (T, L) scores, T places from left to right over L letters, the first of them blank.

    share: of the T places that the line takes up, in (0, 1].
    """
    best = scores.argmax(axis=1)
    found: list[Letter] = []
    start = 0
    for place in range(1, len(best) + 1):
        if place < len(best) and best[place] == best[start]:
            continue
        if best[start] != _BLANK:
            confidence = float(scores[start:place, best[start]].max())
            middle = (start + place) / 2 / (len(best) * share)
            found.append(Letter(letters[best[start]], confidence, min(middle, 1.0)))
        start = place
    trimmed = tuple(letter for letter in found if not letter.text.isspace())
    return TextLine(trimmed, quad)
