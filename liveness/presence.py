"""Whether one face is there, well placed and well lit, and what would mend it if not."""

from dataclasses import dataclass

import numpy as np

from liveness.look import FrameLook
from vision.analysis import count_rivals
from vision.continuity.glance import Glance
from vision.quality import FaceQuality

# Of 255, over the whole picture, where no face was found in it.
DARK_BELOW, BRIGHT_ABOVE = 30.0, 235.0
# Height of the face over the shorter side of the picture.
SMALL_BELOW = 0.22
# Share of the picture's height or width; leaves some room to come closer.
LARGE_ABOVE = 0.85
# Share of the box that may lie outside of the picture.
MAX_OUTSIDE = 0.12

# What would mend the parts of a face's quality that say how much of skin or screen can be seen.
# The rest of quality is about who it is: a face that is tilted, covered or hard to recognise
# shows what it is made of all the same.
_TEXTURE_ADVICE = {
    "FACE_TOO_DARK": "MORE_LIGHT",
    "FACE_LOW_CONTRAST": "MORE_LIGHT",
    "FACE_TOO_BRIGHT": "LESS_LIGHT",
    "FACE_UNEVENLY_LIT": "EVEN_LIGHT",
    "FACE_TOO_SMALL": "MOVE_CLOSER",
    "FACE_BLURRED": "HOLD_STILL",
    "FACE_NOISY": "MORE_LIGHT",
}


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is in the picture. advice: what would mend it; None where nothing has to.

    is_alone: whether exactly one person is there.
    """

    is_face: bool
    is_alone: bool
    advice: str | None


def check_presence(look: FrameLook, glance: Glance) -> Presence:
    """Return who is in the picture, by detector, box and brightness alone."""
    face = look.face
    if face is None:
        return Presence(False, False, _advice_without_face(glance))
    if has_second_face(look):
        return Presence(True, False, "ONE_PERSON_ONLY")
    return Presence(True, True, _advice_on_place(look))


def has_second_face(look: FrameLook) -> bool:
    """Return whether somebody else, and not a passer-by, is in the picture."""
    face = look.face
    return face is not None and count_rivals(look.faces, face.row) > 0


def advise_on_texture(quality: FaceQuality) -> str | None:
    """Return what would let the passive model see the face well; None if it does."""
    for reason in quality.reasons:
        if reason.code in _TEXTURE_ADVICE:
            return _TEXTURE_ADVICE[reason.code]
    return None


def _advice_without_face(glance: Glance) -> str:
    if glance.mean < DARK_BELOW:
        return "MORE_LIGHT"
    return "LESS_LIGHT" if glance.mean > BRIGHT_ABOVE else "SHOW_FACE"


def _advice_on_place(look: FrameLook) -> str | None:
    assert look.face is not None
    height_px, width_px = look.frame.image.shape[:2]
    x1, y1, x2, y2 = (float(side) for side in look.face.box_xyxy)
    if y2 - y1 < SMALL_BELOW * min(height_px, width_px):
        return "MOVE_CLOSER"
    is_large = max((y2 - y1) / height_px, (x2 - x1) / width_px) > LARGE_ABOVE
    seen_wh = np.clip(
        [min(x2, width_px) - max(x1, 0.0), min(y2, height_px) - max(y1, 0.0)], 0.0, None
    )
    area = (x2 - x1) * (y2 - y1)
    if area <= 0 or 1 - float(seen_wh.prod()) / area > MAX_OUTSIDE:
        return "MOVE_BACK" if is_large else "CENTRE_FACE"
    return "MOVE_BACK" if is_large else None
