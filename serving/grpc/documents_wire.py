"""Readings of documents as messages."""

from collections.abc import Sequence

from media.pictures import encode_jpeg
from protos.smartbranch.vision.v1 import document_pb2, document_service_pb2, face_pb2
from serving.documents.service import ReadDocument
from serving.grpc.wire import model_message, reason_message, verification_message
from serving.models import ModelFacts
from vision.documents.types import (
    DocumentCheck,
    DocumentKind,
    DocumentOutcome,
    DocumentReading,
    DocumentSide,
    Field,
)

_KINDS = {
    DocumentKind.UNKNOWN_DOCUMENT: document_pb2.UNKNOWN_DOCUMENT,
    DocumentKind.CN_RESIDENT_ID: document_pb2.CN_RESIDENT_ID,
    DocumentKind.MRZ_TD3: document_pb2.MRZ_TD3,
    DocumentKind.MRZ_TD1: document_pb2.MRZ_TD1,
    DocumentKind.MRZ_TD2: document_pb2.MRZ_TD2,
}
_OUTCOMES = {
    DocumentOutcome.VALID: document_pb2.DocumentDecision.VALID,
    DocumentOutcome.INVALID: document_pb2.DocumentDecision.INVALID,
    DocumentOutcome.INCONCLUSIVE: document_pb2.DocumentDecision.INCONCLUSIVE,
}
_SIDES = {
    None: document_pb2.DOCUMENT_SIDE_UNSPECIFIED,
    DocumentSide.FRONT: document_pb2.FRONT,
    DocumentSide.BACK: document_pb2.BACK,
}


def answer_message(
    found: ReadDocument, wants_portrait: bool, models: Sequence[ModelFacts], embedder: ModelFacts
) -> document_service_pb2.ReadIdDocumentResponse:
    """Return the whole answer. models: those that read text."""
    match = None if found.match is None else verification_message(found.match, embedder)
    return document_service_pb2.ReadIdDocumentResponse(
        document=document_message(found.reading, wants_portrait),
        match=match,
        models=[model_message(facts) for facts in models],
    )


def document_message(reading: DocumentReading, wants_portrait: bool) -> document_pb2.IdDocument:
    """Return a reading as a message; with its portrait only where that was asked for."""
    portrait = reading.portrait if wants_portrait else None
    return document_pb2.IdDocument(
        kind=_KINDS[reading.kind],
        decision=document_pb2.DocumentDecision(
            outcome=_OUTCOMES[reading.decision.outcome],
            reasons=[reason_message(reason) for reason in reading.decision.reasons],
        ),
        fields=[_field_message(field) for field in reading.fields],
        checks=[_check_message(check) for check in reading.checks],
        picture_reasons=[reason_message(reason) for reason in reading.picture_reasons],
        portrait=b"" if portrait is None else encode_jpeg(portrait),
    )


def _field_message(field: Field) -> document_pb2.DocumentField:
    message = document_pb2.DocumentField(
        name=field.name,
        value=field.value,
        confidence=field.confidence,
        side=_SIDES[field.side],
    )
    if field.box_xyxy is not None:
        x1, y1, x2, y2 = field.box_xyxy
        message.box.CopyFrom(face_pb2.BoundingBox(x1_px=x1, y1_px=y1, x2_px=x2, y2_px=y2))
    return message


def _check_message(check: DocumentCheck) -> document_pb2.DocumentCheck:
    return document_pb2.DocumentCheck(name=check.name, passed=check.passed, text=check.text)
