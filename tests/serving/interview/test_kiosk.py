"""A branch's camera as a participant's source: from a real box through a real server to a verdict.

Only what the camera sees is made: a photograph that is held before it.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from base.clock import SystemClock
from branch_edge.agent import AgentSettings, BoxAgent
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import IdentityFolder
from branch_edge.uplink.registration import register
from branch_edge.uplink.stream import Sender
from media.frame import Frame
from protos.smartbranch.edge.v1 import edge_service_pb2
from protos.smartbranch.edge.v1.edge_service_pb2_grpc import DeviceServiceStub
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from tests.support.edge_cameras import FastFeed, ScriptedCamera, open_box
from tests.support.edge_links import capturing_log
from tests.support.grpc_attendances import AGREED, Line, open_case
from tests.support.server import ServerProcess
from tests.support.spools import open_spool
from tour import photographs
from vision.scene import CameraScene

pytestmark = pytest.mark.timed

CAMERA = "tenants/default/devices/box-1/cameras/door"


class PhotographFeed(FastFeed):
    """Sees a photograph that a hand holds before the camera."""

    def show(self, value: int = 128) -> None:
        person = photographs.place(photographs.people()[0].portrait)
        now_s = self._clock.monotonic()
        image = photographs.held_up(person, now_s)
        self._mailbox.put(Frame(image, self.decoded_count, None, self._clock.now(), now_s))
        self.decoded_count += 1


@asynccontextmanager
async def box_running(address: str, code: str, folder: Path) -> AsyncIterator[ScriptedCamera]:
    """Run a box of one camera until the end of the block."""
    log, clock, stop = capturing_log()[0], SystemClock(), asyncio.Event()
    place = ServerPlace(address, is_insecure=True)
    identity = await register(IdentityFolder(folder), place, code, "1.0", log)
    link = ServerLink(place, identity)
    with ThreadPoolExecutor(2) as pool:
        async with open_spool(folder) as spool:
            camera = ScriptedCamera(
                open_box(folder, spool, pool, log),
                scene=CameraScene(target_fps=10.0),
                feed=PhotographFeed,
            )
            sender = Sender(identity.device, "1.0", clock, log, 0.2)
            agent = BoxAgent([camera.agent], spool, link, sender, None, AgentSettings(0.2, 0.2))
            running = asyncio.create_task(agent.run(stop))
            try:
                yield camera
            finally:
                stop.set()
                await asyncio.wait_for(running, 20)
                await link.close()


async def until_seen(devices: Any) -> None:
    """Wait until the camera's stream is open."""
    async with asyncio.timeout(20):
        while True:
            found = await devices.ListCameras(edge_service_pb2.ListCamerasRequest())
            if any(one.name == CAMERA for one in found.cameras):
                return
            await asyncio.sleep(0.05)


async def test_a_box_s_camera_carries_a_participant_to_a_verdict(
    mortal: ServerProcess, tmp_path: Path
) -> None:
    async with grpc.aio.insecure_channel(mortal.grpc) as channel:
        devices: Any = DeviceServiceStub(channel)
        stub: Any = InterviewServiceStub(channel)
        request = edge_service_pb2.CreateDeviceCodeRequest(device="box-1", branch="west")
        code = (await devices.CreateDeviceCode(request)).code
        async with box_running(mortal.grpc, code, tmp_path / "box"):
            await until_seen(devices)
            case = await open_case(stub, product="kiosk")
            line = Line(stub)
            await line.open(attend_token=case.accesses[0].attend_token, camera=CAMERA)
            await line.send(AGREED)
            verdict = (await line.until(lambda one: one.HasField("verdict"), 40)).verdict
        name = calls.GetInterviewRequest(name=case.interview.name)
        person = (await stub.GetInterview(name)).interview.participants[0]
    assert "FACE_CAMERA" in line.prompts
    assert verdict.state == interview_pb2.REVIEW
    assert verdict.outcome == interview_pb2.InterviewVerdict.INCONCLUSIVE
    checks = {check.name: check for check in person.checks}
    assert [one.code for one in checks["face_match"].reasons] == ["NO_PORTRAIT"]
    assert 0 < checks["face_match"].sequence <= person.recorded_count
    assert "face" in person.pictures
