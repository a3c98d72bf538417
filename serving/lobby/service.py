"""The lobby service: what gRPC servicers, HTTP handlers and the event hub call."""

from collections.abc import Callable
from datetime import datetime

from lobby.alert import AlertAction
from lobby.branch import Branch
from lobby.plan import LobbyPlan
from serving.caller import Caller
from serving.edge.sink import EdgeSink
from serving.lobby.views import (
    AlertPage,
    AlertView,
    FlowReport,
    FlowView,
    GalleryProblem,
    LobbyEvent,
    VisitPage,
)

Notify = Callable[[str, str], None]


class LobbyService:
    """The lobbies of one deployment; blocking, safe to share between threads.

    A branch that is not there, of another tenant, or not the caller's own raises
    BranchNotFoundError.
    """

    @property
    def plan(self) -> LobbyPlan:
        """What the lobby file says; `plan.find(tenant, branch)` is the branch book of boxes."""
        raise NotImplementedError

    @property
    def intake(self) -> EdgeSink:
        """Where records of boxes go."""
        raise NotImplementedError

    def set_notifier(self, notify: Notify) -> None:
        """Let `notify(tenant, branch)` be called, in any thread, when there is something new.

        It is either events (`events_after`) or counts (`flow_now`), and must return at once.
        """
        raise NotImplementedError

    def branches_of(self, caller: Caller) -> tuple[Branch, ...]:
        """Return the branches that a caller may see."""
        raise NotImplementedError

    def list_visits(
        self,
        caller: Caller,
        branch: str,
        with_ended: bool = False,
        page_size: int = 100,
        page_token: str = "",
    ) -> VisitPage:
        """Return visits of a branch, latest arrival first."""
        raise NotImplementedError

    def list_alerts(
        self,
        caller: Caller,
        branch: str,
        with_closed: bool = False,
        page_size: int = 100,
        page_token: str = "",
    ) -> AlertPage:
        """Return the alerts of a branch that are for the caller, latest first."""
        raise NotImplementedError

    def update_alert(
        self,
        caller: Caller,
        branch: str,
        alert: str,
        action: AlertAction,
        request_id: str,
        note: str = "",
        assignee: str = "",
        acted_at: datetime | None = None,
    ) -> AlertView:
        """Do something with an alert; the same request id again changes nothing.

        acted_at: when it was done, where it is sent later. Raises AlertNotFoundError,
        AlertMoveNotAllowedError, RequestIdReusedError and InvalidArgumentError.
        """
        raise NotImplementedError

    def get_flow(
        self,
        caller: Caller,
        branch: str,
        start_at: datetime | None = None,
        end_at: datetime | None = None,
        with_heat: bool = False,
    ) -> FlowReport:
        """Return counts: now, by hour of a time (default today), and heat maps of it."""
        raise NotImplementedError

    def photo(self, caller: Caller, branch: str, visit: str) -> bytes:
        """Return the picture of somebody known, JPEG; asking is audited.

        Raises VisitNotFoundError and PhotoNotFoundError.
        """
        raise NotImplementedError

    def events_after(
        self, tenant: str, branch: str, after_id: int, limit: int
    ) -> tuple[LobbyEvent, ...]:
        """Return kept events behind a number, in order, with the newest state of each thing.

        Of several events of one thing the last one alone is told. For the hub, which asks for
        whom each is (`LobbyEvent.roles` with `Caller.is_meant`).
        """
        raise NotImplementedError

    def last_event_id(self, tenant: str, branch: str) -> int:
        """Return the number of the newest event, 0 before the first."""
        raise NotImplementedError

    def has_branch(self, tenant: str, branch: str) -> bool:
        """Return whether there is such a branch."""
        raise NotImplementedError

    def keeps_after(self, tenant: str, branch: str, event_id: int) -> bool:
        """Return whether every event behind `event_id` is still kept."""
        raise NotImplementedError

    def flow_now(self, tenant: str, branch: str) -> FlowView:
        """Return the counts as they are now."""
        raise NotImplementedError

    @property
    def gallery_problems(self) -> tuple[GalleryProblem, ...]:
        """Which galleries of the plan are not searched, and why."""
        raise NotImplementedError

    def tick(self) -> None:
        """Do what comes of time alone; call it about once a second."""
        raise NotImplementedError

    def sweep(self) -> None:
        """Forget what is too old; call it now and then."""
        raise NotImplementedError

    def close(self) -> None:
        """Let the directory's threads go."""
        raise NotImplementedError
