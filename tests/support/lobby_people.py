"""People who do not exist, and what a branch has to say of them."""

from datetime import UTC, datetime, timedelta

from protos.smartbranch.edge.v1.edge_pb2 import CameraReport, Zone
from protos.smartbranch.lobby.v1.lobby_pb2 import (
    KNOWN,
    NOTICE,
    STRANGER,
    URGENT,
    Alert,
    CameraStatus,
    FlowHour,
    FlowNow,
    LobbyEvent,
    Visit,
)
from tests.support.lobby_pages import BRANCH, LobbyServer, ago

QUEUE_CAMERA = "box-1/hall"


def customer(id_: str, name: str, tier: str = "", came_s: float = 300.0, zone: str = "") -> Visit:
    """Return the visit of somebody who is known."""
    visit = Visit(name=f"{BRANCH}/visits/{id_}", identity=KNOWN, camera=QUEUE_CAMERA)
    visit.subject = f"tenants/bank/galleries/customers/subjects/{id_}"
    visit.arrive_time.FromDatetime(ago(came_s))
    visit.last_seen_time.FromDatetime(ago(2))
    visit.customer.id, visit.customer.display_name, visit.customer.tier = id_, name, tier
    if zone:
        visit.zone, visit.zone_display_name = zone, zone.capitalize()
        visit.zone_enter_time.FromDatetime(ago(came_s * 0.8))
    return visit


def ms_li() -> Visit:
    """Return a private customer with an appointment, needs and offers."""
    visit = customer("c-100", "Li Na", "private", 140, "queue")
    appointment = visit.customer.appointments.add(subject="Mortgage", with_whom="Chen Wei")
    appointment.start_time.FromDatetime(datetime.now(UTC) + timedelta(minutes=10))
    visit.customer.language, visit.customer.relationship_manager = "zh", "Chen Wei"
    visit.customer.needs.extend(["Quiet room", "Card renewal"])
    visit.customer.offers.extend(["Green deposit 2.1 %", "Home insurance"])
    visit.has_photo = True
    return visit


def visitor(id_: str, came_s: float = 60.0) -> Visit:
    """Return the visit of somebody whom nobody knows."""
    visit = Visit(name=f"{BRANCH}/visits/{id_}", identity=STRANGER, camera=QUEUE_CAMERA)
    visit.arrive_time.FromDatetime(ago(came_s))
    visit.last_seen_time.FromDatetime(ago(1))
    return visit


def alert(id_: str, kind: "Alert.Kind.ValueType", visit: Visit | None = None) -> Alert:
    """Return an alert that was just raised."""
    made = Alert(name=f"{BRANCH}/alerts/{id_}", kind=kind, state=Alert.RAISED, rule=f"rule-{id_}")
    made.severity = URGENT if kind == Alert.WATCHLIST else NOTICE
    made.raise_time.FromDatetime(ago(5))
    made.visit = visit.name if visit else ""
    made.roles.append("manager")
    return made


def arrival(visit: Visit) -> Alert:
    """Return the word that a private customer has come."""
    made = alert(f"a-{visit.name.split('/')[-1]}", Alert.ARRIVAL, visit)
    made.reason, made.text = "TIER_ARRIVED", "A customer of tier private is at Door 2"
    made.facts.update(tier="private", place="Door 2")
    return made


def watchlisted() -> tuple[Visit, Alert]:
    """Return somebody on a watchlist, and the word of it."""
    visit = customer("w-1", "", came_s=20, zone="entrance")
    visit.ClearField("customer")
    visit.is_watchlisted = visit.has_photo = True
    made = alert("a-watch", Alert.WATCHLIST, visit)
    made.reason, made.text = "WATCHLIST_SEEN", "Somebody on the list fraud is at Entrance"
    made.facts.update(watchlist="fraud", place="Entrance")
    made.escalate_time.FromDatetime(ago(-90))
    return visit, made


def counts() -> FlowNow:
    """Return what was counted just now."""
    flow = FlowNow(in_count=42, out_count=35)
    flow.update_time.FromDatetime(ago(1))
    for zone, kind, persons, longest_s in (
        ("queue", Zone.QUEUE, 4, 312),
        ("counter-1", Zone.COUNTER, 1, 95),
        ("atm", Zone.MACHINE, 2, 60),
    ):
        one = flow.zones.add(camera=QUEUE_CAMERA, zone=zone, kind=kind, person_count=persons)
        one.display_name = zone.replace("-", " ").capitalize()
        one.longest_stay.FromSeconds(longest_s)
        one.mean_stay.FromSeconds(longest_s // 2)
    return flow


def hours() -> list[FlowHour]:
    """Return the counts of a morning."""
    start = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    made = []
    for at, (came, went) in enumerate([(3, 0), (9, 6), (14, 11), (8, 10), (8, 8)]):
        hour = FlowHour(in_count=came, out_count=went, coverage=1.0 if at else 0.4)
        hour.start_time.FromDatetime(start + timedelta(hours=at))
        made.append(hour)
    return made


def cameras() -> list[CameraStatus]:
    """Return one camera that works and one that does not."""
    made = [
        CameraStatus(camera="box-1/hall", display_name="Hall", state=CameraReport.UP),
        CameraStatus(camera="box-1/door", display_name="Door 2", state=CameraReport.COVERED),
    ]
    for one in made:
        one.start_time.FromDatetime(ago(600))
    return made


def fill(server: LobbyServer) -> None:
    """Let a branch be as busy as it gets."""
    li, (listed, listed_alert) = ms_li(), watchlisted()
    server.flow, server.hours, server.cameras = counts(), hours(), cameras()
    for visit in (li, listed, customer("c-2", "Okafor Adaeze", "gold", 900, "counter-1")):
        server.come(visit)
    server.come(customer("c-3", "Maximilian von Hohenstein-Falkenberg", "business", 45))
    server.come(visitor("v-1", 70))
    server.come(visitor("v-2", 1500))
    server.raise_alert(arrival(li))
    server.raise_alert(listed_alert)
    taken = alert("a-queue", Alert.QUEUE_LENGTH)
    taken.reason, taken.text = "QUEUE_LONG", "4 people wait at Queue"
    taken.facts.update(persons="4", place="Queue")
    taken.state, taken.assignee = Alert.TAKEN_OVER, "tom"
    step = taken.steps.add(state=Alert.TAKEN_OVER, actor="tom", note="Opening counter 3")
    step.step_time.FromDatetime(ago(30))
    server.raise_alert(taken)
    trouble = LobbyEvent.Trouble(code="DIRECTORY_DOWN", text="the directory cannot be reached")
    server.troubles = [trouble]
