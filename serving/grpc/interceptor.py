"""Every call passes here: it is admitted before its message is read, and its error is mapped."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import grpc
from grpc.aio import EOF, ServerInterceptor, ServicerContext

from base.errors import (
    DeadlineExceededError,
    InvalidArgumentError,
    MessageTooLargeError,
)
from serving.gate import REQUEST_ID_HEADER, Gate, Visit
from serving.grpc.fields import MAX_FIELDS, has_too_many_fields
from serving.grpc.reader import CallReader
from serving.grpc.status import abort
from serving.permissions import is_open

Context = ServicerContext[Any, Any]
Handler = Any  # grpc types handlers for its synchronous server alone.
# A call that is lost ends like one whose client has said its last word; that it was cancelled is
# told 2 to 4 ms later, on an idle machine, by cancelling the handler.
LOST_GRACE_S = 0.1
# An answer that comes before the client has said all: a client that reads it ends its side. A call
# that ends under a client's write is an error to that client, whatever the answer was.
LAST_WORDS_S = 1.0


class GateInterceptor(ServerInterceptor):
    """Puts the gate before every method.

    Each handler is served as a stream whatever its kind, since a unary one would have its
    message read and parsed before the gate could refuse the call.

    receive_limit_s: for the first message. max_silence_s: for each later one of a stream.
    """

    def __init__(
        self, gate: Gate, max_message_bytes: int, receive_limit_s: float, max_silence_s: float
    ) -> None:
        self._gate = gate
        self._max_message_bytes = max_message_bytes
        self._receive_limit_s = receive_limit_s
        self._max_silence_s = max_silence_s

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the handler of a call, behind the gate."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method.removeprefix("/")
        if handler is None or is_open(method):
            return handler

        async def serve(_: object, context: Context) -> None:
            await self._serve(method, handler, context)

        return grpc.stream_stream_rpc_method_handler(
            serve, response_serializer=handler.response_serializer
        )

    async def _serve(self, method: str, handler: Handler, context: Context) -> None:
        visited: Visit | None = None
        try:
            with self._gate.visit(method) as visit:
                visited = visit
                self._admit(visit, context)
                if handler.request_streaming:
                    await self._serve_stream(handler, context, visit)
                elif handler.response_streaming:
                    await self._serve_listener(handler, context)
                else:
                    await self._serve_unary(handler, context)
        except Exception:
            # The gate has noted and logged it; the caller gets the failure that it noted.
            if visited is None or visited.failure is None:
                raise
            await abort(context, visited.failure, visited.request_id)

    def _admit(self, visit: Visit, context: Context) -> None:
        headers = {key: value for key, value in context.invocation_metadata() or ()}
        certificates = list(context.auth_context().get("x509_pem_cert") or ())
        authorization = headers.get("authorization")
        visit.caller = self._gate.admit(
            visit.method,
            str(authorization) if authorization is not None else None,
            certificates[0] if certificates else None,
        )
        context.set_trailing_metadata(((REQUEST_ID_HEADER, visit.request_id),))

    async def _serve_unary(self, handler: Handler, context: Context) -> None:
        with self._gate.working():
            data = await self._receive(context)
            answer = await handler.unary_unary(self._parse(handler, data), context)
            await context.write(answer)

    async def _serve_listener(self, handler: Handler, context: Context) -> None:
        """Answer one message with a stream; who only listens holds no slot for work."""
        request = self._parse(handler, await self._receive(context))
        await self._answer_each(handler.unary_stream(request, context), context)

    async def _receive(self, context: Context) -> bytes:
        """Read the one message; a caller that never sends it must not hold a slot."""
        try:
            async with asyncio.timeout(self._receive_limit_s):
                data = await context.read()
        except TimeoutError:
            raise DeadlineExceededError(
                f"the request did not arrive within {self._receive_limit_s:g} s"
            ) from None
        if data is EOF:
            raise InvalidArgumentError("the call ended without its request message")
        received: bytes = data
        return received

    async def _serve_stream(self, handler: Handler, context: Context, visit: Visit) -> None:
        reader = CallReader(context, self._gate.draining)
        try:
            # Closed here and now: what the generators hold must not wait for the collector.
            async with aclosing(self._requests(handler, reader)) as requests:
                if handler.response_streaming:
                    await self._answer_each(handler.stream_stream(requests, context), context)
                else:
                    await self._write(context, await handler.stream_unary(requests, context))
            if not handler.response_streaming:
                visit.is_answered = True
                await reader.spend(LAST_WORDS_S)
        finally:
            reader.close()

    async def _answer_each(self, answers: AsyncGenerator[object, None], context: Context) -> None:
        async with aclosing(answers):
            async for answer in answers:
                await self._write(context, answer)

    async def _write(self, context: Context, answer: object) -> None:
        """Send one message of a stream to a client that must read it some time."""
        try:
            async with asyncio.timeout(self._max_silence_s):
                await context.write(answer)
        except TimeoutError:
            raise DeadlineExceededError(
                f"nothing was read for {self._max_silence_s:g} s; the stream was ended"
            ) from None

    async def _requests(self, handler: Handler, reader: CallReader) -> AsyncGenerator[object, None]:
        limit_s = self._receive_limit_s
        while (data := await reader.next(limit_s)) is not EOF:
            yield self._parse(handler, data)
            limit_s = self._max_silence_s
        await asyncio.sleep(LOST_GRACE_S)

    def _parse(self, handler: Handler, data: bytes) -> object:
        if len(data) > self._max_message_bytes:
            raise MessageTooLargeError(
                f"the message has {len(data)} bytes; at most {self._max_message_bytes} are taken",
                bytes=len(data),
                max_bytes=self._max_message_bytes,
            )
        if has_too_many_fields(data):
            raise InvalidArgumentError(f"the message has more than {MAX_FIELDS} fields, or groups")
        try:
            return handler.request_deserializer(data)
        except Exception as error:
            raise InvalidArgumentError("the bytes are no message of this method") from error
