"""Events of the lobby, made into messages and JSON once for everybody who listens."""

import json
from collections.abc import Sequence

from google.protobuf.json_format import MessageToDict

from protos.smartbranch.lobby.v1 import lobby_pb2 as messages
from serving.grpc.lobby_wire import event_message
from serving.lobby.service import LobbyService
from serving.lobby.told import Told
from serving.lobby.views import LobbyEvent


class LobbyEvents:
    """What the hub asks: the lobby service, with its events as they are sent."""

    def __init__(self, lobby: LobbyService) -> None:
        self._lobby = lobby

    def has_branch(self, tenant: str, branch: str) -> bool:
        """Return whether there is such a branch."""
        return self._lobby.has_branch(tenant, branch)

    def last_event_id(self, tenant: str, branch: str) -> int:
        """Return the number of the newest event, 0 before the first."""
        return self._lobby.last_event_id(tenant, branch)

    def keeps_after(self, tenant: str, branch: str, event_id: int) -> bool:
        """Return whether every event behind `event_id` is still kept."""
        return self._lobby.keeps_after(tenant, branch, event_id)

    def events_after(self, tenant: str, branch: str, after_id: int, limit: int) -> Sequence[Told]:
        """Return at most `limit` events behind `after_id`, in order, with their newest state."""
        return [tell(event) for event in self._lobby.events_after(tenant, branch, after_id, limit)]

    def standing(self, tenant: str, branch: str) -> Sequence[Told]:
        """Return how each camera is and what does not work, as events that are not kept."""
        return [tell(event) for event in self._lobby.standing(tenant, branch)]

    def flow(self, tenant: str, branch: str) -> Told | None:
        """Return the counts of now, None where nothing was counted."""
        view = self._lobby.flow_now(tenant, branch)
        counted_at = view.now.counted_at
        return None if counted_at is None else tell(LobbyEvent(0, counted_at, view))


def tell(event: LobbyEvent) -> Told:
    """Return an event as it is sent."""
    message = event_message(event)
    return Told(
        id=event.id,
        kind=message.WhichOneof("payload") or "",
        at=event.at,
        message=message,
        text=to_json(message),
        duties=event.roles,
        face_at=event.face_at,
    )


def to_json(message: messages.LobbyEvent) -> str:
    """Return an event as JSON on one line, with the field names of the contract."""
    fields = MessageToDict(message, preserving_proto_field_name=True)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
