"""A registry of one npm package on a loopback port, which can fail in chosen ways."""

import io
import json
import ssl
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def npm_tarball(members: Mapping[str, bytes]) -> bytes:
    """Return a package as npm packs it, the same bytes every time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class Registry:
    """What the server gives out and what it was asked.

    stall_s: pause in the middle of the tarball. cut: end the tarball half way. redirect_to:
    another registry that serves the tarballs of this one.
    """

    def __init__(self, package: str, version: str, tarball: bytes) -> None:
        self.package, self.version, self.tarball = package, version, tarball
        self.stall_s = 0.0
        self.cut = False
        self.redirect_to: str | None = None
        self.requests: list[str] = []
        self.tokens: list[str | None] = []
        self.address = ""
        self.half_sent = threading.Event()


@contextmanager
def serving(registry: Registry, tls: ssl.SSLContext | None = None) -> Iterator[Registry]:
    """Serve a registry on a free port until the block ends, over TLS if there is a context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            registry.requests.append(self.path)
            registry.tokens.append(self.headers.get("Authorization"))
            if self.path == "/package.tgz":
                _send_tarball(self, registry)
            elif self.path in (f"/{registry.package}/{registry.version}", f"/{registry.package}"):
                _send_metadata(self, registry)
            else:
                self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    registry.address = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _send_metadata(handler: BaseHTTPRequestHandler, registry: Registry) -> None:
    one = {
        "name": registry.package,
        "version": registry.version,
        "dist": {"tarball": f"{registry.address}/package.tgz"},
    }
    every = {
        "name": registry.package,
        "dist-tags": {"latest": registry.version},
        "versions": {registry.version: one},
    }
    wanted = one if handler.path.endswith(registry.version) else every
    body = json.dumps(wanted).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _send_tarball(handler: BaseHTTPRequestHandler, registry: Registry) -> None:
    if registry.redirect_to:
        handler.send_response(302)
        handler.send_header("Location", f"{registry.redirect_to}/package.tgz")
        handler.end_headers()
        return
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(registry.tarball)))
    handler.end_headers()
    half = len(registry.tarball) // 2
    try:
        handler.wfile.write(registry.tarball[:half])
        handler.wfile.flush()
        registry.half_sent.set()
        time.sleep(registry.stall_s)
        if not registry.cut:
            handler.wfile.write(registry.tarball[half:])
    except OSError:
        # The client went away, as the killed one does.
        return
