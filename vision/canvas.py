"""Pictures fitted into the few input shapes that a detector runs at."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.manifest import InputSpec
from media.image import ImageRGB
from vision.faces import Faces
from vision.geometry import Floats


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture, or a window of it, lies on a canvas.

    shape_hw: the canvas. scale: canvas pixels per picture pixel.
    origin_xy: the picture pixel at the canvas's top-left corner.
    """

    shape_hw: tuple[int, int]
    scale: float
    origin_xy: tuple[float, float] = (0.0, 0.0)

    def to_picture(self, faces: Faces) -> Faces:
        """Return faces found on the canvas in pixels of the picture."""
        origin = np.array(self.origin_xy, np.float32)
        scale = np.float32(1 / self.scale)
        boxes = (faces.boxes_xyxy.reshape(-1, 2, 2) * scale + origin).reshape(-1, 4)
        return Faces(boxes, faces.scores, faces.landmarks * scale + origin)


def placement_for(size_wh: tuple[int, int], longest_px: int, stride_px: int = 32) -> Placement:
    """Return the smallest canvas of the list that holds the picture at this longest side.

    A canvas is `longest_px` by a multiple of a quarter of it, both rounded up to the network's
    coarsest stride, so that any mix of pictures makes at most seven shapes a scale.
    """
    width, height = size_wh
    scale = longest_px / max(width, height)
    longer_px = _round_up(longest_px, stride_px)
    step_px = max(stride_px, longest_px // 4)
    shorter_px = _round_up(_round_up(round(min(width, height) * scale), step_px), stride_px)
    shorter_px = min(shorter_px, longer_px)
    shape_hw = (shorter_px, longer_px) if width >= height else (longer_px, shorter_px)
    return Placement(shape_hw, scale)


def snug_placement(size_wh: tuple[int, int], longest_px: int, stride_px: int = 32) -> Placement:
    """Return the smallest canvas that holds the picture at this longest side.

    For a source whose pictures are all of one size; of others it would make any number of shapes.
    """
    scale = longest_px / max(size_wh)
    width, height = (_round_up(round(side * scale), stride_px) for side in size_wh)
    return Placement((height, width), scale)


def placement_in(size_wh: tuple[int, int], shape_hw: tuple[int, int]) -> Placement:
    """Return where a picture lies on a canvas of a given shape, as large as it fits."""
    return Placement(shape_hw, min(shape_hw[1] / size_wh[0], shape_hw[0] / size_wh[1]))


def window_around(box_xyxy: Floats, shape_hw: tuple[int, int], share: float) -> Placement:
    """Return a window with a box in its middle, whose longer side is `share` of the canvas's."""
    x1, y1, x2, y2 = (float(value) for value in box_xyxy)
    scale = share * min(shape_hw) / max(x2 - x1, y2 - y1, 1.0)
    origin = (
        (x1 + x2) / 2 - shape_hw[1] / scale / 2,
        (y1 + y2) / 2 - shape_hw[0] / scale / 2,
    )
    return Placement(shape_hw, scale, origin)


def _round_up(value_px: int, step_px: int) -> int:
    return max(-(-value_px // step_px), 1) * step_px


def place(image: ImageRGB, placement: Placement, fill_rgb: tuple[int, int, int]) -> ImageRGB:
    """Scale the picture onto its canvas; what it does not cover has the fill colour."""
    height, width = placement.shape_hw
    canvas = np.empty((height, width, 3), np.uint8)
    size_wh = (
        min(width, max(1, round(image.shape[1] * placement.scale))),
        min(height, max(1, round(image.shape[0] * placement.scale))),
    )
    canvas[size_wh[1] :] = fill_rgb
    canvas[: size_wh[1], size_wh[0] :] = fill_rgb
    # Averaging keeps small faces from breaking up when a picture shrinks a lot.
    how = cv2.INTER_AREA if placement.scale < 0.5 else cv2.INTER_LINEAR
    cv2.resize(image, size_wh, dst=canvas[: size_wh[1], : size_wh[0]], interpolation=how)
    return canvas


def cut(image: ImageRGB, placement: Placement, fill_rgb: tuple[int, int, int]) -> ImageRGB:
    """Scale a window of the picture onto its canvas; it may reach outside the picture."""
    height, width = placement.shape_hw
    scale = placement.scale
    x, y = placement.origin_xy
    matrix = np.array([[scale, 0.0, -x * scale], [0.0, scale, -y * scale]])
    window = cv2.warpAffine(
        image,
        matrix,
        (width, height),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=fill_rgb,
    )
    return np.asarray(window, np.uint8)


def to_input(images: list[ImageRGB], spec: InputSpec) -> npt.NDArray[np.float32]:
    """Prepare pictures of one shape for a network: (N, 3, H, W) float32.

    Each value is (pixel - mean) * scale in the colour order that the manifest gives.
    """
    # Swapped, shifted and scaled here: asked for these, OpenCV's blob does the same more slowly.
    ordered = (
        images if spec.colour == "RGB" else [cv2.cvtColor(i, cv2.COLOR_RGB2BGR) for i in images]
    )
    blob = np.asarray(cv2.dnn.blobFromImages(ordered), np.float32)
    if any(spec.mean):
        blob -= np.array(spec.mean, np.float32)[:, None, None]
    if spec.scale != 1.0:
        blob *= np.float32(spec.scale)
    return blob


def fill_colour(spec: InputSpec) -> tuple[int, int, int]:
    """Return the RGB colour that the network sees as nothing."""
    red, green, blue = spec.mean if spec.colour == "RGB" else spec.mean[::-1]
    return round(red), round(green), round(blue)
