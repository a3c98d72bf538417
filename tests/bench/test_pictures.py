from bench.pictures import mixed_sizes, verify_pairs
from media.pictures import decode_picture
from tour.photographs import HEIGHT_PX, WIDTH_PX


def test_verify_pairs_are_640_pixel_photographs_of_seven_people() -> None:
    pairs = verify_pairs()
    assert len(pairs) == 7
    for pair in pairs:
        for data in pair:
            assert data.startswith(b"\xff\xd8")
            assert decode_picture(data).shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert len({data for pair in pairs for data in pair}) == 14


def test_mixed_sizes_are_mixed() -> None:
    shapes = {decode_picture(first).shape for first, _ in mixed_sizes()}
    assert len(shapes) >= 15
    assert min(shape[1] for shape in shapes) < 200
    assert max(shape[1] for shape in shapes) > 1500
