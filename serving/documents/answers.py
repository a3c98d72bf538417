"""A reading as plain JSON values, with the keys that HTTP and the command line share."""

from typing import Any

from vision.documents.types import DocumentReading, Field

Json = dict[str, Any]


def reading_json(reading: DocumentReading) -> Json:
    """Return what a document says, without its portrait."""
    return {
        "kind": reading.kind.value,
        "decision": reading.decision.outcome.value,
        "reasons": [{"code": one.code, "text": one.text} for one in reading.decision.reasons],
        "fields": {field.name: _field_json(field) for field in reading.fields},
        "checks": [
            {"name": check.name, "passed": check.passed, "text": check.text}
            for check in reading.checks
        ],
        "picture_reasons": [
            {"code": one.code, "text": one.text} for one in reading.picture_reasons
        ],
    }


def _field_json(field: Field) -> Json:
    box = field.box_xyxy
    return {
        "value": field.value,
        "confidence": round(field.confidence, 4),
        "box_xyxy": None if box is None else [round(value, 1) for value in box],
        "side": None if field.side is None else field.side.value,
    }
