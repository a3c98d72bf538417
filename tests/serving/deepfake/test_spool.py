"""A clip's file: bounded, nameless, and never somebody else's."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import ClipTooLargeError
from serving.deepfake.spool import Spool

Count = Callable[[], int]


def test_what_was_written_is_read_by_a_path_and_gone_at_the_end(spooled: Count) -> None:
    before = spooled()
    with Spool(10) as spool:
        spool.write(b"abc")
        spool.write(b"def")
        assert spool.use(Path.read_bytes) == b"abcdef"
        assert spooled() == before + 1
    assert spooled() == before
    with pytest.raises(ValueError, match="closed"):
        spool.use(Path.read_bytes)


def test_one_byte_too_many_is_refused() -> None:
    with Spool(4) as spool:
        spool.write(b"abcd")
        with pytest.raises(ClipTooLargeError) as caught:
            spool.write(b"e")
    assert caught.value.metadata == {"max_bytes": "4"}


def test_a_file_in_use_outlives_its_closing_and_no_longer(spooled: Count) -> None:
    """Its number could be given to another caller's clip while this one is still being read."""
    before = spooled()
    begun, go_on = threading.Event(), threading.Event()
    read: list[bytes] = []

    def look(path: Path) -> None:
        begun.set()
        assert go_on.wait(10)
        read.append(path.read_bytes())

    first = Spool(10)
    first.write(b"first")
    looking = threading.Thread(target=first.use, args=(look,))
    looking.start()
    assert begun.wait(10)
    first.close()
    with Spool(10) as second:
        second.write(b"second")
        go_on.set()
        looking.join(10)
    assert read == [b"first"]
    assert spooled() == before


def test_closing_twice_is_closing_once(spooled: Count) -> None:
    before = spooled()
    spool = Spool(10)
    spool.close()
    spool.close()
    assert spooled() == before


def test_a_failing_look_closes_like_any_other(spooled: Count) -> None:
    before = spooled()

    def fail(path: Path) -> None:
        raise KeyError(path.name)

    with Spool(10) as spool, pytest.raises(KeyError):
        spool.use(fail)
    assert spooled() == before
