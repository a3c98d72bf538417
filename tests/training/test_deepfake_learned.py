from pathlib import Path

from training.deepfake_faces import Photo
from training.deepfake_learned import learned_by_source


def test_what_is_held_out_is_not_on_the_list() -> None:
    photos = [
        Photo(Path("a.jpg"), "lfw", "somebody", is_held=False),
        Photo(Path("b.jpg"), "lfw", "another", is_held=True),
        Photo(Path("c.jpg"), "table", "c", is_held=False),
    ]
    assert learned_by_source(photos) == {"lfw": [Path("a.jpg")], "table": [Path("c.jpg")]}
