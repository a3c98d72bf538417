"""A card on tables, in hands, on a screen or copied, with known corners; seeded."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from tour.cards.paper import pale_paper, rounded
from vision.geometry import Floats

PICTURE_WH = (1280, 960)
TABLES = ("dark", "white", "speckled", "wood", "tiles")
_LINES = (("NAME LI SAMPLE", 90), ("SEX M NATION HAN", 170), ("BORN 1990 01 02", 250))
_MORE = (("ADDR SAMPLE ROAD 12", 340), ("SAMPLE TOWN", 400), ("NUMBER 11010119900101123X", 570))
_SKIN_RGB = (200, 150, 120)


def plain_card(portrait: ImageRGB, seed: int = 0) -> ImageRGB:
    """Return a card of Latin print in colour, 1,000 px wide, that needs no font of its own."""
    card = cv2.resize(pale_paper(seed=seed), (1000, 631), interpolation=cv2.INTER_AREA)
    for text, y in (*_LINES, *_MORE):
        size = 1.4 if text.startswith("NUMBER") else 1.1
        for words, ink in ((text, (40, 40, 40)), (text.split()[0], (60, 130, 190))):
            cv2.putText(card, words, (50, y), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 3, cv2.LINE_AA)
    card[90:430, 660:940] = cv2.resize(portrait, (280, 340), interpolation=cv2.INTER_AREA)
    return np.asarray(card, np.uint8)


@dataclass(frozen=True, slots=True)
class Laid:
    """How a card lies. share: of the picture's width; tilt_deg: away from the camera."""

    table: str = "dark"
    share: float = 0.6
    turn_deg: float = 0.0
    tilt_deg: float = 0.0
    fingers: int = 0
    shift_px: tuple[float, float] = (0.0, 0.0)


def random_laid(random: np.random.Generator, table: str) -> Laid:
    """Return any turn, up to 35 degrees of tilt, a third to four fifths of the picture."""
    return Laid(
        table,
        share=random.uniform(0.33, 0.8),
        turn_deg=random.uniform(0, 360),
        tilt_deg=random.uniform(0, 35),
        fingers=int(random.integers(0, 3)),
    )


def lay(card: ImageRGB, laid: Laid, random: np.random.Generator) -> tuple[ImageRGB, Floats]:
    """Return a picture of the card as JPEG gives it, and its corners, (4, 2)."""
    corners = _corners(laid, random)
    height, width = card.shape[:2]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(flat - 0.5, corners - 0.5)
    soft = max(0.0, 0.35 * width / (laid.share * PICTURE_WH[0]) - 0.2)
    fine = cv2.GaussianBlur(card, (0, 0), soft) if soft > 0.3 else card
    cover = cv2.warpPerspective(rounded((width, height)), turn, PICTURE_WH) / 255.0
    shadow = cv2.GaussianBlur(np.roll(cover, (4, 4), (0, 1)), (0, 0), 5)[..., None] * 0.35
    scene = _table(laid.table, random) * (1 - shadow) * (1 - cover[..., None])
    scene += cv2.warpPerspective(fine, turn, PICTURE_WH) * cover[..., None]
    scene *= random.uniform(0.6, 1.05) * np.array([1, random.uniform(0.93, 1), 0.92])
    for _ in range(laid.fingers):
        _hold(scene, corners, random)
    scene = cv2.GaussianBlur(scene, (0, 0), random.uniform(0.3, 1.1))
    scene += random.normal(0, random.uniform(1, 5), scene.shape)
    taken = np.clip(scene, 0, 255).astype(np.uint8)
    return decode_picture(encode_jpeg(taken, int(random.integers(60, 95)))), corners


def _corners(laid: Laid, random: np.random.Generator) -> Floats:
    """Return where a pinhole camera sees the corners."""
    picture = np.array(PICTURE_WH, np.float64)
    width = laid.share * picture[0]
    box = np.array([(-1, -0.631), (1, -0.631), (1, 0.631), (-1, 0.631)]) * width / 2
    turn, tilt, axis = np.radians(laid.turn_deg), np.radians(laid.tilt_deg), random.uniform(0, 7)
    spin = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    flat = np.column_stack([box @ spin.T, np.zeros(4)])
    lean = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0]) * tilt)[0]
    solid = flat @ lean.T
    focal = 0.9 * picture[0]
    seen = solid[:, :2] * (focal / (focal + solid[:, 2]))[:, None]
    seen *= min(1.0, *((picture - 24) / np.ptp(seen, axis=0)))
    room = (picture - np.ptp(seen, axis=0)) / 2 - 8
    place = (
        picture / 2 + random.uniform(-1, 1, 2) * room - (seen.max(axis=0) + seen.min(axis=0)) / 2
    )
    return np.asarray(seen + place + laid.shift_px, np.float32)


