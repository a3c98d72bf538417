"""Face messages to our types and back."""

from typing import TypeVar

from base.errors import InvalidArgumentError, InvalidResourceNameError, RoleNotAllowedError
from base.ids import check_id, new_id
from decision.outcome import Decision, MatchOutcome, Reason
from decision.signal import Signal
from protos.smartbranch.decision.v1 import decision_pb2
from protos.smartbranch.inference.v1 import model_info_pb2
from protos.smartbranch.vision.v1 import face_pb2, face_service_pb2
from serving.caller import Caller
from serving.faces import Detection, Identification, Verification
from serving.galleries.types import SearchHit
from serving.models import ModelFacts
from vision.analysis import FaceReading, Select
from vision.detection import Profile
from vision.geometry import Floats
from vision.quality import FaceQuality

K = TypeVar("K")
V = TypeVar("V")

_PROFILES = {
    face_service_pb2.DetectFacesRequest.PROFILE_UNSPECIFIED: Profile.PORTRAIT,
    face_service_pb2.DetectFacesRequest.PORTRAIT: Profile.PORTRAIT,
    face_service_pb2.DetectFacesRequest.CROWD: Profile.CROWD,
}
_SELECTIONS = {
    face_pb2.FACE_SELECTION_UNSPECIFIED: Select.SINGLE,
    face_pb2.SINGLE: Select.SINGLE,
    face_pb2.LARGEST: Select.LARGEST,
    face_pb2.CENTRAL: Select.CENTRAL,
}
_OUTCOMES = {
    MatchOutcome.MATCH: face_pb2.MatchDecision.MATCH,
    MatchOutcome.NO_MATCH: face_pb2.MatchDecision.NO_MATCH,
    MatchOutcome.INCONCLUSIVE: face_pb2.MatchDecision.INCONCLUSIVE,
}
_TERMS = {
    "open": model_info_pb2.ModelInfo.OPEN,
    "undisclosed-data": model_info_pb2.ModelInfo.UNDISCLOSED_DATA,
    "research": model_info_pb2.ModelInfo.RESEARCH,
}


def tenant_of(parent: str, caller: Caller) -> str:
    """Return the tenant that `tenants/{tenant}` names; the caller's own if it is empty.

    Raises InvalidResourceNameError, and RoleNotAllowedError for another tenant than the caller's.
    """
    if not parent:
        return caller.tenant
    collection, _, tenant = parent.partition("/")
    if collection != "tenants":
        raise InvalidResourceNameError("expected a name like tenants/{tenant}", field="parent")
    if check_id(tenant, "tenant") != caller.tenant:
        raise RoleNotAllowedError("the caller belongs to another tenant", tenant=tenant)
    return tenant


def request_id_of(text: str) -> str:
    """Return the caller's id of the request, or a new one. Raises InvalidResourceNameError."""
    return check_id(text, "request_id") if text else new_id("req")


def profile_of(value: "face_service_pb2.DetectFacesRequest.Profile.ValueType") -> Profile:
    """Return the profile that an enum value means. Raises InvalidArgumentError."""
    return lookup(_PROFILES, value, "profile")


def selection_of(value: "face_pb2.FaceSelection.ValueType") -> Select:
    """Return the selection that an enum value means. Raises InvalidArgumentError."""
    return lookup(_SELECTIONS, value, "selection")


def lookup(table: dict[K, V], value: K, field: str) -> V:
    """Return what an enum value means. Raises InvalidArgumentError for one that is unknown."""
    if value not in table:
        raise InvalidArgumentError(f"{field} has a value that is not known", field=field)
    return table[value]


def reason_message(reason: Reason) -> decision_pb2.Reason:
    """Return a reason as a message."""
    return decision_pb2.Reason(code=reason.code, text=reason.text)


