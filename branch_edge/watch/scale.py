"""At which size a camera's pictures are looked at."""

from vision.scene import CameraScene

STRIDE_PX = 32
# Shorter side of the smallest face, on the canvas, that the detector still finds and places well
# enough to tell the camera's faces apart; docs/flow.md says how it was measured.
SMALLEST_FOUND_PX = 16
MIN_CANVAS_PX = 320


def detect_width_px(scene: CameraScene, width_px: int) -> int:
    """Return the longest side at which faces are looked for: the smallest that will do.

    width_px: longest side of the picture. Never larger than the picture, rounded up to a stride.
    """
    if scene.detect_width_px is not None:
        wanted = scene.detect_width_px
    else:
        wanted = max(MIN_CANVAS_PX, round(width_px * SMALLEST_FOUND_PX / scene.min_face_px))
    return -(-min(wanted, width_px) // STRIDE_PX) * STRIDE_PX
