from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from base.errors import InvalidArgumentError
from evaluation.pictures import grow, read_faces
from media.image import ImageRGB
from media.pictures import encode_png
from tour import photographs
from vision.assembly import FacePipeline


@pytest.mark.parametrize(
    ("shape", "min_side_px", "grown"),
    [
        ((150, 150), 250, (250, 250)),
        ((100, 200), 250, (125, 250)),
        ((250, 120), 250, (250, 120)),
        ((640, 480), 250, (640, 480)),
        ((150, 150), 0, (150, 150)),
    ],
)
def test_only_pictures_with_a_short_longer_side_grow(
    shape: tuple[int, int], min_side_px: int, grown: tuple[int, int]
) -> None:
    image = np.full((*shape, 3), (200, 10, 10), np.uint8)
    bigger = grow(image, min_side_px)
    assert bigger.shape == (*grown, 3)
    assert (bigger == image[0, 0]).all()


def test_a_picture_without_a_face_is_a_failure_to_acquire_not_an_error(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB], tmp_path: Path
) -> None:
    paths = tmp_path / "face.png", tmp_path / "room.png"
    paths[0].write_bytes(encode_png(portraits["seat-1"]))
    paths[1].write_bytes(encode_png(photographs.empty_room()))
    seen: list[int] = []
    faces = read_faces(paths, pipeline.analyzer, workers=2, progress=seen.append)
    assert faces.is_found.tolist() == [True, False]
    assert np.linalg.norm(faces.vectors, axis=1) == pytest.approx([1, 0], abs=1e-5)
    assert np.isnan(faces.quality).tolist() == [False, True]
    assert seen == [1, 1]
    assert repr(faces) == "FaceSet(pictures=2, found=1)"


def test_a_file_that_is_no_picture_is_named(pipeline: FacePipeline, tmp_path: Path) -> None:
    broken = tmp_path / "Ann_0001.jpg"
    broken.write_bytes(b"not a picture")
    with pytest.raises(InvalidArgumentError, match=r"Ann_0001\.jpg cannot be read"):
        read_faces([broken], pipeline.analyzer, workers=1)


def test_pictures_of_nobody_give_nothing_to_count(pipeline: FacePipeline, tmp_path: Path) -> None:
    room = tmp_path / "room.png"
    room.write_bytes(encode_png(photographs.empty_room()))
    with pytest.raises(InvalidArgumentError, match="no face was found in any"):
        read_faces([room], pipeline.analyzer, workers=1)
