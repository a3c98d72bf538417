import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from base.errors import DirectoryInvalidError, DirectoryUnavailableError, SettingsError
from lobby.branch import Branch
from lobby.directory.csv_directory import CsvDirectory
from lobby.directory.http_directory import MAX_ANSWER_BYTES, HttpDirectory
from lobby.directory.opening import open_directory
from lobby.plan import DirectoryKind, DirectoryPlan, LobbyPlan

LI = {
    "display_name": "Li Na",
    "tier": "private",
    "appointments": [{"start_time": "2026-11-24T15:00:00+08:00", "subject": "mortgage"}],
    "salary": 9,
}


class Bank(BaseHTTPRequestHandler):
    """A directory that answers by the subject asked for, and waits where `hold` is not set."""

    hold = threading.Event()
    tokens: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        type(self).tokens.append(self.headers["authorization"])
        subject = self.path.rpartition("/")[2]
        status = {"unknown": 404, "trouble": 500, "moved": 302}.get(subject, 200)
        body = {
            "text": b"<html>",
            "long": b" " * (MAX_ANSWER_BYTES + 1),
            "nameless": b"{}",
            "dripping": b"",
        }.get(subject, json.dumps(LI).encode())
        self.send_response(status)
        self.send_header("location", "/tenants/bank/customers/li")
        self.send_header("content-length", str(len(body) + (subject == "dripping")))
        self.end_headers()
        self.wfile.write(body)
        if subject == "dripping":
            self.hold.wait(30)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bank) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/"
        Bank.hold.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def directory(address: str) -> Iterator[HttpDirectory]:
    directory = HttpDirectory(address, timeout_s=5.0)
    yield directory
    directory.close()


def test_a_customer_is_found_and_nothing_more_than_is_needed(directory: HttpDirectory) -> None:
    found = directory.find("bank", "li")
    assert found is not None
    assert (found.id, found.display_name, found.tier) == ("li", "Li Na", "private")
    assert found.appointments[0].start_at.utcoffset() is not None


def test_a_customer_whom_the_bank_does_not_know_is_none(directory: HttpDirectory) -> None:
    assert directory.find("bank", "unknown") is None


@pytest.mark.parametrize("subject", ["trouble", "moved"])
def test_any_other_answer_is_a_directory_that_is_down(
    directory: HttpDirectory, subject: str
) -> None:
    with pytest.raises(DirectoryUnavailableError, match="answers"):
        directory.find("bank", subject)


@pytest.mark.parametrize("subject", ["text", "long", "nameless"])
def test_an_answer_that_cannot_be_read_is_refused(directory: HttpDirectory, subject: str) -> None:
    with pytest.raises(DirectoryInvalidError):
        directory.find("bank", subject)


def test_an_answer_that_does_not_end_is_not_waited_for(address: str) -> None:
    directory = HttpDirectory(address, timeout_s=0.2)
    with pytest.raises(DirectoryUnavailableError):
        directory.find("bank", "dripping")
    directory.close()


def test_nobody_there_is_told_without_the_customer(tmp_path: Path) -> None:
    directory = HttpDirectory("http://127.0.0.1:9/api", timeout_s=2.0)
    with pytest.raises(DirectoryUnavailableError) as told:
        directory.find("bank", "subject-17")
    assert "subject-17" not in told.value.message
    directory.close()


def test_the_token_is_read_anew_for_every_question(address: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    directory = HttpDirectory(address, 5.0, token)
    for word in ("first", "second"):
        token.write_text(f"{word}\n")
        directory.find("bank", "li")
        assert Bank.tokens[-1] == f"Bearer {word}"
    token.unlink()
    with pytest.raises(DirectoryUnavailableError, match="token"):
        directory.find("bank", "li")
    directory.close()


@pytest.mark.parametrize(
    "url",
    ["ftp://bank", "http://bank.example/api", "https://name:word@bank.example", "https://x?y=1"],
)
def test_an_address_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        HttpDirectory(url, 1.0)


def test_the_plan_says_which_directory_it_is(tmp_path: Path) -> None:
    branch = Branch("bank", "main", "Main Street", ZoneInfo("UTC"))
    assert open_directory(LobbyPlan((branch,))) is None
    csv = DirectoryPlan(DirectoryKind.CSV, file=tmp_path / "c.csv")
    assert isinstance(open_directory(LobbyPlan((branch,), csv)), CsvDirectory)
    http = DirectoryPlan(DirectoryKind.HTTP, url="http://127.0.0.1:1/")
    assert isinstance(open_directory(LobbyPlan((branch,), http)), HttpDirectory)
