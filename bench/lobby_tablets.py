"""Tablets of a bench: raw connections that read server-sent events and nothing else."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from base.errors import SettingsError

OnAlert = Callable[["BenchTablet", str, str, float], None]


async def sign_in(http: str, name: str, password: str) -> str:
    """Return the cookie of a sign-in."""
    async with httpx.AsyncClient(base_url=f"http://{http}", timeout=60) as client:
        answer = await client.post("/v1/staff:signIn", json={"name": name, "password": password})
        answer.raise_for_status()
        ((cookie, value),) = client.cookies.items()
        return f"{cookie}={value}"


@dataclass
class BenchTablet:
    """One stream of a branch. alerts: how often each was told; strays: of other branches."""

    branch: str
    cookie: str
    on_alert: OnAlert
    alerts: set[str] = field(default_factory=set)
    stray_count: int = 0
    event_count: int = 0
    incomplete_count: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, http: str) -> None:
        """Read events until cancelled."""
        host, _, port = http.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        path = f"/v1/lobby/branches/{self.branch}/events"
        head = f"GET {path} HTTP/1.1\r\nhost: {http}\r\ncookie: {self.cookie}\r\n\r\n"
        writer.write(head.encode())
        try:
            status = await reader.readline()
            if b" 200 " not in status:
                answer = await reader.read(4096)
                raise SettingsError(f"no stream: {status!r} {answer[-500:]!r}")
            kind = b""
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif line.startswith(b"data: "):
                    self._take(kind, line[6:])
        finally:
            writer.close()

    def _take(self, kind: bytes, data: bytes) -> None:
        now_s = time.perf_counter()
        if kind == b"hello":
            self.incomplete_count += b'"is_incomplete":true' in data
            self.ready.set()
        elif kind == b"alert":
            self.event_count += 1
            alert = json.loads(data)["alert"]
            name: str = alert["name"]
            if f"/branches/{self.branch}/" not in name:
                self.stray_count += 1
            if name not in self.alerts:
                self.alerts.add(name)
                self.on_alert(self, name, alert.get("camera", ""), now_s)
        else:
            self.event_count += 1
