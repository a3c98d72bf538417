from client import wire
from client.types import Outcome
from protos.smartbranch.inference.v1 import model_info_pb2
from protos.smartbranch.vision.v1 import face_pb2, face_service_pb2, gallery_service_pb2

NEWER = 99


def test_an_outcome_newer_than_this_client_is_inconclusive() -> None:
    """Reading it raised, although the contract only grows."""
    message = face_service_pb2.VerifyFacesResponse(
        decision=face_pb2.MatchDecision(outcome=NEWER),  # type: ignore[arg-type]
        model=model_info_pb2.ModelInfo(terms=NEWER),  # type: ignore[arg-type]
    )
    assert wire.verification_from(message).outcome is Outcome.INCONCLUSIVE


def test_a_newer_outcome_of_an_import_is_none_that_is_known() -> None:
    message = gallery_service_pb2.ImportProgress(outcome=NEWER)  # type: ignore[arg-type]
    assert wire.progress_from(message).outcome is None
