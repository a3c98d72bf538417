"""DocumentService over gRPC and HTTP with the real models, and how its places are bounded."""

import asyncio
import base64
import json
import threading
from collections.abc import Mapping
from datetime import date

import httpx
import numpy as np
import pytest

from base.clock import SystemClock
from base.errors import TooManyRequestsInFlightError
from client import ApiError, SmartBranchClient
from client.documents_types import DocumentKind, DocumentOutcome, IdDocument
from client.types import Outcome
from media.image import ImageRGB
from media.pictures import decode_picture, encode_jpeg
from serving.bridge import Bridge
from serving.caller import Caller, Role
from serving.documents.desk import ReadingDesk
from serving.limits import Slots
from tests.support.server import ServerProcess
from tour.cards.travel import Traveller, draw_passport

HOLDER = Traveller("SPECIMEN", "ANNA MARIA", "L898902C3", date(1974, 8, 12), "F", date(2039, 4, 15))
PATH = "/v1/documents:read"


@pytest.fixture(scope="session")
def passport(portraits: Mapping[str, ImageRGB]) -> bytes:
    """A specimen's data page, JPEG bytes."""
    return encode_jpeg(draw_passport(HOLDER, portraits["seat-6"]))


async def test_a_passport_is_read_checked_and_compared_with_its_holder(
    client: SmartBranchClient,
    server: ServerProcess,
    passport: bytes,
    portraits: Mapping[str, ImageRGB],
) -> None:
    live = encode_jpeg(portraits["seat-6"])
    document = await client.documents.read(
        passport, live_picture=live, wants_portrait=True, request_id="doc-1", timeout_s=60
    )
    assert document.kind is DocumentKind.MRZ_TD3
    assert document.value("document_number") == HOLDER.number
    assert document.value("birth_date") == "1974-08-12"
    assert document.outcome is not DocumentOutcome.INVALID, document.reasons
    assert all(0 <= field.confidence <= 1 for field in document.fields)
    assert decode_picture(document.portrait).shape[2] == 3
    assert document.match is not None
    assert document.match.outcome is Outcome.MATCH
    assert document.match.target_fmr == 1e-4
    assert [model.model_id for model in document.models][:1] == ["ppocr-text-finder"]
    assert HOLDER.number not in repr(document)
    assert HOLDER.number not in json.dumps(server.log)


async def test_somebody_else_than_the_holder_is_no_match(
    client: SmartBranchClient, passport: bytes, astronaut: ImageRGB
) -> None:
    document = await client.documents.read(
        passport, live_picture=encode_jpeg(astronaut), timeout_s=60
    )
    assert document.match is not None
    assert document.match.outcome is not Outcome.MATCH
    assert document.portrait == b""


async def test_an_upside_down_passport_is_read_as_well(
    client: SmartBranchClient, passport: bytes
) -> None:
    turned = encode_jpeg(np.ascontiguousarray(decode_picture(passport)[::-1, ::-1]))
    document = await client.documents.read(turned, timeout_s=60)
    assert document.value("document_number") == HOLDER.number


async def test_a_picture_without_a_document_is_an_answer(
    client: SmartBranchClient, portrait: bytes
) -> None:
    document: IdDocument = await client.documents.read(portrait, timeout_s=60)
    assert document.kind is DocumentKind.UNKNOWN_DOCUMENT
    assert document.outcome is DocumentOutcome.INCONCLUSIVE
    assert document.fields == ()
    assert document.reasons[0].text


@pytest.mark.parametrize(
    ("pictures", "reason", "role"),
    [
        pytest.param({"picture": b""}, "PICTURE_EMPTY", "picture", id="empty"),
        pytest.param({"picture": b"%PDF-1.7"}, "PICTURE_UNSUPPORTED", "picture", id="no-picture"),
        pytest.param({"back_picture": b"text"}, "PICTURE_UNSUPPORTED", "back_picture", id="back"),
        pytest.param({"live_picture": b"text"}, "PICTURE_UNSUPPORTED", "live_picture", id="live"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_name(
    client: SmartBranchClient,
    passport: bytes,
    pictures: dict[str, bytes],
    reason: str,
    role: str,
) -> None:
    given = {"picture": passport, **pictures}
    with pytest.raises(ApiError) as caught:
        await client.documents.read(
            given["picture"],
            given.get("back_picture", b""),
            live_picture=given.get("live_picture", b""),
        )
    assert caught.value.reason == reason
    assert caught.value.metadata["picture"] == role


async def test_http_answers_with_the_keys_of_the_command_line(
    server: ServerProcess, passport: bytes
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server.http}", timeout=60) as browser:
        files = {"picture": ("p.jpg", passport)}
        response = await browser.post(PATH, files=files, data={"wants_portrait": "true"})
        assert response.status_code == 200, response.text
        answer = response.json()
        assert answer["kind"] == "MRZ_TD3"
        assert answer["fields"]["document_number"]["value"] == HOLDER.number
        assert set(answer["checks"][0]) == {"name", "passed", "text"}
        assert decode_picture(base64.b64decode(answer["portrait"])).size > 0
        assert answer["match"] is None
        refused = await browser.post(PATH, files={"picture": ("p", b"no picture")})
        assert refused.status_code == 400
        assert refused.json()["error"]["reason"] == "PICTURE_UNSUPPORTED"
        missing = await browser.post(PATH, files={"other": ("p", passport)})
        assert missing.json()["error"]["metadata"]["field"] == "picture"


async def test_more_documents_than_places_are_refused_and_not_queued() -> None:
    bridge = Bridge(1, SystemClock())
    desk = ReadingDesk(Slots(1, "documents"), bridge, limit_s=30)
    caller = Caller("app", "bank", frozenset({Role.INTERVIEW_APP}))
    go_on, is_under_way = threading.Event(), threading.Event()

    def read() -> str:
        is_under_way.set()
        go_on.wait(20)
        return "read"

    first = asyncio.create_task(desk.run(caller, read))
    await asyncio.to_thread(is_under_way.wait, 20)
    with pytest.raises(TooManyRequestsInFlightError):
        await desk.run(caller, read)
    go_on.set()
    assert await first == "read"
    assert await desk.run(caller, lambda: "again") == "again"
    bridge.close()
