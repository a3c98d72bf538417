"""Photographs of many people, as live material and to make attacks of.

The sources show a person or two each; photographs of several hundred keep the model from
learning whose face it is. LFW's learning half only, one picture a person.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from evaluation.pad.manifest import Presentation
from liveness.crops import fit, tight_window
from media.image import ImageRGB
from training.lfw import half_of, seed_of
from training.pad_rows import PadRow
from training.pad_views import SIZE_HW, View, disturb

LEARNING_HALF = 0
SOURCE = "photographs"
PEOPLE = 700
FACE_HW = (200, 160)  # Attacks are made at a face's usual size, not at LFW's.
Change = Callable[[ImageRGB, np.random.Generator], ImageRGB]


def photographs(folder: Path) -> tuple[Presentation, ...]:
    """Return the first picture of each person, in an order that the names decide."""
    people = sorted(path.name for path in folder.iterdir() if path.is_dir())
    chosen = sorted(
        (name for name in people if half_of(name) == LEARNING_HALF),
        key=lambda name: seed_of(name, "presentation"),
    )
    return tuple(
        Presentation(min((folder / name).glob("*.jpg")), True, "", SOURCE)
        for name in chosen[:PEOPLE]
    )


def synthetic(number: int, change: Change) -> View:
    """Return a view of a photograph that was changed, seeded by its number and the row's."""

    def look(row: PadRow) -> ImageRGB:
        chance = np.random.default_rng((number, row.number, 1))
        image = row.read()
        face = tight_window(row.box_in(image), (image.shape[1], image.shape[0])).cut(image)
        size_wh = FACE_HW[::-1]
        grown = np.asarray(cv2.resize(face, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)
        return fit(disturb(change(grown, chance), chance), SIZE_HW)

    return look
