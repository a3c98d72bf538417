"""How small a face may be on the canvas; `pytest -m "slow and shared" -s` prints it."""

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from branch_edge.watch.scale import SMALLEST_FOUND_PX
from branch_edge.watch.views import MIN_FACE_SCORE, Eyes
from media.pictures import decode_picture
from vision.canvas import snug_placement

pytestmark = [pytest.mark.shared, pytest.mark.slow]

EDGES_PX = (8, 12, SMALLEST_FOUND_PX, 20, 24, 32, 48)
SIDES_PX = (96, 128, 160, 192, 224, 256, 320)


def test_the_smallest_face_that_is_promised_is_found(eyes: Eyes, shared_data: Path) -> None:
    folder = shared_data / "faces" / "dlib"
    found: Counter[int] = Counter()
    there: Counter[int] = Counter()
    for listed in ("training.xml", "testing.xml"):
        for entry in ET.parse(folder / listed).getroot().iter("image"):
            image = decode_picture((folder / str(entry.get("file"))).read_bytes())
            sizes = [
                np.array([float(box.get(k, 0)) for k in ("left", "top", "width", "height")])
                for box in entry.iter("box")
                if box.get("ignore") != "1"
            ]
            size_wh = (image.shape[1], image.shape[0])
            for side_px in SIDES_PX:
                placement = snug_placement(size_wh, side_px)
                (seen,) = eyes.faces.look_at(image, placement, MIN_FACE_SCORE).result()
                for size in sizes:
                    middle = size[:2] + size[2:] / 2
                    inside = (seen.boxes_xyxy[:, :2] < middle) & (middle < seen.boxes_xyxy[:, 2:])
                    bucket = int(np.digitize(size[2:].min() * placement.scale, EDGES_PX))
                    there[bucket] += 1
                    found[bucket] += bool(inside.all(axis=1).any())
    for bucket in sorted(there):
        low = EDGES_PX[bucket - 1] if bucket else 0
        print(f"from {low} px: {found[bucket]}/{there[bucket]}")
    promised = [bucket for bucket in there if bucket > EDGES_PX.index(SMALLEST_FOUND_PX)]
    share = sum(found[b] for b in promised) / sum(there[b] for b in promised)
    assert share > 0.95
