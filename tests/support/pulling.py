"""A process that pulls one model, to be killed, doubled or starved by a test."""

import os
import resource
import sys
from pathlib import Path

from inference.manifest import Manifest
from inference.store import ModelStore
from tests.support.models import npm_model
from tests.support.onnx_models import fixed_prelu_model


def main(tarball_sha256: str, cache: str, max_file_bytes: str, user: str) -> None:
    """Pull the registry's model; max_file_bytes of 0 is no limit, user of 0 is oneself."""
    if max_file_bytes != "0":
        limit = int(max_file_bytes)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if user != "0":
        os.seteuid(int(user))
    spec = npm_model(tarball_sha256, fixed_prelu_model())
    ModelStore(Manifest(root=Path(cache), models=(spec,)), Path(cache)).pull("toy")


if __name__ == "__main__":
    main(*sys.argv[1:])
