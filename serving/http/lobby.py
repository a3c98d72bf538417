"""The JSON twin of LobbyService, for the tablet page."""

from datetime import UTC

from fastapi import APIRouter, Request
from fastapi.responses import Response

from protos.smartbranch.lobby.v1.lobby_service_pb2 import UpdateAlertRequest
from serving.caller import Caller
from serving.grpc.lobby_wire import (
    action_of,
    alert_message,
    alerts_message,
    flow_message,
    visits_message,
)
from serving.http.answers import Answering
from serving.http.body import read_json
from serving.http.lobby_wire import message_json, read_message, receipts_in
from serving.http.query import flag_of, moment_of, number_of
from serving.http.wire import Json
from serving.lobby.delivery import DeliveryBook
from serving.permissions import LOBBY_PHOTO, LOBBY_RECEIPTS, branch_not_found, check_branch
from serving.settings import ServerSettings

SERVICE = "smartbranch.lobby.v1.LobbyService"
PREFIX = "/v1/lobby/branches/{branch}"
MAX_UPDATE_BYTES = 8192
DEFAULT_PAGE = 100


class LobbyRoutes:
    """Visits, alerts, counts, pictures and receipts of one branch."""

    def __init__(
        self, answering: Answering, delivery: DeliveryBook, settings: ServerSettings
    ) -> None:
        self._answering = answering
        self._delivery = delivery
        self._limit_s = settings.receive_limit_s

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix=PREFIX)
        router.add_api_route("/visits", self.visits, methods=["GET"])
        router.add_api_route("/alerts", self.alerts, methods=["GET"])
        router.add_api_route("/alerts/{alert}:update", self.update, methods=["POST"])
        router.add_api_route("/flow", self.flow, methods=["GET"])
        router.add_api_route("/visits/{visit}/photo", self.photo, methods=["GET"])
        router.add_api_route("/receipts", self.receipts, methods=["POST"])
        return router

    async def visits(self, request: Request) -> Response:
        """Answer with the visits, latest arrival first; `with_ended` for the others too."""

        async def work(_: Request, caller: Caller) -> Json:
            lobby, branch = self._answering.services.lobby, _branch_of(request)
            with_ended = flag_of(request, "with_ended")
            size, token = _page_of(request)
            found = await self._answering.run(
                request, lambda: lobby.list_visits(caller, branch, with_ended, size, token)
            )
            return message_json(visits_message(found))

        return await self._answering.answer_staff(request, f"{SERVICE}/ListVisits", work)

    async def alerts(self, request: Request) -> Response:
        """Answer with the alerts that are for the caller, latest first."""

        async def work(_: Request, caller: Caller) -> Json:
            lobby, branch = self._answering.services.lobby, _branch_of(request)
            with_closed = flag_of(request, "with_closed")
            size, token = _page_of(request)
            found = await self._answering.run(
                request, lambda: lobby.list_alerts(caller, branch, with_closed, size, token)
            )
            return message_json(alerts_message(found))

        return await self._answering.answer_staff(request, f"{SERVICE}/ListAlerts", work)

    async def update(self, request: Request) -> Response:
        """Acknowledge, take over, hand over, close or comment on an alert."""

        async def work(_: Request, caller: Caller) -> Json:
            lobby, branch = self._answering.services.lobby, _branch_of(request)
            alert = str(request.path_params["alert"])
            body = await read_json(request, self._limit_s, MAX_UPDATE_BYTES)
            asked = read_message(body, UpdateAlertRequest())
            action = action_of(asked.action)
            acted_at = (
                asked.action_time.ToDatetime(tzinfo=UTC) if asked.HasField("action_time") else None
            )
            found = await self._answering.run(
                request,
                lambda: lobby.update_alert(
                    *(caller, branch, alert, action),
                    *(asked.request_id, asked.note, asked.assignee, acted_at),
                ),
            )
            return message_json(alert_message(found))

        return await self._answering.answer_staff(request, f"{SERVICE}/UpdateAlert", work)

    async def flow(self, request: Request) -> Response:
        """Answer with counts without identity: now, by hour, and where people stood."""

        async def work(_: Request, caller: Caller) -> Json:
            lobby, branch = self._answering.services.lobby, _branch_of(request)
            start_at, end_at = moment_of(request, "start_time"), moment_of(request, "end_time")
            with_heat = flag_of(request, "with_heat")
            found = await self._answering.run(
                request, lambda: lobby.get_flow(caller, branch, start_at, end_at, with_heat)
            )
            return message_json(flow_message(found))

        # Pages ask for the hours by themselves.
        return await self._answering.answer_staff(request, f"{SERVICE}/GetFlow", work, is_use=False)

    async def photo(self, request: Request) -> Response:
        """Answer with the picture of somebody known; asking leaves a line in the audit log."""

        async def work(_: Request, caller: Caller) -> Response:
            lobby, branch = self._answering.services.lobby, _branch_of(request)
            visit = str(request.path_params["visit"])
            found = await self._answering.run(request, lambda: lobby.photo(caller, branch, visit))
            return Response(found, media_type="image/jpeg")

        admit = self._answering.door.opener()
        return await self._answering.respond(request, LOBBY_PHOTO, admit, work)

    async def receipts(self, request: Request) -> Response:
        """Take word of which events the page has, and since when."""

        async def work(_: Request, caller: Caller) -> Json:
            branch = _branch_of(request)
            check_branch(caller, caller.tenant, branch)
            if not self._answering.services.lobby.has_branch(caller.tenant, branch):
                raise branch_not_found(caller.tenant, branch)
            receipts = receipts_in(await read_json(request, self._limit_s))
            return {"counted": self._delivery.received(caller.tenant, branch, receipts)}

        # Pages send it by themselves, so it is no use that keeps a sign-in alive.
        return await self._answering.answer_staff(request, LOBBY_RECEIPTS, work, is_use=False)


def _branch_of(request: Request) -> str:
    return str(request.path_params["branch"])


def _page_of(request: Request) -> tuple[int, str]:
    size = number_of(request, "page_size", DEFAULT_PAGE)
    return size, request.query_params.get("page_token", "")
