"""Freed pictures go back to the system, whatever lies between them."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Blocks of 4 MiB with something small kept behind each, after one large block was freed: glibc
# would keep them all.
PROGRAM = """
import numpy as np, os
from serving.memory import return_large_blocks
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
return_large_blocks()
large = np.ones(24 * 2**20, np.uint8)
del large
before = resident()
blocks, kept = [], []
for _ in range(40):
    blocks.append(np.ones(4 * 2**20, np.uint8))
    kept.append(np.ones(60_000, np.uint8))
full = resident()
blocks.clear()
print(full - before, resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators decide otherwise")
def test_large_blocks_that_are_freed_are_given_back(root: Path) -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    full_mib, left_mib = map(float, done.stdout.split())
    assert full_mib > 150
    assert left_mib < 30
