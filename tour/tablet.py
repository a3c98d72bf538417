"""A tablet without a screen: somebody signs in, listens to a branch and answers."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from base.ids import new_id

Json = dict[str, Any]
_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """One event as it came. kind: visit, alert, camera, flow, trouble or hello."""

    id: int
    kind: str
    data: Json
    at: datetime

    def __repr__(self) -> str:
        return f"Heard({self.id}, {self.kind})"


class Tablet:
    """One signed-in tablet of a branch; it listens in a thread of its own."""

    def __init__(self, client: httpx.Client, branch: str) -> None:
        self._client = client
        self._path = f"/v1/lobby/branches/{branch}"
        self._heard: list[Heard] = []
        self._news = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._listen, name="tablet", daemon=True)

    @classmethod
    @contextmanager
    def signed_in(cls, address: str, name: str, password: str, branch: str) -> Iterator[Self]:
        """Sign in, listen, and sign out afterwards. address: `host:port`."""
        with httpx.Client(base_url=f"http://{address}", timeout=_TIMEOUT_S) as client:
            sent = {"name": name, "password": password}
            client.post("/v1/staff:signIn", json=sent).raise_for_status()
            tablet = cls(client, branch)
            tablet._thread.start()
            try:
                yield tablet
            finally:
                tablet._is_closing = True
                with suppress(httpx.HTTPError):
                    client.post("/v1/staff:signOut")
                tablet._thread.join(_TIMEOUT_S)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Everything so far, in order."""
        with self._news:
            return tuple(self._heard)

    def wait_for(
        self, is_it: Callable[[Heard], bool], timeout_s: float, after: int = 0
    ) -> Heard | None:
        """Return the first event for which `is_it` is true, None if none comes in time.

        after: how many of the events heard are too old.
        """
        until_s = time.monotonic() + timeout_s
        with self._news:
            while True:
                for one in self._heard[after:]:
                    if is_it(one):
                        return one
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    return None
                self._news.wait(left_s)

    def act(self, alert: Json, action: str, **more: str) -> int:
        """Do something with an alert; return the HTTP status."""
        name = str(alert["name"]).rpartition("/")[2]
        sent = {"action": action, "request_id": new_id("tour")} | more
        return self._client.post(f"{self._path}/alerts/{name}:update", json=sent).status_code

    def get(self, what: str) -> httpx.Response:
        """Return what is at a path below the branch."""
        return self._client.get(f"{self._path}/{what}")

    def status_of_branch(self, branch: str) -> int:
        """Return how a question about another branch is answered."""
        return self._client.get(f"/v1/lobby/branches/{branch}/visits").status_code

    def _listen(self) -> None:
        timeout = httpx.Timeout(_TIMEOUT_S, read=30.0)
        try:
            with self._client.stream("GET", f"{self._path}/events", timeout=timeout) as answer:
                for event in _events(answer.iter_lines()):
                    with self._news:
                        self._heard.append(event)
                        self._news.notify_all()
                    if self._is_closing:
                        return
        except httpx.HTTPError:
            return  # The server stops, or it was signed out.


def _events(lines: Iterator[str]) -> Iterator[Heard]:
    """Read server-sent events (WHATWG HTML, 9.2)."""
    fields: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = fields.get(name, "") + value.removeprefix(" ")
        elif not line and "data" in fields:
            kind = fields.get("event", "message")
            data = json.loads(fields["data"])
            yield Heard(int(fields.get("id", 0)), kind, data.get(kind, {}), datetime.now(UTC))
            fields = {}
