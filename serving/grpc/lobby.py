"""The servicer of LobbyService: messages in, messages out, no logic."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from base.clock import Clock
from base.errors import InvalidArgumentError, InvalidResourceNameError
from base.ids import check_id
from protos.smartbranch.lobby.v1 import lobby_pb2, lobby_service_pb2_grpc
from protos.smartbranch.lobby.v1 import lobby_service_pb2 as messages
from serving.assembly import Services
from serving.caller import Caller
from serving.gate import current_caller
from serving.grpc import lobby_wire as wire
from serving.grpc.desk import Desk
from serving.grpc.gallery_wire import instant_of
from serving.lobby.hub import LobbyHub
from serving.lobby.told import Hello
from serving.permissions import branch_not_found

Context = ServicerContext[Any, Any]
_LISTEN_S = 60.0  # The transport keeps the connection alive by itself.
DEFAULT_PAGE_SIZE = 100


class LobbyServicer(lobby_service_pb2_grpc.LobbyServiceServicer):
    """Answers what lobby staff ask and do."""

    def __init__(self, desk: Desk, hub: LobbyHub, clock: Clock) -> None:
        self._desk = desk
        self._hub = hub
        self._clock = clock

    async def ListVisits(
        self, request: messages.ListVisitsRequest, context: Context
    ) -> messages.ListVisitsResponse:
        """Return visits."""
        caller = current_caller()
        branch, size = branch_of(request.parent, caller), page_size_of(request.page_size)

        def list_visits(services: Services) -> messages.ListVisitsResponse:
            page = services.lobby.list_visits(
                caller, branch, request.with_ended, size, request.page_token
            )
            return wire.visits_message(page)

        return await self._desk.run(context, list_visits)

    async def ListAlerts(
        self, request: messages.ListAlertsRequest, context: Context
    ) -> messages.ListAlertsResponse:
        """Return alerts."""
        caller = current_caller()
        branch, size = branch_of(request.parent, caller), page_size_of(request.page_size)

        def list_alerts(services: Services) -> messages.ListAlertsResponse:
            page = services.lobby.list_alerts(
                caller, branch, request.with_closed, size, request.page_token
            )
            return wire.alerts_message(page)

        return await self._desk.run(context, list_alerts)

    async def StreamAlerts(
        self, request: messages.StreamAlertsRequest, context: Context
    ) -> AsyncIterator[messages.StreamAlertsResponse]:
        """Tell events."""
        caller = current_caller()
        branch = branch_of(request.parent, caller)
        after_id = request.after_event_id if request.HasField("after_event_id") else None
        async with self._hub.listen(caller, caller.tenant, branch, after_id) as subscription:
            while True:
                told = await subscription.next(_LISTEN_S)
                if told is None:
                    continue
                event: lobby_pb2.LobbyEvent
                if isinstance(told, Hello):
                    event = wire.hello_message(told, self._clock.now())
                else:
                    event = told.message
                yield messages.StreamAlertsResponse(event=event)

    async def UpdateAlert(
        self, request: messages.UpdateAlertRequest, context: Context
    ) -> lobby_pb2.Alert:
        """Do something with an alert."""
        caller = current_caller()
        branch, alert = alert_of(request.name, caller)
        action = wire.action_of(request.action)
        has_time = request.HasField("action_time")
        acted_at = instant_of(request.action_time, "action_time") if has_time else None

        def update(services: Services) -> lobby_pb2.Alert:
            view = services.lobby.update_alert(
                caller,
                branch,
                alert,
                action,
                request.request_id,
                request.note,
                request.assignee,
                acted_at,
            )
            return wire.alert_message(view)

        return await self._desk.run(context, update)

    async def GetFlow(
        self, request: messages.GetFlowRequest, context: Context
    ) -> messages.GetFlowResponse:
        """Return counts."""
        caller = current_caller()
        branch = branch_of(request.parent, caller)
        start = request.start_time if request.HasField("start_time") else None
        end = request.end_time if request.HasField("end_time") else None
        start_at = None if start is None else instant_of(start, "start_time")
        end_at = None if end is None else instant_of(end, "end_time")

        def get_flow(services: Services) -> messages.GetFlowResponse:
            report = services.lobby.get_flow(caller, branch, start_at, end_at, request.with_heat)
            return wire.flow_message(report)

        return await self._desk.run(context, get_flow)


def branch_of(parent: str, caller: Caller) -> str:
    """Return the branch that `tenants/{tenant}/branches/{branch}` names.

    Raises InvalidResourceNameError, and BranchNotFoundError for another tenant than the caller's.
    """
    parts = parent.split("/")
    if len(parts) != 4 or parts[0] != "tenants" or parts[2] != "branches":
        raise InvalidResourceNameError(
            "expected a name like tenants/{tenant}/branches/{branch}", field="parent"
        )
    tenant, branch = check_id(parts[1], "tenant"), check_id(parts[3], "branch")
    if tenant != caller.tenant:
        raise branch_not_found(tenant, branch)
    return branch


def alert_of(name: str, caller: Caller) -> tuple[str, str]:
    """Return branch and alert of `tenants/{tenant}/branches/{branch}/alerts/{alert}`."""
    head, separator, alert = name.rpartition("/alerts/")
    if not separator:
        raise InvalidResourceNameError(
            "expected a name like tenants/{tenant}/branches/{branch}/alerts/{alert}", field="name"
        )
    return branch_of(head, caller), check_id(alert, "alert")


def page_size_of(value: int) -> int:
    """Return the size of a page. Raises InvalidArgumentError for a negative one."""
    if value < 0:
        raise InvalidArgumentError("page_size must not be negative", field="page_size")
    return value or DEFAULT_PAGE_SIZE
