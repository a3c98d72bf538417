"""Everything that a start needs, looked at without starting."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from grpc import ChannelConnectivity
from grpc.aio import Channel
from structlog.typing import FilteringBoundLogger

from base.clock import SystemClock
from base.errors import (
    CameraUnavailableError,
    DeviceCodeInvalidError,
    LinkLostError,
    SmartBranchError,
)
from branch_edge.assembly import (
    code_of,
    feed_opener,
    only_one,
    open_eyes,
    open_spool,
    server_place,
)
from branch_edge.news import CameraNews, CameraState
from branch_edge.settings import CameraFields, EdgeSettings
from branch_edge.uplink.channel import open_channel
from branch_edge.uplink.identity import IdentityFolder

FRAME_S, SERVER_S = 20.0, 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. text: what was found, or what is wrong and what to do."""

    name: str
    is_good: bool
    text: str


def check_world(settings: EdgeSettings, log: FilteringBoundLogger) -> list[Check]:
    """Return one line for each thing that a start needs."""
    checks = [_check_models(settings)]
    checks += asyncio.run(_check_rest(settings, log))
    return checks


def _check_models(settings: EdgeSettings) -> Check:
    try:
        with open_eyes(settings):
            return Check("models", True, "give what their examples expect")
    except SmartBranchError as error:
        return Check("models", False, error.message)


async def _check_rest(settings: EdgeSettings, log: FilteringBoundLogger) -> list[Check]:
    checks = [
        await _checked("data_dir", lambda: _open_spool(settings, log)),
        await _checked("device", lambda: _find_identity(settings)),
        await _checked("server", lambda: _reach_server(settings)),
    ]
    cameras = [
        _checked(f"camera {one.id}", partial(_see_frame, one, log)) for one in settings.camera
    ]
    return checks + list(await asyncio.gather(*cameras))


async def _checked(name: str, look: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name, True, await look())
    except SmartBranchError as error:
        return Check(name, False, error.message)


async def _open_spool(settings: EdgeSettings, log: FilteringBoundLogger) -> str:
    with only_one(settings.data_dir):
        async with open_spool(settings, SystemClock(), log) as spool:
            count = sum(tally.count for tally in spool.state.tallies.values())
            return f"{count} records wait"


async def _find_identity(settings: EdgeSettings) -> str:
    identity = IdentityFolder(settings.data_dir).read()
    if identity is not None:
        return f"{identity.device}, certificate until {identity.expires_at:%Y-%m-%d}"
    if code_of(settings) is None:
        raise DeviceCodeInvalidError("not registered, and there is no code; set code_file")
    return "not registered yet; a code is there"


async def _reach_server(settings: EdgeSettings) -> str:
    identity = IdentityFolder(settings.data_dir).read()
    place = server_place(settings, "" if identity is None else identity.stream_address)
    channel = open_channel(place, identity)
    try:
        async with asyncio.timeout(SERVER_S):
            is_there = await _connects(channel)
    except TimeoutError:
        is_there = False
    finally:
        await channel.close()
    if not is_there:
        raise LinkLostError(
            f"{place.address} does not answer; look at address, network and certificates"
        )
    return f"{place.address} answers"


async def _connects(channel: Channel) -> bool:
    """Return whether the first attempt to connect succeeds."""
    state = channel.get_state(try_to_connect=True)
    while state not in (ChannelConnectivity.READY, ChannelConnectivity.TRANSIENT_FAILURE):
        await channel.wait_for_state_change(state)
        state = channel.get_state()
    return state is ChannelConnectivity.READY


async def _see_frame(camera: CameraFields, log: FilteringBoundLogger) -> str:
    away: asyncio.Future[CameraNews] = asyncio.get_running_loop().create_future()
    feed = feed_opener(camera, SystemClock(), log)(1.0, partial(_note_away, away))
    try:
        async with asyncio.timeout(FRAME_S):
            seeing = asyncio.ensure_future(feed.recv())
            seeing.add_done_callback(lambda _: away.cancel())
            await asyncio.wait([away])
            if not away.cancelled():
                seeing.cancel()
                raise CameraUnavailableError(away.result().text)
            frame = seeing.result()
    except TimeoutError:
        raise CameraUnavailableError(f"no picture came within {FRAME_S:g} s") from None
    finally:
        await feed.close()
    height, width = frame.image.shape[:2]
    return f"{width}x{height}"


def _note_away(away: "asyncio.Future[CameraNews]", news: CameraNews) -> None:
    if news.state in (CameraState.DOWN, CameraState.STALLED) and not away.done():
        away.set_result(news)
