import io
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from base.errors import ServerNotReadyError
from media.pictures import decode_picture
from tour.findings import Chapter, count_broken, print_chapter
from tour.guide import Folders, take_tour
from tour.server import free_port, running_server


@pytest.mark.slow
def test_the_tour_keeps_every_promise(tmp_path: Path) -> None:
    """The whole product in one walk: the real server, real photographs, the real client.

    Slow: CI takes the same walk by `make demo`.
    """
    printed = io.StringIO()
    folders = Folders(tmp_path / "data", tmp_path / "pictures")
    code = take_tour(folders, once=True, console=Console(file=printed, width=120))
    assert code == 0, printed.getvalue()
    assert "answers were as promised" in printed.getvalue()
    assert decode_picture((folders.pictures / "faces.jpg").read_bytes()).shape == (886, 1280, 3)


def test_the_tour_says_that_its_probes_are_copies(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--help"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--once" in done.stdout
    assert "copies of the same photograph" in (root / "tour/exhibits.py").read_text()


def test_one_broken_promise_is_counted_and_shown() -> None:
    chapter = Chapter("A chapter")
    chapter.check("this", "seen", "seen", True)
    chapter.check("that", "seen", "promised", False)
    assert count_broken([chapter]) == 1
    printed = io.StringIO()
    print_chapter(chapter, Console(file=printed, width=80))
    assert "NO" in printed.getvalue()


def test_a_chapter_that_saw_nothing_keeps_no_promise() -> None:
    assert count_broken([Chapter("An empty chapter")]) == 1


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerNotReadyError, match="no-such-model"),
        running_server(tmp_path, embedder="no-such-model"),
    ):
        pass


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
