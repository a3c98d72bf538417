"""What is written down of a check for forgery: an audit line and a count; nothing of the face."""

from dataclasses import dataclass

from deepfake.outcome import ForgeryResult
from serving.audit.log import AuditLog
from serving.audit.types import Details, Outcome
from serving.caller import Caller
from serving.telemetry.decisions import DecisionCounts
from vision.analysis import FaceReading

CHECK_ACTION, CLIP_ACTION, OPEN_ACTION = "deepfake.check", "deepfake.clip", "deepfake.open"
UNSIGNED = "clip"


@dataclass(frozen=True, slots=True)
class ImageForgery:
    """What was decided about one picture, and the face that it is about."""

    result: ForgeryResult
    face: FaceReading


@dataclass(frozen=True, slots=True)
class ClipForgery:
    """What was decided about one clip.

    frame_count: pictures that were received. judged_count: those that the frame model looked at.
    is_early: whether the clip had not ended.
    """

    result: ForgeryResult
    frame_count: int
    judged_count: int
    is_early: bool


class ForgeryBooks:
    """Records decisions before they go out; blocking, safe to share between threads."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self.decisions = DecisionCounts()

    def picture(self, caller: Caller, found: ImageForgery, request_id: str) -> None:
        """Record what was decided about a picture."""
        self._record(caller, CHECK_ACTION, "picture", found.result, request_id, {})

    def clip(self, caller: Caller, name: str | None, found: ClipForgery, request_id: str) -> None:
        """Record what was decided about a clip. name: of a signed one."""
        more: Details = {"frames": found.frame_count, "is_early": found.is_early}
        self._record(caller, CLIP_ACTION, name or UNSIGNED, found.result, request_id, more)

    def unanswered(
        self, caller: Caller, name: str | None, reason: str, is_fault: bool, request_id: str
    ) -> None:
        """Record that a clip ended without an answer.

        Whoever sees how a clip is going and breaks it off is seen to do so. reason: stable code.
        """
        outcome = Outcome.FAILED if is_fault else Outcome.REFUSED
        details: Details = {"reason": reason, "request_id": request_id}
        resource = name or UNSIGNED
        self._audit.append(caller.subject, caller.tenant, CLIP_ACTION, resource, outcome, details)

    def opened(self, caller: Caller, name: str, request_id: str) -> None:
        """Record that a signed clip was opened; its key is written nowhere."""
        details: Details = {"request_id": request_id}
        self._audit.append(caller.subject, caller.tenant, OPEN_ACTION, name, Outcome.OK, details)

    def _record(
        self,
        caller: Caller,
        action: str,
        resource: str,
        result: ForgeryResult,
        request_id: str,
        more: Details,
    ) -> None:
        details = {**_details(result), **more, "request_id": request_id}
        self._audit.append(caller.subject, caller.tenant, action, resource, Outcome.OK, details)
        self.decisions.add(action, result.outcome.value)


def _details(result: ForgeryResult) -> Details:
    score = result.fake_score
    return {
        "decision": result.outcome.value,
        "fake_score": None if score is None else round(score, 4),
        "max_false_alarm_rate": result.target.max_false_alarm_rate,
        "max_inconclusive_rate": result.target.max_inconclusive_rate,
        "models": " ".join(result.model_ids),
        "reason": result.decision.reasons[0].code,
    }
