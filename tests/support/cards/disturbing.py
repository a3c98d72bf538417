"""What lies between a card and its picture: a table, a tilt, light, a lens, a file; seeded."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from media.pictures import decode_picture
from tour.cards.paper import rounded

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Disturbance:
    """How much of each, at most; what is drawn is at random below it.

    picture_wh: pixels. card_share: least and most of the picture's width that the card takes.
    turn_deg: either way. tilt: shift of a corner, share of the card's width. blur_px: sigma.
    glare: brightness of a spot. gain, shift: of brightness. noise: sigma, grey levels.
    jpeg_quality: least and most.
    """

    picture_wh: tuple[int, int] = (1440, 1080)
    card_share: tuple[float, float] = (0.6, 0.85)
    turn_deg: float = 8.0
    tilt: float = 0.03
    blur_px: float = 1.0
    glare: float = 60.0
    gain: float = 0.2
    noise: float = 4.0
    jpeg_quality: tuple[int, int] = (60, 92)


MILD = Disturbance()
STRONG = Disturbance(
    card_share=(0.45, 0.8), turn_deg=20, tilt=0.07, blur_px=2.2, glare=150, gain=0.35, noise=9,
    jpeg_quality=(30, 70),
)  # fmt: skip


def photograph(
    card: ImageRGB, random: np.random.Generator, limits: Disturbance = MILD, quarter_turns: int = 0
) -> ImageRGB:
    """Return a picture of a card on a table, RGB; quarter_turns: anticlockwise, of the card."""
    table = _table(limits.picture_wh, random)
    card = _with_glare(card, random, limits.glare)
    corners = _corners(card, random, limits, quarter_turns)
    height, width = card.shape[:2]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    size = limits.picture_wh
    laid = cv2.warpPerspective(card, warp, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(rounded((width, height)), warp, size)[..., None] / 255.0
    shadow = cv2.GaussianBlur(mask[..., 0].astype(np.float32), (0, 0), 9)[..., None]
    scene = table * (1 - 0.35 * shadow) * (1 - mask) + laid * mask
    return _through_camera(scene, random, limits)


def _table(size_wh: tuple[int, int], random: np.random.Generator) -> Floats:
    """A table top: a colour, grain along one direction, light from one side."""
    width, height = size_wh
    colour = random.uniform(25, 190) + random.uniform(-25, 25, 3)
    grain = cv2.resize(
        random.normal(0, 1, (int(random.integers(40, 300)), 12)).astype(np.float32), size_wh,
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    light = np.linspace(random.uniform(0.8, 1), random.uniform(0.8, 1.1), width, dtype=np.float32)
    table = (colour + grain[..., None] * random.uniform(2, 14)) * light[None, :, None]
    return np.asarray(np.clip(table, 0, 255), np.float32).reshape(height, width, 3)


def _with_glare(card: ImageRGB, random: np.random.Generator, most: float) -> ImageRGB:
    height, width = card.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    cx, cy = random.uniform(0, width), random.uniform(0, height)
    radius = random.uniform(0.1, 0.25) * width
    spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2)) * random.uniform(0, most)
    return np.asarray(np.clip(card + spot[..., None], 0, 255), np.uint8)


def _corners(
    card: ImageRGB, random: np.random.Generator, limits: Disturbance, quarter_turns: int
) -> Floats:
    picture_w, picture_h = limits.picture_wh
    share = random.uniform(*limits.card_share)
    if quarter_turns % 2:
        share = min(share, 0.55)
    width = share * picture_w
    height = width * card.shape[0] / card.shape[1]
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32) * (width / 2, height / 2)
    angle = np.deg2rad(random.uniform(-1, 1) * limits.turn_deg - 90 * quarter_turns)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    box = box @ turn.T + random.uniform(-1, 1, (4, 2)) * limits.tilt * width
    room = np.maximum((picture_w, picture_h) - np.ptp(box, axis=0) - 16, 0)
    start = 8 + random.uniform(0, 1, 2) * room
    return np.asarray(box - box.min(axis=0) + start, np.float32)


def _through_camera(
    scene: npt.NDArray[np.floating], random: np.random.Generator, limits: Disturbance
) -> ImageRGB:
    picture = scene * (1 + random.uniform(-1, 1) * limits.gain)
    sigma = random.uniform(0, limits.blur_px)
    if sigma > 0.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float64)
    picture = picture + random.normal(0, random.uniform(0, limits.noise), picture.shape)
    taken = np.clip(picture, 0, 255).astype(np.uint8)
    quality = int(random.integers(*limits.jpeg_quality))
    _, file = cv2.imencode(".jpg", taken[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decode_picture(file.tobytes())
