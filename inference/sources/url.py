"""A file from an official page, streamed with a limit."""

import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import IO

from base.errors import ModelDownloadError

CHUNK_BYTES = 1 << 18
TIMEOUT_S = 60.0
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


def certificates(extra: Path | None = None) -> ssl.SSLContext:
    """Return a context that trusts the system, what the environment names, and `extra`."""
    named = [os.environ.get(name) for name in CA_VARIABLES]
    return _context(tuple(str(bundle) for bundle in [*named, extra] if bundle))


@lru_cache(maxsize=4)
def _context(bundles: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for bundle in bundles:
        if Path(bundle).is_file():
            context.load_verify_locations(cafile=bundle)
    return context


def download(
    address: str,
    target: Path,
    *,
    max_bytes: int,
    progress: Callable[[str, int, int | None], None],
    headers: Mapping[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> None:
    """Stream one address into a file. Proxies come from the environment.

    Raises ModelDownloadError if it cannot be had, ends early or is larger than `max_bytes`.
    """
    request = urllib.request.Request(address)
    for name, value in (headers or {}).items():
        # Unredirected: a token must not follow a redirect to another host.
        request.add_unredirected_header(name, value)
    try:
        with (
            urllib.request.urlopen(
                request, timeout=TIMEOUT_S, context=context or certificates()
            ) as response,
            target.open("wb") as file,
        ):
            announced = response.headers.get("Content-Length")
            total = int(announced) if announced else None
            done = _copy(response, file, max_bytes, total, progress)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise ModelDownloadError(f"{address} could not be fetched: {error}") from error
    if total is not None and done != total:
        raise ModelDownloadError(f"{address} ended after {done} of {total} bytes; pull again")


def _copy(
    source: IO[bytes],
    target: IO[bytes],
    max_bytes: int,
    total: int | None,
    progress: Callable[[str, int, int | None], None],
) -> int:
    done = 0
    while chunk := source.read(CHUNK_BYTES):
        done += len(chunk)
        if done > max_bytes:
            raise ModelDownloadError(f"more than the {max_bytes} bytes that were expected came")
        target.write(chunk)
        progress("download", done, total)
    return done
