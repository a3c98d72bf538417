"""Specimens of the Chinese resident identity card, laid out as GA 448 has it."""

from datetime import date
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from media.image import ImageRGB
from tour.cards.fonts import Font, chinese_font, digits_font, font
from tour.cards.holder import Holder
from tour.cards.paper import HEIGHT_PX, WIDTH_PX, pale_paper
from vision.drawn_face import drawn_face

_LABEL_RGB, _INK_RGB, _RED_RGB = (52, 128, 178), (32, 30, 34), (196, 52, 48)
_LABEL_PX, _VALUE_PX, _NUMBER_PX = 27, 33, 42
_LEFT_PX, _VALUE_LEFT_PX = 80, 178
_ROW_NAME_PX, _ROW_SEX_PX, _ROW_BIRTH_PX, _ROW_ADDRESS_PX, _ROW_NUMBER_PX = 76, 155, 232, 312, 530
_ADDRESS_LETTERS, _ADDRESS_PITCH_PX = 11, 47
_PORTRAIT_XYWH = (628, 88, 290, 360)
_MARK = "样本 SPECIMEN"


def draw_front(
    holder: Holder, portrait: ImageRGB | None = None, letters: Path | None = None, seed: int = 0
) -> ImageRGB:
    """Draw the side with the portrait, (631, 1000, 3) RGB.

    portrait: RGB; by default a drawn face. letters: a font file. seed: of the paper's lines.
    Raises SettingsError where there is no Chinese font.
    """
    picture = Image.fromarray(_with_portrait(pale_paper(seed=seed), portrait))
    draw, path = ImageDraw.Draw(picture), letters or chinese_font()
    label, value = font(path, _LABEL_PX), font(path, _VALUE_PX)
    _row(draw, _ROW_NAME_PX, ("姓  名", label), (holder.name, font(path, _VALUE_PX + 4)))
    _row(draw, _ROW_SEX_PX, ("性  别", label), (holder.sex, value))
    _text(draw, (268, _ROW_SEX_PX), "民  族", label, _LABEL_RGB)
    _text(draw, (366, _ROW_SEX_PX), holder.ethnicity, value, _INK_RGB)
    _draw_birth(draw, holder.birth_date, label, value)
    _row(draw, _ROW_ADDRESS_PX, ("住  址", label), ("", value))
    for index in range(0, len(holder.address), _ADDRESS_LETTERS):
        y = _ROW_ADDRESS_PX + index // _ADDRESS_LETTERS * _ADDRESS_PITCH_PX
        words = holder.address[index : index + _ADDRESS_LETTERS]
        _text(draw, (_VALUE_LEFT_PX, y), words, value, _INK_RGB)
    _text(draw, (_LEFT_PX, _ROW_NUMBER_PX), "公民身份号码", label, _LABEL_RGB)
    _spaced(draw, (330, _ROW_NUMBER_PX), holder.number, font(digits_font(), _NUMBER_PX), 31.5)
    _text(draw, (_LEFT_PX + 420, 24), _MARK, font(path, 24), _RED_RGB)
    return np.asarray(picture, np.uint8)


def draw_back(holder: Holder, letters: Path | None = None, seed: int = 0) -> ImageRGB:
    """Draw the other side, (631, 1000, 3) RGB. Raises SettingsError where there is no font."""
    sheet = pale_paper(seed=seed + 1)
    _draw_seal(sheet)
    _draw_wall(sheet)
    picture = Image.fromarray(sheet)
    draw, path = ImageDraw.Draw(picture), letters or chinese_font()
    label, value = font(path, _LABEL_PX), font(path, 31)
    _spaced(draw, (330, 96), "中华人民共和国", font(path, 46), 80)
    _spaced(draw, (330, 196), "居民身份证", font(path, 70), 114)
    _text(draw, (262, 444), "签发机关", label, _INK_RGB)
    _text(draw, (402, 444), holder.authority, value, _INK_RGB)
    _text(draw, (262, 528), "有效期限", label, _INK_RGB)
    _text(draw, (402, 528), validity_words(holder), value, _INK_RGB)
    _text(draw, (_LEFT_PX + 420, 24), _MARK, font(path, 24), _RED_RGB)
    return np.asarray(picture, np.uint8)


def validity_words(holder: Holder) -> str:
    """Return how the back says from when until when the card holds."""
    until = "长期" if holder.valid_until is None else f"{holder.valid_until:%Y.%m.%d}"
    return f"{holder.valid_from:%Y.%m.%d}-{until}"


def _draw_birth(draw: ImageDraw.ImageDraw, birth: date, label: Font, value: Font) -> None:
    _row(draw, _ROW_BIRTH_PX, ("出  生", label), (str(birth.year), value))
    for x, words, kind in (
        (264, "年", label),
        (318, str(birth.month), value),
        (372, "月", label),
        (424, str(birth.day), value),
        (478, "日", label),
    ):
        colour = _LABEL_RGB if kind is label else _INK_RGB
        _text(draw, (x, _ROW_BIRTH_PX), words, kind, colour)


def _row(
    draw: ImageDraw.ImageDraw, y: int, label: tuple[str, Font], value: tuple[str, Font]
) -> None:
    _text(draw, (_LEFT_PX, y), label[0], label[1], _LABEL_RGB)
    _text(draw, (_VALUE_LEFT_PX, y), value[0], value[1], _INK_RGB)


def _text(
    draw: ImageDraw.ImageDraw,
    middle_xy: tuple[float, float],
    words: str,
    kind: Font,
    colour: tuple[int, int, int],
) -> None:
    draw.text(middle_xy, words, font=kind, fill=colour, anchor="lm")


def _spaced(
    draw: ImageDraw.ImageDraw, left_xy: tuple[float, float], words: str, kind: Font, pitch: float
) -> None:
    for index, letter in enumerate(words):
        place = (left_xy[0] + index * pitch, left_xy[1])
        draw.text(place, letter, font=kind, fill=_INK_RGB, anchor="lm")


def _with_portrait(sheet: ImageRGB, portrait: ImageRGB | None) -> ImageRGB:
    x, y, width, height = _PORTRAIT_XYWH
    face = drawn_face(width) if portrait is None else portrait
    side = max(width / face.shape[1], height / face.shape[0])
    large = cv2.resize(face, None, fx=side, fy=side, interpolation=cv2.INTER_AREA)
    left, top = (large.shape[1] - width) // 2, (large.shape[0] - height) // 2
    sheet[y : y + height, x : x + width] = large[top : top + height, left : left + width]
    return sheet


def _draw_seal(sheet: ImageRGB) -> None:
    """Draw a red disc with a ring: nobody's emblem."""
    cv2.circle(sheet, (170, 150), 92, (214, 84, 72), -1, cv2.LINE_AA)
    cv2.circle(sheet, (170, 150), 74, (236, 178, 96), 7, cv2.LINE_AA)
    cv2.circle(sheet, (170, 150), 30, (236, 178, 96), -1, cv2.LINE_AA)


def _draw_wall(sheet: ImageRGB) -> None:
    """Draw a grey wall over hills."""
    hills = [(0, 420), (180, 330), (390, 400), (620, 300), (820, 370), (WIDTH_PX, 280)]
    for shift in range(0, 60, 12):
        line = np.array([(x, y + shift) for x, y in hills], np.int32)
        cv2.polylines(sheet, [line], False, (200, 204, 206), 2, cv2.LINE_AA)
    cv2.rectangle(sheet, (610, 262), (700, HEIGHT_PX // 2 + 20), (204, 208, 210), 2)
