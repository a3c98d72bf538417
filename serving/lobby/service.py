"""The lobby service: what gRPC servicers, HTTP handlers and the event hub call."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry

from base.clock import Clock
from base.errors import PhotoNotFoundError, VisitNotFoundError
from decision.outcome import Reason
from lobby.alert import AlertAction
from lobby.branch import Branch
from lobby.customer import Customer, CustomerDirectory
from lobby.plan import LobbyPlan
from lobby.rules.watch import RuleWatch
from lobby.visit import Visit
from serving.audit.log import AuditLog
from serving.caller import Caller
from serving.crypto.keyring import Keyring
from serving.galleries.service import GalleryService
from serving.galleries.vault import Vaults
from serving.lobby.counts import LobbyCounts
from serving.lobby.customers import Customers
from serving.lobby.desk import AlertDesk, AlertUpdate
from serving.lobby.erasing import LobbyEraser
from serving.lobby.gallery_check import GalleryCheck
from serving.lobby.intake import LobbyIntake
from serving.lobby.listing import Listing
from serving.lobby.lobbies import Lobbies, Notify, PlacesOf, RoomParts
from serving.lobby.photos import Photos
from serving.lobby.recogniser import Recogniser, stranger_match
from serving.lobby.settings import LobbySettings
from serving.lobby.showing import Showing, customer_subject
from serving.lobby.upkeep import Upkeep
from serving.lobby.views import (
    AlertPage,
    AlertView,
    FlowReport,
    FlowView,
    GalleryProblem,
    LobbyEvent,
    Payload,
    VisitPage,
)
from serving.storage.database import Database
from vision.assembly import FacePipeline


class LobbyService:
    """The lobbies of one deployment; blocking, safe to share between threads.

    A branch that is not there, of another tenant, or not the caller's own raises
    BranchNotFoundError. plan: `plan.find(tenant, branch)` is the branch book of boxes.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        galleries: GalleryService,
        pipeline: FacePipeline,
        audit: AuditLog,
        clock: Clock,
        plan: LobbyPlan,
        directory: CustomerDirectory | None,
        places_of: PlacesOf,
        settings: LobbySettings,
    ) -> None:
        """Put the service together; rules that cannot be read are a problem to show."""
        self.plan = plan
        self.rules = RuleWatch(plan.rules_path, clock)
        if plan.rules_path is not None:
            self.rules.refresh()
        self._audit = audit
        self._forget_told: Callable[[str], None] = lambda tenant: None
        vaults = Vaults(keyring, clock)
        self._photos = Photos(clock)
        parts = RoomParts(
            plan,
            lambda: self.rules.current,
            stranger_match(pipeline, plan.stranger_fmr),
            places_of,
            self._customer_of,
            self._end_photos,
        )
        self._lobbies = Lobbies(database, vaults, clock, parts)
        self._upkeep = Upkeep(self._lobbies, self.rules, self._customer_of, settings)
        self._customers = Customers(
            directory,
            clock,
            plan.directory.cache_s,
            self._upkeep.fill_in,
            self._upkeep.say_directory,
        )
        recogniser = Recogniser(galleries, pipeline)
        self._counts = LobbyCounts(
            self._lobbies.rooms, recogniser, lambda: self.directory_problem is None
        )
        self.intake = LobbyIntake(
            self._lobbies,
            recogniser,
            self._customers,
            self._photos,
            audit,
        )
        showing = Showing(self._lobbies, self._customers, self._photos)
        self._listing = Listing(self._lobbies, vaults, showing)
        self._desk = AlertDesk(self._lobbies, vaults, audit)
        self._galleries = GalleryCheck(plan, galleries)
        self._galleries.refresh()
        galleries.register(
            LobbyEraser(
                self._lobbies, self._customers, self._photos, lambda one: self._forget_told(one)
            )
        )

    def set_notifier(self, notify: Notify, forget: Callable[[str], None] | None = None) -> None:
        """Let `notify(tenant, branch)` be called, in any thread, when there is something new.

        It is either events (`events_after`) or counts (`flow_now`), and must return at once.
        forget: called with a tenant of whom somebody was erased.
        """
        self._lobbies.set_notifier(notify)
        if forget is not None:
            self._forget_told = forget

    def watch(self, registry: CollectorRegistry) -> None:
        """Export what is in the lobbies."""
        registry.register(self._counts)

    def branches_of(self, caller: Caller) -> tuple[Branch, ...]:
        """Return the branches that a caller may see."""
        return tuple(
            branch
            for branch in self.plan.branches
            if branch.tenant == caller.tenant and caller.branch in (None, branch.id)
        )

    def list_visits(
        self,
        caller: Caller,
        branch: str,
        with_ended: bool = False,
        page_size: int = 100,
        page_token: str = "",
    ) -> VisitPage:
        """Return visits of a branch, latest arrival first."""
        room = self._lobbies.of_caller(caller, branch)
        return self._listing.visits(room, with_ended, page_size, page_token)

    def list_alerts(
        self,
        caller: Caller,
        branch: str,
        with_closed: bool = False,
        page_size: int = 100,
        page_token: str = "",
    ) -> AlertPage:
        """Return the alerts of a branch that are for the caller, latest first.

        A page may hold fewer than its size where others are for other duties.
        """
        room = self._lobbies.of_caller(caller, branch)
        return self._listing.alerts(room, caller, with_closed, page_size, page_token)

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
        room = self._lobbies.of_caller(caller, branch)
        update = AlertUpdate(action, request_id, note, assignee, acted_at)
        return self._desk.update(caller, room, alert, update)

    def get_flow(
        self,
        caller: Caller,
        branch: str,
        start_at: datetime | None = None,
        end_at: datetime | None = None,
        with_heat: bool = False,
    ) -> FlowReport:
        """Return counts: now, by hour of a time (default today), and heat maps of it."""
        room = self._lobbies.of_caller(caller, branch)
        return self._listing.flow(room, start_at, end_at, with_heat)

    def photo(self, caller: Caller, branch: str, visit: str) -> bytes:
        """Return the picture of somebody known, JPEG; asking is audited.

        Raises VisitNotFoundError and PhotoNotFoundError.
        """
        room = self._lobbies.of_caller(caller, branch)
        found = self._listing.visit(room, visit)
        name = f"{room.branch.name}/visits/{visit}"
        if found is None:
            raise VisitNotFoundError(f"there is no visit {name}")
        jpeg = self._photos.get(room.branch, visit, found.identity.subject)
        self._audit.append(
            caller.subject, caller.tenant, "visit.photo", name, details={"found": jpeg is not None}
        )
        if jpeg is None:
            raise PhotoNotFoundError(f"there is no picture of {name}, or not any more")
        return jpeg

    def has_branch(self, tenant: str, branch: str) -> bool:
        """Return whether there is such a branch."""
        return self.plan.find(tenant, branch) is not None

    def events_after(
        self, tenant: str, branch: str, after_id: int, limit: int
    ) -> tuple[LobbyEvent, ...]:
        """Return kept events behind a number, in order, with the newest state of each thing.

        Of several events of one thing the last one alone is told. For the hub, which asks for
        whom each is (`LobbyEvent.roles` with `Caller.is_meant`).
        """
        return self._listing.events(self._lobbies.get(tenant, branch), after_id, limit)

    def last_event_id(self, tenant: str, branch: str) -> int:
        """Return the number of the newest event, 0 before the first."""
        return self._listing.last_event_id(self._lobbies.get(tenant, branch))

    def keeps_after(self, tenant: str, branch: str, event_id: int) -> bool:
        """Return whether every event behind `event_id` is still kept."""
        return self._listing.keeps_after(self._lobbies.get(tenant, branch), event_id)

    def standing(self, tenant: str, branch: str) -> tuple[LobbyEvent, ...]:
        """Return how each camera is and what does not work now, numbered 0."""
        cameras = self._listing.cameras(self._lobbies.get(tenant, branch))
        now = self._lobbies.clock.now()
        troubles = self._upkeep.troubles(self.directory_problem is None)
        payloads: tuple[Payload, ...] = (*cameras, *troubles)
        return tuple(LobbyEvent(0, now, payload) for payload in payloads)

    def flow_now(self, tenant: str, branch: str) -> FlowView:
        """Return the counts as they are now."""
        return self._listing.flow_now(self._lobbies.get(tenant, branch))

    @property
    def gallery_problems(self) -> tuple[GalleryProblem, ...]:
        """Which galleries of the plan are not searched, and why."""
        return self._galleries.problems

    @property
    def directory_problem(self) -> Reason | None:
        """Why the customer directory could not be asked when it was last asked, None if it could.

        The text is for operators: it may name files and addresses, and nobody.
        """
        return self._customers.problem

    @property
    def directory_remark(self) -> Reason | None:
        """What is wrong with the directory's files, though it may answer by what it read before."""
        return self._customers.remark

    def tick(self) -> None:
        """Do what comes of time alone; call it about once a second."""
        self._customers.retry()
        self._photos.sweep()
        self._upkeep.tick()

    def sweep(self) -> None:
        """Forget what is too old, and look at the galleries again; call it now and then."""
        self._galleries.refresh()
        self._upkeep.sweep()

    def close(self) -> None:
        """Let the directory's threads go."""
        self._customers.close()

    def _customer_of(self, visit: Visit) -> Customer | None:
        subject = customer_subject(visit)
        return None if subject is None else self._customers.peek(subject).customer

    def _end_photos(self, branch: Branch, visits: list[Visit]) -> None:
        for visit in visits:
            self._photos.end(branch, visit.id)
