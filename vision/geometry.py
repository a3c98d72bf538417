"""Where things are: origin top-left, x right, y down, pixel edges at whole numbers.

Left and right are sides of the picture, never of the person. Boxes are `x1 y1 x2 y2` floats in
pixels of the picture they belong to, x2 and y2 exclusive. The five landmarks of a face are
listed image-left first: eye, eye, nose tip, mouth corner, mouth corner.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LEFT_EYE, RIGHT_EYE, NOSE, LEFT_MOUTH, RIGHT_MOUTH = range(5)


def non_maximum_suppression(
    boxes_xyxy: Floats, scores: Floats, max_overlap: float
) -> npt.NDArray[np.intp]:
    """Return the rows to keep, best first: no two overlap by more than `max_overlap` (IoU).

    boxes_xyxy: (N, 4). scores: (N,).
    """
    order = np.argsort(-scores, kind="stable")
    keep: list[int] = []
    while order.size:
        best = order[0]
        keep.append(int(best))
        rest = order[1:]
        order = rest[overlaps(boxes_xyxy[best], boxes_xyxy[rest]) <= max_overlap]
    return np.array(keep, np.intp)


def overlaps(box_xyxy: Floats, boxes_xyxy: Floats) -> Floats:
    """Return the intersection over union of one box, (4,), with each of (N, 4)."""
    top_left = np.maximum(box_xyxy[:2], boxes_xyxy[:, :2])
    bottom_right = np.minimum(box_xyxy[2:], boxes_xyxy[:, 2:])
    shared = np.prod(np.clip(bottom_right - top_left, 0, None), axis=1)
    own = np.prod(box_xyxy[2:] - box_xyxy[:2])
    theirs = np.prod(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], axis=1)
    union: Floats = np.maximum(own + theirs - shared, np.float32(1e-9))
    result: Floats = shared / union
    return result


def interocular_px(landmarks: Floats) -> float:
    """Return the distance between the eye centres in pixels; landmarks: (5, 2)."""
    across = landmarks[RIGHT_EYE] - landmarks[LEFT_EYE]
    return float(np.hypot(across[0], across[1]))
