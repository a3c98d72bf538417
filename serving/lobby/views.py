"""What staff are shown: visits, alerts, cameras and counts, with what the directory knows."""

from dataclasses import dataclass, field
from datetime import datetime

from lobby.alert import Alert
from lobby.branch import Branch
from lobby.customer import Customer
from lobby.flow import CameraCondition
from lobby.flow_book import FlowNow
from lobby.flow_minutes import FlowHour, HeatMap
from lobby.places import Places
from lobby.seen import CameraRef
from lobby.visit import Visit


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit. reason: why the customer is missing or it is not known who it is; may be empty."""

    branch: Branch
    visit: Visit
    customer: Customer | None = field(default=None, repr=False)
    reason: str = ""
    zone_name: str = ""
    has_photo: bool = False


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert."""

    branch: Branch
    alert: Alert


@dataclass(frozen=True, slots=True)
class CameraView:
    """How a camera is. reason: UPPER_SNAKE, empty for UP."""

    camera: CameraRef
    name: str
    condition: CameraCondition
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FlowView:
    """Counts now; places: what zones are called."""

    branch: Branch
    now: FlowNow
    places: Places


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work, or does again."""

    code: str
    text: str
    is_over: bool = False


Payload = VisitView | AlertView | CameraView | FlowView | Trouble


@dataclass(frozen=True, slots=True)
class LobbyEvent:
    """What a tablet is told. id: number in the branch, 0 for what is not kept.

    face_at: capture time of the first frame with a usable face, where this is the first word of
    a visit or an alert; None for everything else.
    """

    id: int
    at: datetime
    payload: Payload
    face_at: datetime | None = None

    @property
    def roles(self) -> tuple[str, ...]:
        """Whom it is for; empty for everybody in the branch."""
        return self.payload.alert.audience if isinstance(self.payload, AlertView) else ()


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Visits, latest arrival first; an empty `next_page_token` means the last page."""

    visits: tuple[VisitView, ...]
    next_page_token: str
    last_event_id: int


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts, latest first; an empty `next_page_token` means the last page."""

    alerts: tuple[AlertView, ...]
    next_page_token: str
    last_event_id: int


@dataclass(frozen=True, slots=True)
class FlowReport:
    """Counts now, by hour, and where people stood."""

    now: FlowView
    hours: tuple[FlowHour, ...]
    heat_maps: tuple[HeatMap, ...]


@dataclass(frozen=True, slots=True)
class GalleryProblem:
    """Why a gallery is not searched in a branch. branch: id; gallery: resource name."""

    tenant: str
    branch: str
    gallery: str
    code: str
    text: str