def _hold(scene: npt.NDArray[np.float64], corners: Floats, random: np.random.Generator) -> None:
    """Put a fingertip over an edge."""
    edge, along = int(random.integers(4)), random.uniform(0.25, 0.75)
    start, end = corners[edge], corners[(edge + 1) % 4]
    x, y = start * (1 - along) + end * along
    width = float(np.linalg.norm(corners[1] - corners[0]))
    axes = round(0.06 * width), round(0.12 * width)
    turn = float(random.uniform(0, 180))
    cv2.ellipse(scene, (round(x), round(y)), axes, turn, 0, 360, _SKIN_RGB, -1, cv2.LINE_AA)


def _table(kind: str, random: np.random.Generator) -> npt.NDArray[np.float64]:
    width, height = PICTURE_WH
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    if kind == "white":
        light = np.linspace(0, -40, width)[None, :, None]
        return np.broadcast_to(random.uniform(215, 245, 3) + light, (height, width, 3)).copy()
    if kind == "speckled":
        grains = random.integers(0, 255, (height // 8, width // 8, 3)).astype(np.float32)
        large = cv2.resize(grains, PICTURE_WH, interpolation=cv2.INTER_CUBIC)
        return np.asarray(large * 0.5 + 60, np.float64)
    if kind == "wood":
        grain = np.sin(y / 9 + 3 * np.sin(x / 170) + random.normal(0, 0.02, (height, 1)).cumsum(0))
        return np.asarray(np.array([150.0, 100, 60]) + grain[..., None] * np.array([22.0, 18, 11]))
    if kind == "tiles":
        joint = (np.minimum(y % 160, x % 160) < 5)[..., None]
        return np.asarray(np.where(joint, 90.0, 165.0) + np.zeros(3), np.float64)
    return np.full((height, width, 3), random.uniform(10, 60, 3))


def on_screen(picture: ImageRGB, random: np.random.Generator, pixels_each: float) -> ImageRGB:
    """Return a photograph of a display that shows the picture.

    pixels_each: camera pixels to one of the display's, which is three stripes of light side by
    side with dark gaps; taken through a lens that blurs a little, by hand.
    """
    width, height = PICTURE_WH
    cells, finer = 6, 3
    size = round(width / pixels_each), round(height / pixels_each)
    light = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) / 255.0) ** 2.2
    panel = np.zeros((size[1] * cells, size[0] * cells, 3), np.float32)
    for channel in range(3):
        stripe = np.zeros((cells, cells), np.float32)
        stripe[:-1, 2 * channel : 2 * channel + 2] = (1.0, 0.6)
        panel[..., channel] = np.kron(light[..., channel], stripe / stripe.mean())
    scale = pixels_each / cells * 1.02
    move = cv2.getRotationMatrix2D(
        (panel.shape[1] / 2, panel.shape[0] / 2), random.uniform(-6, 6), scale
    )
    move[:, 2] += np.array([width / 2 - panel.shape[1] / 2, height / 2 - panel.shape[0] / 2])
    tilt = np.eye(3)
    tilt[0, 1], tilt[1, 0] = random.normal(0, 0.02, 2)
    tilt[2, :2] = random.normal(0, 8e-6, 2)
    whole = tilt @ np.diag([finer, finer, 1.0]) @ np.vstack([move, [0, 0, 1]])
    soft = cv2.GaussianBlur(panel, (0, 0), max(0.4, 1 / scale / finer / 2.2))
    seen = cv2.warpPerspective(soft, whole, (width * finer, height * finer))
    seen = cv2.GaussianBlur(seen, (0, 0), finer * random.uniform(0.35, 0.8))
    seen = cv2.resize(seen, PICTURE_WH, interpolation=cv2.INTER_AREA)
    taken = 255 * np.clip(seen * random.uniform(0.8, 1.1), 0, 1) ** (1 / 2.2)
    taken += random.normal(0, random.uniform(1, 4), taken.shape)
    whole_picture = np.clip(taken, 0, 255).astype(np.uint8)
    return decode_picture(encode_jpeg(whole_picture, int(random.integers(70, 95))))


def under_light(picture: ImageRGB, light_rgb: tuple[float, float, float]) -> ImageRGB:
    """Return the picture under a light of another colour; 1 is white light of full strength."""
    linear = (picture / 255.0) ** 2.2 * np.array(light_rgb)
    return np.asarray(np.clip(255 * linear ** (1 / 2.2), 0, 255), np.uint8)


def grey_copy(picture: ImageRGB) -> ImageRGB:
    """Return what a copier without colour makes of it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
