"""Every block of the README that can run does run, in the order in which a reader meets them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from media.pictures import encode_jpeg
from tests.support.source_tree import ROOT
from tour import photographs
from tour.server import Addresses, running_server

# A block that cannot run here says why in a comment right above it.
BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>.+?) -->\n)?^```(?P<kind>\w+)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
RUNNABLE = {"bash", "python"}
README = (ROOT / "README.md").read_text()
GRPC_ADDRESS, HTTP_ADDRESS = "127.0.0.1:50051", "127.0.0.1:8080"


@dataclass(frozen=True)
class Block:
    kind: str
    code: str
    why_not: str | None


BLOCKS = [Block(m["kind"], m["code"], m["why"]) for m in BLOCK.finditer(README)]
RUN = [block for block in BLOCKS if block.kind in RUNNABLE and block.why_not is None]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README speaks of."""
    folder = tmp_path_factory.mktemp("readme")
    woman = photographs.people()[5].portrait
    (folder / "a.jpg").write_bytes(encode_jpeg(woman))
    (folder / "b.jpg").write_bytes(encode_jpeg(photographs.reshot(woman)))
    (folder / "group.jpg").write_bytes(photographs.table_photograph())
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    with running_server(tmp_path_factory.mktemp("server")) as addresses:
        yield addresses


def test_every_block_runs_or_says_why_not() -> None:
    assert RUN
    silent = [block.code for block in BLOCKS if block.kind not in RUNNABLE | {"text"}]
    assert not silent


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.code.strip().splitlines()[0])
def test_a_block_does_what_it_says(block: Block, desk: Path, server: Addresses) -> None:
    code = block.code.replace(GRPC_ADDRESS, server.grpc).replace(HTTP_ADDRESS, server.http)
    command = (
        [sys.executable, "-c"] if block.kind == "python" else ["bash", "-euo", "pipefail", "-c"]
    )
    done = subprocess.run(
        [*command, code],
        cwd=desk,
        env=os.environ
        | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SMARTBRANCH_DATA_DIR": str(desk / "data"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
