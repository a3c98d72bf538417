"""A heat map painted over the picture, or the clip's frame, that it is about."""

from pathlib import Path

import cv2
import numpy as np

from deepfake.clip_plan import LOOK_FPS
from deepfake.heat_map import HeatMap
from media.clips import read_frames
from media.containers import DEFAULT_CLIP_LIMITS, ClipLimits, is_clip
from media.image import ImageRGB
from media.pictures import DEFAULT_LIMITS, PictureLimits, decode_picture
from vision.geometry import Floats

# How much of the picture the hottest place hides.
_MAX_COVER = 0.65
_HALF_FRAME_S = 0.5 / LOOK_FPS
_EDGE_RGB = (255, 255, 255)


def paint_heat(image: ImageRGB, heat: HeatMap) -> ImageRGB:
    """Return a copy of the picture, the hotter the redder, and the map's edge in white."""
    spread = _spread(heat, image.shape[:2])
    cold_to_hot = cv2.applyColorMap((255 * spread).astype(np.uint8), cv2.COLORMAP_JET)
    colours = cv2.cvtColor(cold_to_hot, cv2.COLOR_BGR2RGB)
    cover = _MAX_COVER * spread[:, :, None]
    painted = image * (1 - cover) + colours * cover
    canvas = np.ascontiguousarray(painted.round().astype(np.uint8))
    left, top, right, bottom = (round(side) for side in heat.window_xyxy)
    cv2.rectangle(canvas, (left, top), (right, bottom), _EDGE_RGB, 1)
    return canvas


def _spread(heat: HeatMap, shape_hw: tuple[int, ...]) -> Floats:
    """Return (H, W) float32 in [0, 1]: the cells over the picture's pixels, 0 outside of them."""
    height, width = shape_hw
    left, top, right, bottom = (round(side) for side in heat.window_xyxy)
    spread = np.zeros((height, width), np.float32)
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if x1 >= x2 or y1 >= y2:
        return spread
    cells = np.asarray(heat.cells, np.float32)
    whole = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    spread[y1:y2, x1:x2] = whole[y1 - top : y2 - top, x1 - left : x2 - left].clip(0, 1)
    return spread


def image_of(
    path: Path,
    heat: HeatMap,
    picture_limits: PictureLimits = DEFAULT_LIMITS,
    clip_limits: ClipLimits = DEFAULT_CLIP_LIMITS,
) -> ImageRGB:
    """Return the picture, or the frame of a clip, that a map is about.

    Raises OSError and what decoding raises.
    """
    if heat.time_s is None or not is_clip(path):
        with path.open("rb") as file:
            return decode_picture(file.read(picture_limits.max_bytes + 1), picture_limits)
    frames = read_frames(path, clip_limits, target_fps=LOOK_FPS)
    frame = next(frames)
    end_s = frame.received_monotonic_s + heat.time_s - _HALF_FRAME_S
    while frame.received_monotonic_s < end_s and (after := next(frames, None)) is not None:
        frame = after
    return frame.image
