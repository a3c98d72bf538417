"""Files from a multipart form: pictures in memory alone, clips in files without a name."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from base.errors import DeadlineExceededError, InvalidArgumentError, MessageTooLargeError
from serving.gate import CallerGoneError

MAX_FIELDS = 8
MAX_FILES = 3  # Both sides of a document, and who shows it.
T = TypeVar("T")


@asynccontextmanager
async def read_form(
    request: Request,
    max_bytes: int,
    limit_s: float,
    max_memory_bytes: int | None = None,
    silence_s: float | None = None,
) -> AsyncIterator[FormData]:
    """Parse a multipart body of at most `max_bytes` that arrives within `limit_s`.

    max_memory_bytes: a longer part goes to a file without a name; None keeps all in memory.
    silence_s: without a byte, after which the sender has gone; None for `limit_s`.
    Raises MessageTooLargeError, DeadlineExceededError, InvalidArgumentError and CallerGoneError.
    """

    class BoundedParser(MultiPartParser):
        # A larger part is written to a temporary file.
        spool_max_size = max_bytes + 1 if max_memory_bytes is None else max_memory_bytes

    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidArgumentError("expected a multipart/form-data body", field="content-type")
    body = bounded_body(request, max_bytes, silence_s or limit_s)
    parser = BoundedParser(
        request.headers, body, max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=4096
    )
    try:
        async with asyncio.timeout(limit_s):
            form = await parser.parse()
    except TimeoutError:
        raise DeadlineExceededError(f"the body did not arrive within {limit_s:g} s") from None
    except ClientDisconnect:
        raise CallerGoneError from None
    # The body names the character set that its text is decoded with: any codec, or none.
    except (MultiPartException, KeyError, UnicodeError) as error:
        raise InvalidArgumentError("the multipart body cannot be read") from error
    try:
        yield form
    finally:
        await form.close()


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Await `work` and cancel it when the caller hangs up; the body must have been read.

    Raises CallerGoneError.
    """
    working = asyncio.ensure_future(work)
    hanging_up = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait({working, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise CallerGoneError
        return working.result()
    finally:
        hanging_up.cancel()
        working.cancel()
        await asyncio.wait({working})


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def bounded_body(
    request: Request, max_bytes: int, silence_s: float
) -> AsyncGenerator[bytes, None]:
    """Return the parts of a body, as long as they are not too much and keep coming."""
    count, stream = 0, request.stream()
    while True:
        try:
            async with asyncio.timeout(silence_s):
                chunk = await anext(stream, None)
        except TimeoutError:
            raise DeadlineExceededError(f"nothing came for {silence_s:g} s") from None
        if chunk is None:
            return
        count += len(chunk)
        if count > max_bytes:
            raise MessageTooLargeError(
                f"the body is longer than {max_bytes} bytes", max_bytes=max_bytes
            )
        yield chunk


async def picture_in(form: FormData, name: str) -> bytes:
    """Return the bytes of a file. Raises InvalidArgumentError if the form has none."""
    return await file_in(form, name).read()


def file_in(form: FormData, name: str) -> UploadFile:
    """Return a file. Raises InvalidArgumentError if the form has none, or several of the name.

    Whoever looked at the form on its way may have looked at another one of them.
    """
    parts = form.getlist(name)
    if len(parts) != 1 or not isinstance(parts[0], UploadFile):
        raise InvalidArgumentError(f"the form needs one file called {name}", field=name)
    return parts[0]


def flag_in(form: FormData, name: str) -> bool:
    """Return whether a field says `true`; without it, False. Raises InvalidArgumentError."""
    text = text_in(form, name, "false")
    if text not in ("true", "false"):
        raise InvalidArgumentError(f"{name} must be true or false", field=name)
    return text == "true"


def text_in(form: FormData, name: str, default: str) -> str:
    """Return a field of the form, or `default`."""
    value = form.get(name, default)
    return value if isinstance(value, str) else default


def rate_in(form: FormData, name: str, default: float) -> float:
    """Return a number of the form, or `default`. Raises InvalidArgumentError."""
    text = text_in(form, name, str(default))
    try:
        return float(text)
    except ValueError:
        raise InvalidArgumentError(f"{name} is no number", field=name) from None
