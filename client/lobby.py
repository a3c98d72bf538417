"""The client's calls about lobbies."""

import secrets
from collections.abc import AsyncIterator
from datetime import datetime

import grpc

from client import lobby_wire as wire
from client.connection import Connection
from client.errors import to_api_error
from client.lobby_types import Action, LobbyAlert, LobbyEvent, LobbyFlow, LobbyVisit
from client.wire import stamp
from protos.smartbranch.lobby.v1 import lobby_service_pb2 as messages
from protos.smartbranch.lobby.v1.lobby_service_pb2_grpc import LobbyServiceStub

PAGE_SIZE = 200


class LobbyCalls:
    """Visits, alerts, events and counts of branches; every call raises ApiError.

    branch: `tenants/{tenant}/branches/{branch}`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stub = LobbyServiceStub(connection.channel)

    async def list_visits(
        self, branch: str, *, with_ended: bool = False
    ) -> AsyncIterator[LobbyVisit]:
        """Yield the visits of a branch, latest arrival first."""
        request = messages.ListVisitsRequest(
            parent=branch, with_ended=with_ended, page_size=PAGE_SIZE
        )
        while True:
            page = await self._connection.call(self._stub.ListVisits, request)
            for visit in page.visits:
                yield wire.visit_from(visit)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def list_alerts(
        self, branch: str, *, with_closed: bool = False
    ) -> AsyncIterator[LobbyAlert]:
        """Yield the alerts of a branch that are for the caller, latest first."""
        request = messages.ListAlertsRequest(
            parent=branch, with_closed=with_closed, page_size=PAGE_SIZE
        )
        while True:
            page = await self._connection.call(self._stub.ListAlerts, request)
            for alert in page.alerts:
                yield wire.alert_from(alert)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def update_alert(
        self,
        name: str,
        action: Action,
        *,
        note: str = "",
        assignee: str = "",
        acted_at: datetime | None = None,
        request_id: str | None = None,
    ) -> LobbyAlert:
        """Do something with an alert. acted_at: when it was done, None for now."""
        request = messages.UpdateAlertRequest(
            name=name,
            action=messages.UpdateAlertRequest.Action.Value(action.value),
            note=note,
            assignee=assignee,
            request_id=request_id or secrets.token_hex(16),
            action_time=None if acted_at is None else stamp(acted_at),
        )
        return wire.alert_from(await self._connection.call(self._stub.UpdateAlert, request))

    async def get_flow(
        self, branch: str, start_at: datetime | None = None, end_at: datetime | None = None
    ) -> LobbyFlow:
        """Return counts: now, and by the hour of a time, which is today by default."""
        request = messages.GetFlowRequest(
            parent=branch,
            start_time=None if start_at is None else stamp(start_at),
            end_time=None if end_at is None else stamp(end_at),
        )
        return wire.flow_from(await self._connection.call(self._stub.GetFlow, request))

    async def listen(
        self, branch: str, after_event_id: int | None = None
    ) -> AsyncIterator[LobbyEvent]:
        """Yield what happens in a branch, a `Hello` first, until the connection is lost.

        after_event_id: the last event that was seen; None begins with what is new. Come back with
        the last id where it ends with an `ApiError` that is `is_unavailable`.
        """
        request = messages.StreamAlertsRequest(parent=branch, after_event_id=after_event_id)
        call = self._stub.StreamAlerts(request, metadata=self._connection.metadata)
        try:
            async for answer in call:
                yield wire.event_from(answer.event)
        except grpc.aio.AioRpcError as error:
            raise to_api_error(error) from None
        finally:
            call.cancel()
