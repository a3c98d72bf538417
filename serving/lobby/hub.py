"""The hub: what happens in a branch, fetched once and told to everybody who listens there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import SmartBranchError
from serving.caller import Caller
from serving.limits import Slots
from serving.lobby.recent import MAX_EVENTS, RecentEvents
from serving.lobby.subscription import Subscription
from serving.lobby.told import EventSource, Hello, Told
from serving.permissions import branch_not_found, check_branch

Key = tuple[str, str]  # Tenant and branch.
OnTold = Callable[[str, str, Sequence[Told]], None]
T = TypeVar("T")

THREADS = 2  # Reads are short; more would only wait for the database together.
PAGE_EVENTS = 100
# A notice that got lost costs no more than this.
POLL_S = 10.0
RETRY_S = 1.0
FLOW_EVERY_S = 2.0


class Channel:
    """One branch to which somebody listens."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.listeners: set[Subscription] = set()
        self.position = 0
        self.recent = RecentEvents(0)
        self.flow: Told | None = None
        self.flow_asked_s = float("-inf")
        self.owes_flow = False
        self.news = asyncio.Event()
        self.backfilling = asyncio.Lock()
        self.opening: asyncio.Task[None] | None = None
        self.following: asyncio.Task[None] | None = None


class LobbyHub:
    """Tells events of branches to pages and clients. For one event loop, but for `notify`.

    source: gives the lobby, or raises while the server starts. slots: how many may listen.
    on_told: called once for the events of a branch as they are handed to its listeners.
    """

    def __init__(
        self,
        source: Callable[[], EventSource],
        slots: Slots,
        on_told: OnTold,
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._source = source
        self._slots = slots
        self._on_told = on_told
        self._clock = clock
        self._log = log
        self._channels: dict[Key, Channel] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="lobby-events")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    @property
    def listener_count(self) -> int:
        """How many listen."""
        return self._slots.taken_count

    def notify(self, tenant: str, branch: str) -> None:
        """Say that something happened in a branch; from any thread, and cheap."""
        loop = self._loop
        if loop is not None:
            # A loop that has closed has nobody who listens.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._wake, (tenant, branch))

    def forget(self, tenant: str) -> None:
        """Drop what is remembered of a tenant's events, after an erasure; from any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._forget, tenant)

    @asynccontextmanager
    async def listen(
        self, caller: Caller, tenant: str, branch: str, after_id: int | None
    ) -> AsyncIterator[Subscription]:
        """Listen to a branch, behind the last event that was seen, or to what is new.

        Raises BranchNotFoundError, TooManyRequestsInFlightError and what the lobby raises.
        """
        check_branch(caller, tenant, branch)
        self._loop = asyncio.get_running_loop()
        with self._slots.slot(tenant):
            if not await self._ask(lambda lobby: lobby.has_branch(tenant, branch)):
                raise branch_not_found(tenant, branch)
            subscription = Subscription(caller)
            channel = self._join((tenant, branch), subscription)
            try:
                await self._opened(channel)
                # Asked for before what was missed, which may be newer and comes behind it.
                standing = await self._ask(lambda lobby: lobby.standing(tenant, branch))
                hello, missed = await self._missed(channel, after_id)
                subscription.begin(hello, [*standing, *missed])
                yield subscription
            finally:
                self._leave(channel, subscription)

    def close(self) -> None:
        """Send every listener away, and take no more."""
        self._is_closed = True
        for channel in self._channels.values():
            for listener in channel.listeners:
                listener.close()

    def shut(self) -> None:
        """End the threads, once nobody listens."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _join(self, key: Key, subscription: Subscription) -> Channel:
        channel = self._channels.get(key) or self._channels.setdefault(key, Channel(key))
        channel.listeners.add(subscription)
        if self._is_closed:
            subscription.close()
        return channel

    def _leave(self, channel: Channel, subscription: Subscription) -> None:
        channel.listeners.discard(subscription)
        if channel.listeners:
            return
        self._channels.pop(channel.key, None)
        for task in (channel.opening, channel.following):
            if task is not None:
                task.cancel()

    async def _opened(self, channel: Channel) -> None:
        """Wait until the channel follows its branch; the first listener lets it begin."""
        if channel.opening is None:
            channel.opening = asyncio.create_task(self._open(channel))
        # One listener who goes away must not take the others' beginning along.
        await asyncio.shield(channel.opening)

    async def _open(self, channel: Channel) -> None:
        channel.position = await self._ask(lambda lobby: lobby.last_event_id(*channel.key))
        channel.recent = RecentEvents(channel.position)
        channel.following = asyncio.create_task(self._follow(channel))

    async def _missed(self, channel: Channel, after_id: int | None) -> tuple[Hello, list[Told]]:
        """Return where a listener stands, and what it has to be told first."""
        if after_id is None:
            return Hello(channel.position), []
        async with channel.backfilling:
            # Nothing waits between `since` and the return, so that no event comes between.
            while (missed := channel.recent.since(after_id)) is None:
                if not await self._backfill(channel, after_id):
                    break
        is_incomplete = missed is None or after_id > channel.position
        return Hello(channel.position, is_incomplete), [] if is_incomplete else missed or []

    async def _backfill(self, channel: Channel, after_id: int) -> bool:
        """Fetch what is older than what is remembered; False if it is too much, or gone."""
        floor = channel.recent.floor
        if floor - after_id > MAX_EVENTS:
            return False
        if not await self._ask(lambda lobby: lobby.keeps_after(*channel.key, after_id)):
            return False
        found = await self._ask_after(channel, after_id, MAX_EVENTS)
        older = [event for event in found if event.id <= floor]
        if channel.recent.floor == floor:  # Else something was forgotten meanwhile: once more.
            channel.recent.put_before(older, after_id, self._clock.monotonic())
        return True

    def _wake(self, key: Key) -> None:
        channel = self._channels.get(key)
        if channel is not None:
            channel.news.set()

    def _forget(self, tenant: str) -> None:
        for key, channel in self._channels.items():
            if key[0] == tenant:
                channel.recent.forget(channel.position)
                channel.flow = None

    async def _follow(self, channel: Channel) -> None:
        """Fetch what is new whenever there is news, for as long as somebody listens."""
        is_well = True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLOW_EVERY_S if channel.owes_flow else POLL_S):
                    await channel.news.wait()
            channel.news.clear()
            is_well = await self._try_pull(channel, is_well)
            if not is_well:
                channel.news.set()
                await asyncio.sleep(RETRY_S)

    async def _try_pull(self, channel: Channel, was_well: bool) -> bool:
        try:
            await self._pull(channel)
        except Exception as error:
            if was_well:
                reason = error.reason if isinstance(error, SmartBranchError) else "INTERNAL"
                self._log.error(
                    "lobby events unavailable",
                    branch=channel.key[1],
                    reason=reason,
                    exc_info=None if isinstance(error, SmartBranchError) else error,
                )
            return False
        if not was_well:
            self._log.warning("lobby events are back", branch=channel.key[1])
        return True

    async def _pull(self, channel: Channel) -> None:
        is_cut = True
        while is_cut:
            after_id = channel.position
            self._take(channel, await self._ask_after(channel, after_id, PAGE_EVENTS))
            # Of several events of one thing the last alone comes, so a full page may be short.
            is_cut = channel.position - after_id >= PAGE_EVENTS
        channel.recent.forget_old(self._clock.monotonic())
        await self._pull_flow(channel)

    async def _ask_after(self, channel: Channel, after_id: int, limit: int) -> Sequence[Told]:
        return await self._ask(lambda lobby: lobby.events_after(*channel.key, after_id, limit))

    def _take(self, channel: Channel, events: Sequence[Told]) -> None:
        if events:
            channel.position = events[-1].id
            channel.recent.add(events, self._clock.monotonic())
            self._hand_out(channel, events)

    async def _pull_flow(self, channel: Channel) -> None:
        now_s = self._clock.monotonic()
        channel.owes_flow = now_s - channel.flow_asked_s < FLOW_EVERY_S
        if channel.owes_flow:
            return
        channel.flow_asked_s = now_s
        flow = await self._ask(lambda lobby: lobby.flow(*channel.key))
        if flow is not None and (channel.flow is None or flow.at != channel.flow.at):
            channel.flow = flow
            self._hand_out(channel, [flow])

    def _hand_out(self, channel: Channel, events: Sequence[Told]) -> None:
        for listener in channel.listeners:
            for event in events:
                listener.put(event)
        self._on_told(*channel.key, events)

    async def _ask(self, question: Callable[[EventSource], T]) -> T:
        source = self._source()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, question, source)
