"""What a card's picture is a picture of: the card itself, a screen that shows one, a grey copy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medium:
    """What was found out about the medium.

    is_colour: whether the card has colour; False for a grey copy. is_no_screen: False where a
    screen's grid shows. Each is None where it cannot be told from this picture.
    chroma: colour that is left after white balance, in CIE Lab steps. grid: how far the strongest
    regular pattern stands out, in standard deviations; None where the picture is too soft.
    """

    is_colour: bool | None = None
    is_no_screen: bool | None = None
    chroma: float | None = None
    grid: float | None = None
