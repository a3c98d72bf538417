"""Document messages to the client's types."""

from client.documents_types import (
    DocumentCheck,
    DocumentField,
    DocumentKind,
    DocumentOutcome,
    DocumentSide,
    IdDocument,
)
from client.wire import model_from, name_of, reasons_from, verification_from
from protos.smartbranch.vision.v1 import document_pb2
from protos.smartbranch.vision.v1 import document_service_pb2 as messages


def document_from(message: messages.ReadIdDocumentResponse) -> IdDocument:
    """Return what a document says; what this client does not know is unknown or INCONCLUSIVE."""
    document = message.document
    kind = name_of(document_pb2.DocumentKind, document.kind)
    outcome = name_of(document_pb2.DocumentDecision.Outcome, document.decision.outcome)
    is_kind, is_outcome = kind in DocumentKind.__members__, outcome in DocumentOutcome.__members__
    return IdDocument(
        kind=DocumentKind(kind) if is_kind else DocumentKind.UNKNOWN_DOCUMENT,
        outcome=DocumentOutcome(outcome) if is_outcome else DocumentOutcome.INCONCLUSIVE,
        reasons=reasons_from(document.decision.reasons),
        fields=tuple(_field_from(one) for one in document.fields),
        checks=tuple(
            DocumentCheck(one.name, one.passed if one.HasField("passed") else None, one.text)
            for one in document.checks
        ),
        picture_reasons=reasons_from(document.picture_reasons),
        portrait=document.portrait,
        match=verification_from(message.match) if message.HasField("match") else None,
        models=tuple(model_from(model) for model in message.models),
    )


def _field_from(message: document_pb2.DocumentField) -> DocumentField:
    side, box = name_of(document_pb2.DocumentSide, message.side), message.box
    has_box = message.HasField("box")
    return DocumentField(
        name=message.name,
        value=message.value,
        confidence=message.confidence,
        box_xyxy=(box.x1_px, box.y1_px, box.x2_px, box.y2_px) if has_box else None,
        side=DocumentSide(side) if side in DocumentSide.__members__ else None,
    )
