"""Write down which real files the frame model learned from, so that no report counts them.

    python -m training.deepfake_learned --manifest deepfake/images.csv --root DATA
        --lfw DATA/lfw --webcams DATA/pad/images.csv [--out models] [--id forgery-blend]

The arguments are those of `training.deepfake`; the halves hang on names alone, so the list is
that of the training itself.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

from evaluation.deepfake.learned import FOLDER, learned_toml
from evaluation.pad.manifest import load_manifest_rows
from inference.manifest import SHARE
from training.deepfake_faces import (
    Photo,
    photos_of_lfw,
    photos_of_sources,
    photos_of_webcams,
)
from training.deepfake_sources import read_items

MODEL_ID = "forgery-blend"


def learned_by_source(photos: Iterable[Photo]) -> dict[str, list[Path]]:
    """Return the files that are not held out, by the source that they are known under."""
    files: dict[str, list[Path]] = {}
    for photo in photos:
        if not photo.is_held:
            files.setdefault(photo.source, []).append(photo.path)
    return files


def main() -> None:
    """Read the arguments and write the list beside the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path, nargs="+", required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--lfw", type=Path, required=True)
    parser.add_argument("--webcams", type=Path, required=True, help="manifest with live pictures")
    parser.add_argument("--out", type=Path, default=SHARE)
    parser.add_argument("--id", default=MODEL_ID, help="of the model, in the manifest")
    args = parser.parse_args()
    items = [item for path in args.manifest for item in read_items(path, args.root)]
    photos = [
        *photos_of_lfw(args.lfw),
        *photos_of_sources([item for item in items if not item.is_clip]),
        *photos_of_webcams(load_manifest_rows(args.webcams, args.root)),
    ]
    files = learned_by_source(photos)
    path = args.out / FOLDER / f"{args.id}.learned.toml"
    path.write_text(learned_toml(files, args.id), encoding="utf-8")
    print(f"{path.name}: " + ", ".join(f"{len(paths)} of {name}" for name, paths in files.items()))


if __name__ == "__main__":
    main()
