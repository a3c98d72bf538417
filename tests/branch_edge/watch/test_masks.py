"""What is masked is black for everything that looks, and nobody is found in it."""

import numpy as np

from branch_edge.watch.masks import PrivacyMask

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
UPPER = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
SIZE_WH = (80, 40)


def test_the_masked_part_is_black_and_the_frame_itself_stays_as_it_was() -> None:
    picture = np.full((40, 80, 3), 200, np.uint8)
    masked = PrivacyMask((LEFT,), SIZE_WH).apply(picture)
    assert not masked[:, :40].any()
    assert (masked[:, 42:] == 200).all()
    assert (picture == 200).all()


def test_where_two_masks_overlap_it_is_black_too() -> None:
    """Shapes that are filled together leave out what an even number of them cover."""
    mask = PrivacyMask((LEFT, UPPER), SIZE_WH)
    masked = mask.apply(np.full((40, 80, 3), 200, np.uint8))
    assert not masked[:20].any()
    assert not masked[:, :40].any()
    boxes = np.array([[10, 5, 20, 10], [60, 30, 70, 38]], np.float32)
    assert mask.leaves(boxes).tolist() == [1]


def test_without_masks_the_picture_is_handed_on_uncopied() -> None:
    picture = np.full((40, 80, 3), 200, np.uint8)
    assert PrivacyMask((), SIZE_WH).apply(picture) is picture


def test_a_box_that_reaches_out_of_the_picture_has_its_middle_within() -> None:
    boxes = np.array([[-60, 10, -20, 30], [79, 30, 200, 90]], np.float32)
    assert PrivacyMask((LEFT,), SIZE_WH).leaves(boxes).tolist() == [1]