def decision_message(decision: Decision[MatchOutcome]) -> face_pb2.MatchDecision:
    """Return a decision as a message."""
    return face_pb2.MatchDecision(
        outcome=_OUTCOMES[decision.outcome],
        reasons=[reason_message(reason) for reason in decision.reasons],
        signals=[signal_message(signal) for signal in decision.signals],
    )


def signal_message(signal: Signal) -> decision_pb2.Signal:
    """Return a signal as a message."""
    return decision_pb2.Signal(name=signal.name, score=signal.score, llr=signal.llr)


def model_message(facts: ModelFacts) -> model_info_pb2.ModelInfo:
    """Return what is said about a model as a message."""
    return model_info_pb2.ModelInfo(
        model_id=facts.model_id,
        variant=facts.variant,
        provider=facts.provider,
        terms=_TERMS[facts.terms],
    )


def face_message(face: FaceReading) -> face_pb2.Face:
    """Return one face as a message."""
    x1, y1, x2, y2 = (float(value) for value in face.box_xyxy)
    return face_pb2.Face(
        box=face_pb2.BoundingBox(x1_px=x1, y1_px=y1, x2_px=x2, y2_px=y2),
        score=face.score,
        landmarks=_landmarks_message(face.landmarks),
        quality=quality_message(face.quality),
    )


def _landmarks_message(landmarks: Floats) -> face_pb2.FaceLandmarks:
    points = [face_pb2.Point(x_px=float(x), y_px=float(y)) for x, y in landmarks]
    return face_pb2.FaceLandmarks(
        left_eye=points[0],
        right_eye=points[1],
        nose_tip=points[2],
        left_mouth_corner=points[3],
        right_mouth_corner=points[4],
    )


def quality_message(quality: FaceQuality) -> face_pb2.FaceQuality:
    """Return a quality as a message."""
    return face_pb2.FaceQuality(
        score=quality.score,
        components=[
            face_pb2.QualityComponent(
                name=component.name,
                value=component.value,
                measured=component.measured,
                reason=None if component.reason is None else reason_message(component.reason),
            )
            for component in quality.components
        ],
        reasons=[reason_message(reason) for reason in quality.reasons],
    )


def detection_message(
    detection: Detection, model: ModelFacts
) -> face_service_pb2.DetectFacesResponse:
    """Return the faces of a picture as a message."""
    width, height = detection.size_wh
    return face_service_pb2.DetectFacesResponse(
        faces=[face_message(face) for face in detection.faces],
        width_px=width,
        height_px=height,
        model=model_message(model),
    )


def verification_message(
    answer: Verification, model: ModelFacts
) -> face_service_pb2.VerifyFacesResponse:
    """Return a comparison as a message."""
    match, reference = answer.match, answer.reference
    return face_service_pb2.VerifyFacesResponse(
        decision=decision_message(match.decision),
        similarity=match.similarity,
        threshold=match.threshold,
        fmr=match.fmr,
        target_fmr=match.target_fmr,
        reference_face=None if reference is None else face_message(reference),
        probe_face=face_message(answer.probe),
        model=model_message(model),
    )


def identification_message(
    answer: Identification, gallery: str, model: ModelFacts
) -> face_service_pb2.SearchFacesResponse:
    """Return a search as a message. gallery: resource name."""
    search = answer.search
    return face_service_pb2.SearchFacesResponse(
        decision=decision_message(search.decision),
        hits=[_hit_message(hit, gallery) for hit in search.hits],
        threshold=search.threshold,
        fpir=search.fpir,
        target_fpir=search.target_fpir,
        template_count=search.gallery_size,
        probe_face=face_message(answer.probe),
        model=model_message(model),
    )


def _hit_message(hit: SearchHit, gallery: str) -> face_service_pb2.SearchHit:
    return face_service_pb2.SearchHit(
        subject=f"{gallery}/subjects/{hit.subject}",
        similarity=hit.similarity,
        fmr=hit.fmr,
        display_name=hit.display_name,
    )
