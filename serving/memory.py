"""How freed memory goes back to the system."""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc.
LARGE_BYTES = 1024 * 1024


def return_large_blocks() -> None:
    """Let glibc give each freed block of 1 MiB or more back at once; elsewhere, do nothing.

    Left alone, glibc raises that threshold to the largest block that was freed, up to 32 MiB, and
    then keeps the pixels of large pictures in a heap for every thread.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
