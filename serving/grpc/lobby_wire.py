"""What staff are shown, as messages; JSON is made of the same ones."""

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from lobby.alert import Alert, AlertAction, AlertKind, AlertState, AlertStep, Severity
from lobby.branch import Branch
from lobby.customer import Customer
from lobby.flow import CameraCondition
from lobby.flow_book import ZoneNow
from lobby.flow_minutes import FlowHour, HeatMap, ZoneHour
from lobby.identity import IdentityKind
from lobby.places import Places
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.lobby.v1 import lobby_pb2 as messages
from protos.smartbranch.lobby.v1 import lobby_service_pb2 as service_messages
from serving.grpc.wire import lookup
from serving.lobby.told import Hello
from serving.lobby.views import (
    AlertPage,
    AlertView,
    CameraView,
    FlowReport,
    FlowView,
    LobbyEvent,
    Trouble,
    VisitPage,
    VisitView,
)
from vision.scene import ZoneKind

_IDENTITIES = {
    IdentityKind.KNOWN: messages.KNOWN,
    IdentityKind.UNSURE: messages.UNSURE,
    IdentityKind.STRANGER: messages.STRANGER,
    IdentityKind.UNSEEN: messages.UNSEEN,
}
_SEVERITIES = {
    Severity.INFO: messages.INFO,
    Severity.NOTICE: messages.NOTICE,
    Severity.URGENT: messages.URGENT,
}
_STATES = {state: messages.Alert.State.Value(state.name) for state in AlertState}
_KINDS = {kind: messages.Alert.Kind.Value(kind.name) for kind in AlertKind}
_CONDITIONS = {one: edge_pb2.CameraReport.State.Value(one.name) for one in CameraCondition}
_ZONE_KINDS = {kind: edge_pb2.Zone.Kind.Value(kind.name) for kind in ZoneKind}
_ACTIONS = {
    service_messages.UpdateAlertRequest.Action.Value(action.name): action for action in AlertAction
}


def action_of(value: "service_messages.UpdateAlertRequest.Action.ValueType") -> AlertAction:
    """Return what an enum value asks for. Raises InvalidArgumentError."""
    return lookup(_ACTIONS, value, "action")


def event_message(event: LobbyEvent) -> messages.LobbyEvent:
    """Return an event."""
    message = messages.LobbyEvent(id=event.id, event_time=_time(event.at))
    payload = event.payload
    match payload:
        case VisitView():
            message.visit.CopyFrom(visit_message(payload))
        case AlertView():
            message.alert.CopyFrom(alert_message(payload))
        case CameraView():
            message.camera.CopyFrom(camera_message(payload))
        case FlowView():
            message.flow.CopyFrom(flow_now_message(payload))
        case Trouble():
            message.trouble.CopyFrom(
                messages.LobbyEvent.Trouble(
                    code=payload.code, text=payload.text, is_over=payload.is_over
                )
            )
    return message


def hello_message(hello: Hello, at: datetime) -> messages.LobbyEvent:
    """Return what a stream begins with."""
    return messages.LobbyEvent(
        event_time=_time(at),
        hello=messages.LobbyEvent.Hello(last_id=hello.last_id, is_incomplete=hello.is_incomplete),
    )


def visit_message(view: VisitView) -> messages.Visit:
    """Return a visit."""
    visit, identity = view.visit, view.visit.identity
    return messages.Visit(
        name=_visit_name(view.branch, visit.id),
        identity=_IDENTITIES[identity.kind],
        subject="" if identity.subject is None else str(identity.subject),
        is_watchlisted=identity.is_watchlisted,
        customer=None if view.customer is None else customer_message(view.customer),
        reason=view.reason,
        arrive_time=_time(visit.arrived_at),
        last_seen_time=_time(visit.last_seen_at),
        end_time=_time(visit.ended_at),
        camera=str(visit.camera),
        zone="" if visit.place is None else visit.place.zone,
        zone_display_name=view.zone_name,
        zone_enter_time=_time(visit.place_since),
        has_photo=view.has_photo,
        revision=visit.revision,
        merged_into=_visit_name(view.branch, visit.merged_into) if visit.merged_into else "",
    )


def customer_message(customer: Customer) -> messages.Customer:
    """Return what the directory knows."""
    return messages.Customer(
        id=customer.id,
        display_name=customer.display_name,
        tier=customer.tier,
        language=customer.language,
        relationship_manager=customer.relationship_manager,
        appointments=[
            messages.Appointment(
                start_time=_time(one.start_at), subject=one.subject, with_whom=one.with_whom
            )
            for one in customer.appointments
        ],
        needs=customer.needs,
        offers=customer.offers,
    )


