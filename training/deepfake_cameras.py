"""What cameras, chats and archives do to a picture, drawn by chance.

The forged and the real half of a pair go through the same, so that only the forgery tells them
apart.
"""

from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np

from media.image import ImageRGB

H264_CRF = (18, 32)
_FPS = Fraction(25)
JPEG_QUALITY = (40, 100)


def film(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    """Take a picture of a square scene; the same state of chance takes it the same way."""
    image = _expose(image, chance)
    if chance.random() < 0.15:
        image = _shape_spectrum(image, chance)
    image = _scale(image, chance)
    image = _focus(image, chance)
    if chance.random() < 0.2:
        image = _noise(image, chance)
    kind = chance.random()
    if 0.2 < kind < 0.55:
        image = jpeg(image, int(chance.integers(*JPEG_QUALITY)))
    if kind > 0.5:
        image = h264(image, int(chance.integers(*H264_CRF)), chance)
    return image


def _expose(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    gamma, gain = np.exp(chance.normal(0, 0.2)), np.exp(chance.normal(0, 0.05, 3))
    if chance.random() < 0.3:
        return image
    steps = np.linspace(0, 1, 256)[:, None] ** gamma * gain * np.exp(chance.normal(0, 0.08))
    table = np.clip(np.rint(255 * steps), 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(image, table), np.uint8)


def _shape_spectrum(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    """Raise and lower bands of frequencies, as lenses, sensors and scalers do."""
    height, width = image.shape[:2]
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    radius = np.minimum(np.hypot(rows, columns) * 2, 1)
    knots = np.exp(chance.normal(0, 0.25, 6))
    knots[0] = 1  # Brightness is left alone.
    gains = np.interp(radius, np.linspace(0, 1, 6), knots)[..., None]
    shaped = np.fft.irfft2(np.fft.rfft2(image, axes=(0, 1)) * gains, (height, width), (0, 1))
    return np.asarray(np.clip(np.rint(shaped), 0, 255), np.uint8)


def _scale(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    scale = float(np.exp(chance.uniform(np.log(0.65), np.log(1.1))))
    how = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(chance.integers(3))]
    if chance.random() < 0.5:
        return image
    side = max(64, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, (side, side), interpolation=how), np.uint8)


def _focus(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    kind, sigma_px = chance.random(), float(chance.uniform(0.3, 0.8))
    if kind > 0.25:
        return image
    soft = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.uint8)
    return soft if kind < 0.15 else np.asarray(cv2.addWeighted(image, 1.6, soft, -0.6, 0), np.uint8)


def _noise(image: ImageRGB, chance: np.random.Generator) -> ImageRGB:
    height, width = image.shape[:2]
    channels = int(chance.choice([1, 3]))
    grain = chance.standard_normal((height, width, channels), np.float32)
    if chance.random() < 0.4:
        coarse = cv2.GaussianBlur(grain, (0, 0), 0.7)
        grain = 2 * np.asarray(coarse, np.float32).reshape(grain.shape)
    noisy = image + grain * np.float32(chance.uniform(0.8, 4))
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)


def jpeg(image: ImageRGB, quality: int) -> ImageRGB:
    """Compress and read again."""
    _ok, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def h264(image: ImageRGB, crf: int, chance: np.random.Generator) -> ImageRGB:
    """Send two or three pictures that move a little through a video coder; return the last.

    The last is predicted from those before it, or, one time in four, stands alone.
    """
    alone = chance.random() < 0.25
    steps = chance.integers(-1, 2, (1 if alone else int(chance.integers(2, 4)), 2))
    steps[-1] = 0
    side = image.shape[0] // 2 * 2
    whole = cv2.resize(image, (side, side)) if side != image.shape[0] else image
    coder: Any = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt, coder.framerate = side, side, "yuv420p", _FPS
    coder.options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency", "threads": "1"}
    reader: Any = av.CodecContext.create("h264", "r")
    reader.thread_count = 1
    packets = []
    for number, step in enumerate(steps):
        moved = np.ascontiguousarray(np.roll(whole, step, (0, 1)))
        planes = np.asarray(cv2.cvtColor(moved, cv2.COLOR_RGB2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
        frame.pts = number
        packets += coder.encode(frame)
    packets += coder.encode(None)
    decoded = [each for packet in (*packets, None) for each in reader.decode(packet)]
    planes = decoded[-1].to_ndarray()
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420), np.uint8)
