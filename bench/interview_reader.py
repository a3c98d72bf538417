"""A participant of `smartbranch bench interview` whose documents are read all the while."""

import asyncio
from contextlib import suppress
from typing import Any

import cv2
import grpc
import numpy as np

from bench.pictures import JPEG_QUALITY
from media.pictures import encode_jpeg
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from protos.smartbranch.media.v1 import media_pb2

EVERY_S = 2.0  # About as long as a document takes.
_WIDTH_PX, _HEIGHT_PX, _LINES = 1200, 760, 9


async def let_read(stub: InterviewServiceStub, token: str) -> None:
    """Show documents, again and again, until it is cancelled or every attempt was used up."""
    call: Any = stub.Attend()  # type: ignore[call-arg]
    await call.write(messages.AttendRequest(config=messages.AttendConfig(attend_token=token)))
    agreed = messages.ConsentAnswer(text_version="1", accepted=True, accepted_face=False)
    await call.write(messages.AttendRequest(consent=agreed))
    reading = asyncio.create_task(_read(call))
    try:
        picture, number = _card(), 0
        while not reading.done():
            number += 1
            chunk = media_pb2.MediaChunk(
                sequence=number,
                data=picture,
                codec=media_pb2.MediaChunk.JPEG,
                track="document_front",
            )
            with suppress(asyncio.InvalidStateError):
                await call.write(messages.AttendRequest(chunk=chunk))
            await asyncio.sleep(EVERY_S)
    finally:
        reading.cancel()
        call.cancel()


async def _read(call: Any) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass


def _card() -> bytes:
    """Return a card with lines of text that is no document: everything of it is read in vain."""
    card = np.full((_HEIGHT_PX, _WIDTH_PX, 3), 235, np.uint8)
    for line in range(_LINES):
        place = (80, 100 + 70 * line)
        text = f"SPECIMEN LINE {line} OF NO DOCUMENT"
        cv2.putText(card, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1.4, (40, 40, 60), 3)
    whole = cv2.copyMakeBorder(card, 80, 80, 80, 80, cv2.BORDER_CONSTANT, value=(70, 90, 60))
    return encode_jpeg(np.asarray(whole, np.uint8), JPEG_QUALITY)
