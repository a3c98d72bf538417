"""The pages and the real server: a box registers with a code and tells of somebody at the door."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, TypeVar

import grpc
import pytest
from playwright.sync_api import Browser, Page, expect

from media.image import ImageRGB
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.edge.v1.edge_pb2 import CameraReport, EdgeRecord
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import EdgeServiceStub
from tests.support.boxes import ScriptedBox, certificate_request, shot, stamp
from tests.support.lobby import shot_of
from tests.support.lobby_tablet import sign_in, tablet
from tests.support.server import ServerProcess
from vision.assembly import FacePipeline

pytestmark = pytest.mark.browser
LIMIT_S = 20
T = TypeVar("T")


class Box:
    """A box in a thread of its own, told what to do by the test."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._channel = self._run(self._connect())
        self.stream: ScriptedBox | None = None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(LIMIT_S)

    async def _connect(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(self._address)

    def register(self, code: str) -> None:
        request = messages.RegisterDeviceRequest(
            code=code, certificate_request=certificate_request()[0], request_id="one"
        )
        self._run(self._register(request))

    async def _register(self, request: messages.RegisterDeviceRequest) -> None:
        await EdgeServiceStub(self._channel).RegisterDevice(request)

    def open(self) -> ScriptedBox:
        self.stream = self._run(self._open())
        return self.stream

    async def _open(self) -> ScriptedBox:
        stream = await ScriptedBox(self._channel).__aenter__()
        await stream.opened()
        return stream

    def tell(self, record: EdgeRecord) -> None:
        assert self.stream is not None
        self._run(self.stream.send(record=record))
        self._run(self.stream.acknowledged(record.sequence))

    def report(self, sequence: int, state: "CameraReport.State.ValueType") -> None:
        record = EdgeRecord(sequence=sequence)
        record.report.state, record.report.width_px, record.report.height_px = state, 1600, 900
        record.report.start_time.FromDatetime(datetime.now(UTC))
        self.tell(record)

    def wait(self, is_so: Callable[[], bool]) -> None:
        assert self.stream is not None
        self._run(self.stream.until(is_so, LIMIT_S))

    def error(self) -> str:
        assert self.stream is not None
        error = self._run(self.stream.ended(LIMIT_S))
        return "" if error is None else error.reason

    def close(self) -> None:
        if self.stream is not None:
            self._run(self.stream.__aexit__())
        self._run(self._channel.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)
        self._loop.close()


@pytest.fixture
def box(server: ServerProcess) -> Iterator[Box]:
    running = Box(server.grpc)
    yield running
    running.close()


def test_from_a_code_on_the_console_to_a_card_on_the_tablet_and_back(
    staff_browser: Browser,
    server: ServerProcess,
    box: Box,
    astronaut: ImageRGB,
    pipeline: FacePipeline,
) -> None:
    url = f"http://{server.http}"
    with (
        tablet(staff_browser, f"{url}/console", size="desktop") as console,
        tablet(staff_browser, f"{url}/lobby") as mine,
        tablet(staff_browser, f"{url}/lobby", "zh-CN", size="tablet") as other,
    ):
        sign_in(console, "tom")
        register_box(console, box)
        stream = box.open()
        box.report(1, CameraReport.UP)
        for page in (mine, other):
            sign_in(page, "mei")
            expect(page.locator("#link")).to_have_attribute("data-link", "live")
        expect(mine.locator("#camera-line")).to_contain_text("The camera works")

        box.tell(somebody(2, astronaut, pipeline))
        expect(mine.locator(".person strong")).to_have_text("Visitor")
        expect(other.locator(".person strong")).to_have_text("访客")

        box.report(3, CameraReport.COVERED)
        for page in (mine, other):
            expect(page.locator("#alerts-open .alert")).to_have_count(1)
        expect(mine.locator("#said-now")).to_contain_text("Front door")
        mine.click("#alerts-open [data-part=ACKNOWLEDGE]")
        expect(other.locator("#alerts-open .alert")).to_have_count(0)
        expect(other.locator("#alerts-in-hand .alert")).to_contain_text("已知悉")

        change_scene(console)
        box.wait(lambda: bool(stream.scenes and stream.scenes[-1].zones))
        # Tablets have told by now when the visitor was on their screens.
        expect(console.locator("#delivery-table td").first).to_have_text("2")
        console.click("#device-list [data-part=revoke]")
        console.click("#confirm-yes")
        assert box.error() == "DEVICE_REVOKED"
        expect(console.locator("#device-list .card")).to_contain_text("Revoked")
        expect(console.locator("#no-cameras")).to_be_visible()


def register_box(console: Page, box: Box) -> None:
    console.click("#register summary")
    console.fill("#device-id", "box-1")
    console.click("#register-form button")
    code = console.locator(".code").text_content()
    assert code is not None
    box.register(code)


def change_scene(console: Page) -> None:
    console.reload()
    console.click("#camera-list [data-part=look]")
    console.click("[data-part=zone]")
    console.locator("#shape-fields select").select_option("QUEUE")
    console.click("#save")
    expect(console.locator("#toast")).to_contain_text("Saved")


def somebody(sequence: int, image: ImageRGB, pipeline: FacePipeline) -> EdgeRecord:
    """Return what a box says of a face that it sees for the first time."""
    now = datetime.now(UTC)
    seen = shot_of(pipeline, image, now)
    record = EdgeRecord(sequence=sequence)
    sighting = record.sighting
    sighting.track = "t1"
    for time in (sighting.first_seen_time, sighting.last_seen_time, sighting.face_time):
        time.CopyFrom(stamp(now))
    sighting.shot.CopyFrom(
        shot(
            picture=seen.picture,
            landmarks=seen.landmarks.reshape(-1).tolist(),
            box_xyxy=seen.box_xyxy.tolist(),
            face_px=seen.face_px,
        )
    )
    return record
