"""The main path over real gRPC, with real models."""

from collections.abc import Mapping

from client import SmartBranchClient
from client.types import Outcome
from media.image import ImageRGB
from media.pictures import encode_jpeg


async def test_the_same_person_matches_at_the_rate_that_was_asked_for(
    client: SmartBranchClient, portrait: bytes, astronaut: ImageRGB
) -> None:
    again = encode_jpeg(astronaut[:, ::-1].copy(), quality=70)
    answer = await client.verify_faces(portrait, again, target_fmr=1e-4)
    assert answer.outcome is Outcome.MATCH
    assert answer.similarity is not None
    assert answer.threshold is not None
    assert answer.similarity > answer.threshold
    assert answer.fmr is not None
    assert answer.fmr <= answer.target_fmr == 1e-4


async def test_two_people_do_not_match_and_the_answer_says_why(
    client: SmartBranchClient, portrait: bytes, portraits: Mapping[str, ImageRGB]
) -> None:
    others = [encode_jpeg(picture) for picture in portraits.values()]
    answers = [await client.verify_faces(portrait, other) for other in others]
    assert all(answer.outcome is not Outcome.MATCH for answer in answers)
    assert any(answer.outcome is Outcome.NO_MATCH for answer in answers)
    assert all(answer.reasons[0].code and answer.reasons[0].text for answer in answers)


async def test_an_answer_names_model_variant_provider_and_terms(
    client: SmartBranchClient, portrait: bytes
) -> None:
    answer = await client.verify_faces(portrait, portrait)
    assert (answer.model.model_id, answer.model.variant) == ("mobilefacenet-fr", "single")
    assert answer.model.provider == "cpu"
    assert answer.model.terms == "UNDISCLOSED_DATA"


async def test_a_face_has_box_landmarks_and_quality_components(
    client: SmartBranchClient, portrait: bytes
) -> None:
    found = await client.detect_faces(portrait)
    assert found.size_wh == (512, 512)
    (face,) = found.faces
    x1, y1, x2, y2 = face.box_xyxy
    left_eye, right_eye, *_ = face.landmarks
    assert x1 < left_eye[0] < right_eye[0] < x2
    assert y1 < left_eye[1] < y2
    assert {part.name for part in face.quality.components} >= {"sharpness", "yaw"}
    assert 0 <= face.quality.score <= 100


async def test_health_tells_each_service_apart(client: SmartBranchClient) -> None:
    for service in (
        "",
        "smartbranch.vision.v1.FaceService",
        "smartbranch.vision.v1.GalleryService",
    ):
        assert await client.is_serving(service)