def alert_message(view: AlertView) -> messages.Alert:
    """Return an alert."""
    alert = view.alert
    message = _alert_frame(view.branch, alert)
    message.facts.update(alert.facts)
    message.roles.extend(alert.roles)
    message.steps.extend(_step_message(step) for step in alert.steps)
    return message


def _alert_frame(branch: Branch, alert: Alert) -> messages.Alert:
    return messages.Alert(
        name=f"{branch.name}/alerts/{alert.id}",
        kind=_KINDS[alert.kind],
        severity=_SEVERITIES[alert.severity],
        state=_STATES[alert.state],
        rule=alert.rule,
        reason=alert.reason.code,
        text=alert.reason.text,
        visit="" if alert.visit is None else _visit_name(branch, alert.visit),
        camera="" if alert.camera is None else str(alert.camera),
        zone=alert.zone,
        raise_time=_time(alert.raised_at),
        escalate_time=_time(alert.escalate_at),
        escalation_count=alert.escalation_count,
        assignee=alert.assignee,
        revision=alert.revision,
        face_time=_time(alert.face_at),
    )


def _step_message(step: AlertStep) -> messages.Alert.Step:
    return messages.Alert.Step(
        step_time=_time(step.at),
        state=_STATES[step.state],
        actor=step.actor,
        note=step.note,
        assignee=step.assignee,
    )


def camera_message(view: CameraView) -> messages.CameraStatus:
    """Return how a camera is."""
    return messages.CameraStatus(
        camera=str(view.camera),
        display_name=view.name,
        state=_CONDITIONS[view.condition],
        reason=view.reason,
        start_time=_time(view.since),
    )


def flow_now_message(view: FlowView) -> messages.FlowNow:
    """Return the counts of now."""
    now = view.now
    return messages.FlowNow(
        zones=[_zone_now(zone, view.places) for zone in now.zones],
        in_count=now.in_count,
        out_count=now.out_count,
        update_time=_time(now.counted_at),
    )


def _zone_now(zone: ZoneNow, places: Places) -> messages.FlowNow.ZoneNow:
    return messages.FlowNow.ZoneNow(
        camera=str(zone.place.camera),
        zone=zone.place.zone,
        display_name=places.zone_name(zone.place),
        kind=_ZONE_KINDS[zone.kind],
        person_count=zone.person_count,
        longest_stay=_span(zone.longest_stay_s),
        mean_stay=_span(zone.mean_stay_s),
    )


def _hour_message(hour: FlowHour) -> messages.FlowHour:
    return messages.FlowHour(
        start_time=_time(hour.start_at),
        in_count=hour.in_count,
        out_count=hour.out_count,
        zones=[_zone_hour(zone) for zone in hour.zones],
        coverage=hour.coverage,
    )


def _zone_hour(zone: ZoneHour) -> messages.FlowHour.ZoneHour:
    return messages.FlowHour.ZoneHour(
        camera=str(zone.place.camera),
        zone=zone.place.zone,
        mean_person_count=zone.mean_person_count,
        max_person_count=zone.max_person_count,
        stay_count=zone.stay_count,
        mean_stay=_span(zone.mean_stay_s),
        max_stay=_span(zone.max_stay_s),
    )


def _heat_message(heat: HeatMap) -> messages.HeatMap:
    return messages.HeatMap(camera=str(heat.camera), columns=heat.columns, cells=heat.cells)


def flow_message(report: FlowReport) -> service_messages.GetFlowResponse:
    """Return counts."""
    return service_messages.GetFlowResponse(
        now=flow_now_message(report.now),
        hours=[_hour_message(hour) for hour in report.hours],
        heat_maps=[_heat_message(heat) for heat in report.heat_maps],
    )


def visits_message(page: VisitPage) -> service_messages.ListVisitsResponse:
    """Return a page of visits."""
    return service_messages.ListVisitsResponse(
        visits=[visit_message(view) for view in page.visits],
        next_page_token=page.next_page_token,
        last_event_id=page.last_event_id,
    )


def alerts_message(page: AlertPage) -> service_messages.ListAlertsResponse:
    """Return a page of alerts."""
    return service_messages.ListAlertsResponse(
        alerts=[alert_message(view) for view in page.alerts],
        next_page_token=page.next_page_token,
        last_event_id=page.last_event_id,
    )


def _visit_name(branch: Branch, visit: str) -> str:
    return f"{branch.name}/visits/{visit}"


def _time(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp


def _span(seconds: float | None) -> Duration | None:
    if seconds is None:
        return None
    span = Duration()
    span.FromTimedelta(timedelta(seconds=seconds))
    return span
