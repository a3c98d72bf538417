"""How commands about a running server ask it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from client import SmartBranchClient

T = TypeVar("T")


def ask_server(
    server: str,
    token: str | None,
    ca: Path | None,
    call: "Callable[[SmartBranchClient], Awaitable[T]]",
) -> T:
    """Ask a server and return its answer; what asks is only imported now, for a quick start."""
    from cli.remote import ask
    from client import TlsFiles

    return ask(server, token, None if ca is None else TlsFiles(ca=ca), call)
