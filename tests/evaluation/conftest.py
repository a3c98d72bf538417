"""A tiny data set in LFW's form, made from photographs that dependencies ship."""

from pathlib import Path

import pytest

from media.pictures import encode_jpeg, encode_png
from tour import photographs

FOLDS, PEOPLE = 2, 6


@pytest.fixture(scope="session")
def tiny_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three pictures of each of six people and a pairs.txt of two folds.

    The second and third picture are re-shot and turned copies of the first.
    """
    root = tmp_path_factory.mktemp("tiny-faces")
    names = []
    for seed, person in enumerate(photographs.people()):
        name = f"Seat_{seed + 1}"
        names.append(name)
        (root / name).mkdir()
        copies = (
            encode_jpeg(person.portrait),
            encode_jpeg(photographs.reshot(person.portrait, seed)),
            encode_png(photographs.turned(person.portrait)),
        )
        for number, (data, suffix) in enumerate(zip(copies, ("jpg", "jpg", "png"), strict=True)):
            (root / name / f"{name}_{number + 1:04d}.{suffix}").write_bytes(data)
    lines = [f"{FOLDS}\t{PEOPLE // FOLDS}"]
    for fold in range(FOLDS):
        own = names[fold::FOLDS]
        lines += [f"{name}\t1\t{fold + 2}" for name in own]
        lines += [
            f"{name}\t{fold + 1}\t{other}\t3"
            for name, other in zip(own, own[1:] + own[:1], strict=True)
        ]
    (root / "pairs.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return root
