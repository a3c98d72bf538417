"""Our types as JSON, with the keys that the command line prints as well."""

from collections.abc import Callable, Sequence
from typing import Any

from decision.outcome import Reason
from decision.signal import Signal
from serving.faces import Detection, Verification
from serving.failures import Failure
from serving.liveness.service import ImageCheck
from serving.models import ModelFacts
from vision.analysis import FaceReading
from vision.quality import FaceQuality

Json = dict[str, Any]


def failure_json(failure: Failure) -> Json:
    """Return an error as JSON."""
    return {
        "error": {
            "code": failure.code,
            "reason": failure.reason,
            "message": failure.message,
            "metadata": failure.metadata,
        }
    }


def detection_json(found: Detection, model: ModelFacts) -> Json:
    """Return the faces of a picture as JSON."""
    return {
        "faces": [face_json(face) for face in found.faces],
        "size_wh": list(found.size_wh),
        "model": model_json(model),
    }


def verification_json(answer: Verification, model: ModelFacts) -> Json:
    """Return a comparison as JSON."""
    match, reference = answer.match, answer.reference
    return {
        "decision": match.outcome.value,
        "reasons": reasons_json(match.decision.reasons),
        "similarity": match.similarity,
        "threshold": match.threshold,
        "fmr": match.fmr,
        "target_fmr": match.target_fmr,
        "model": model_json(model),
        "reference_face": None if reference is None else face_json(reference),
        "probe_face": face_json(answer.probe),
    }


def face_json(face: FaceReading) -> Json:
    """Return one face as JSON; numbers in pixels have one decimal."""
    return {
        "box_xyxy": [round(float(value), 1) for value in face.box_xyxy],
        "score": face.score,
        "landmarks": [[round(float(value), 1) for value in point] for point in face.landmarks],
        "quality": quality_json(face.quality),
    }


def quality_json(quality: FaceQuality) -> Json:
    """Return a quality as JSON."""
    return {
        "score": quality.score,
        "components": [
            {
                "name": component.name,
                "value": component.value,
                "measured": component.measured,
                "reason": None if component.reason is None else reason_json(component.reason),
            }
            for component in quality.components
        ],
        "reasons": reasons_json(quality.reasons),
    }


def check_json(check: ImageCheck, facts_of: Callable[[str], ModelFacts]) -> Json:
    """Return the liveness check of a picture as JSON."""
    result, target = check.result, check.result.target
    return {
        "decision": result.outcome.value,
        "live_score": result.live_score,
        "reasons": reasons_json(result.decision.reasons),
        "signals": [signal_json(signal) for signal in result.decision.signals],
        "operating_point": {
            "max_apcer": target.max_apcer,
            "max_bpcer": target.max_bpcer,
            "data": target.data,
        },
        "models": [model_json(facts_of(model_id)) for model_id in result.model_ids],
        "face": face_json(check.face),
    }


def signal_json(signal: Signal) -> Json:
    """Return a signal as JSON."""
    return {
        "name": signal.name,
        "score": signal.score,
        "llr": signal.llr,
        "group": signal.group,
        "calibration": signal.calibration,
    }


def reasons_json(reasons: Sequence[Reason]) -> list[Json]:
    """Return reasons as JSON."""
    return [reason_json(reason) for reason in reasons]


def reason_json(reason: Reason) -> Json:
    """Return a reason as JSON."""
    return {"code": reason.code, "text": reason.text}


def model_json(model: ModelFacts) -> Json:
    """Return what is said about a model as JSON."""
    return {
        "id": model.model_id,
        "variant": model.variant,
        "provider": model.provider,
        "terms": model.terms,
    }
