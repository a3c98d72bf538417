"""Specimens of documents with a machine-readable zone: a passport's page and a card."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw

from media.image import ImageRGB
from tour.cards.fonts import digits_font, font, machine_font
from tour.cards.paper import pale_paper
from vision.documents.mrz import check_digit
from vision.drawn_face import drawn_face

# A passport's page is 125 x 88 mm, a card 85.6 x 54.
_PAGE_WH, _CARD_WH = (1250, 880), (1000, 631)
_INK_RGB, _PALE_RGB, _RED_RGB = (30, 30, 36), (90, 100, 120), (196, 52, 48)


@dataclass(frozen=True, slots=True, repr=False)
class Traveller:
    """What a zone says; `UTO` is Utopia, which ICAO 9303 keeps for examples."""

    surname: str
    given_names: str
    number: str
    birth_date: date
    sex: str
    valid_until: date
    state: str = "UTO"
    personal_number: str = ""

    def __repr__(self) -> str:
        return "Traveller(<hidden>)"


def passport_lines(person: Traveller) -> tuple[str, str]:
    """Return the two lines of 44 of a passport."""
    second = _dated(person)
    personal = person.personal_number.ljust(14, "<")
    second += personal + (check_digit(personal) if person.personal_number else "<")
    whole = second[0:10] + second[13:20] + second[21:43]
    return ("P<" + person.state + _names(person)).ljust(44, "<")[:44], second + check_digit(whole)


def small_lines(person: Traveller) -> tuple[str, str]:
    """Return the two lines of 36 of a TD2 card."""
    second = _dated(person) + person.personal_number.ljust(7, "<")
    whole = second[0:10] + second[13:20] + second[21:35]
    return ("I<" + person.state + _names(person)).ljust(36, "<")[:36], second + check_digit(whole)


def card_lines(person: Traveller) -> tuple[str, str, str]:
    """Return the three lines of 30 of a TD1 card."""
    number = person.number.ljust(9, "<")
    first = ("I<" + person.state + number + check_digit(number)).ljust(30, "<")
    birth, until = f"{person.birth_date:%y%m%d}", f"{person.valid_until:%y%m%d}"
    second = birth + check_digit(birth) + person.sex + until + check_digit(until) + person.state
    second += person.personal_number.ljust(11, "<")
    whole = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return first, second + check_digit(whole), _names(person).ljust(30, "<")[:30]


def draw_passport(person: Traveller, portrait: ImageRGB | None = None, seed: int = 0) -> ImageRGB:
    """Draw a passport's page, (880, 1250, 3) RGB."""
    return _draw(_PAGE_WH, passport_lines(person), person, portrait, seed)


def draw_card_back(person: Traveller, seed: int = 0) -> ImageRGB:
    """Draw the side of a TD1 card that has the zone, (631, 1000, 3) RGB."""
    return _draw(_CARD_WH, card_lines(person), None, None, seed)


def draw_small(person: Traveller, portrait: ImageRGB | None = None, seed: int = 0) -> ImageRGB:
    """Draw a TD2 document, (880, 1250, 3) RGB."""
    return _draw(_PAGE_WH, small_lines(person), person, portrait, seed)


def _dated(person: Traveller) -> str:
    number = person.number.ljust(9, "<")
    birth, until = f"{person.birth_date:%y%m%d}", f"{person.valid_until:%y%m%d}"
    head = number + check_digit(number) + person.state + birth + check_digit(birth)
    return head + person.sex + until + check_digit(until)


def _names(person: Traveller) -> str:
    return f"{person.surname}<<{person.given_names}".replace(" ", "<")


def _draw(
    size_wh: tuple[int, int],
    lines: tuple[str, ...],
    person: Traveller | None,
    portrait: ImageRGB | None,
    seed: int,
) -> ImageRGB:
    width, height = size_wh
    picture = Image.fromarray(pale_paper(size_wh, seed))
    draw = ImageDraw.Draw(picture)
    title = width * 0.42, height * 0.05
    draw.text(title, "UTOPIA  SPECIMEN", font=font(digits_font(), 34), fill=_RED_RGB)
    if person is not None:
        face = drawn_face(330) if portrait is None else portrait
        picture.paste(Image.fromarray(face).resize((330, 400)), (70, 150))
        _draw_words(draw, person)
    pitch = width * 0.93 / len(lines[0])
    kind = font(machine_font(), round(pitch * 1.55))
    for index, line in enumerate(lines):
        y = height - (len(lines) - index) * height * 0.095 - height * 0.02
        for place, letter in enumerate(line):
            draw.text((width * 0.035 + place * pitch, y), letter, font=kind, fill=_INK_RGB)
    return np.asarray(picture, np.uint8)


def _draw_words(draw: ImageDraw.ImageDraw, person: Traveller) -> None:
    rows = (
        ("Surname", person.surname),
        ("Given names", person.given_names),
        ("Date of birth", f"{person.birth_date:%d %m %Y}"),
        ("Sex", person.sex),
        ("Date of expiry", f"{person.valid_until:%d %m %Y}"),
    )
    for index, (label, value) in enumerate(rows):
        y = 130 + index * 88
        draw.text((450, y), label, font=font(digits_font(), 20), fill=_PALE_RGB)
        draw.text((450, y + 26), value, font=font(digits_font(), 34), fill=_INK_RGB)
