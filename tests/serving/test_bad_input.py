"""Each kind of bad input has a clear error or a reasoned answer, over real gRPC."""

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from client import ApiError, SmartBranchClient
from client.types import LegalBasis, Outcome
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tour.photographs import oversized_png


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "GIF")
    return out.getvalue()


async def reason_of(client: SmartBranchClient, picture: bytes, probe: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await client.verify_faces(picture, probe)
    return caught.value


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (b"", "PICTURE_EMPTY"),
        (b"this is a text", "PICTURE_UNSUPPORTED"),
        (gif(), "PICTURE_UNSUPPORTED"),
        (oversized_png(10_000, 10_000), "PICTURE_TOO_LARGE"),
        (encode_jpeg(np.zeros((20, 20, 3), np.uint8)), "PICTURE_TOO_SMALL"),
    ],
    ids=["empty", "no picture", "unsupported format", "100 megapixels", "20 pixels"],
)
async def test_a_bad_file_is_named_with_the_picture_it_came_as(
    client: SmartBranchClient, portrait: bytes, picture: bytes, reason: str
) -> None:
    error = await reason_of(client, picture, portrait)
    assert (error.reason, error.code) == (reason, "INVALID_ARGUMENT")
    assert error.metadata["picture"] == "reference"
    assert error.message.startswith("reference: ")


async def test_a_truncated_picture_is_broken(client: SmartBranchClient, portrait: bytes) -> None:
    error = await reason_of(client, portrait, portrait[: len(portrait) // 2])
    assert error.reason == "PICTURE_BROKEN"
    assert error.metadata["picture"] == "probe"


async def test_a_picture_without_a_face_is_told(
    client: SmartBranchClient, portrait: bytes, scenery: bytes
) -> None:
    assert (await reason_of(client, scenery, portrait)).reason == "NO_FACE"
    assert (await client.detect_faces(scenery)).faces == ()


async def test_several_faces_are_refused_where_one_is_needed(
    client: SmartBranchClient, portrait: bytes, table_photograph: bytes
) -> None:
    error = await reason_of(client, portrait, table_photograph)
    assert (error.reason, error.metadata["faces"]) == ("SEVERAL_FACES", "6")
    assert len((await client.detect_faces(table_photograph)).faces) == 6


async def test_a_blurred_face_is_inconclusive_with_a_reason(
    client: SmartBranchClient, portrait: bytes, astronaut: ImageRGB
) -> None:
    small = Image.fromarray(astronaut).resize((64, 64)).resize((512, 512))
    answer = await client.verify_faces(portrait, encode_jpeg(np.asarray(small)))
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert answer.reasons[0].code.startswith("FACE_")
    assert answer.reasons[0].text.startswith("probe: ")


@pytest.mark.parametrize("rate", [0.0, -1.0, 2.0, 1e-12, float("nan")])
async def test_a_rate_that_cannot_be_asked_for_is_refused(
    client: SmartBranchClient, portrait: bytes, rate: float
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.verify_faces(portrait, portrait, target_fmr=rate)
    assert caught.value.reason == "ERROR_RATE_OUT_OF_RANGE"


async def test_an_unknown_gallery_or_subject_is_not_found(
    client: SmartBranchClient, portrait: bytes
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.search_faces("tenants/default/galleries/nowhere", portrait)
    assert (caught.value.reason, caught.value.code) == ("GALLERY_NOT_FOUND", "NOT_FOUND")
    with pytest.raises(ApiError) as caught:
        await client.verify_faces("tenants/default/galleries/nowhere/subjects/nobody", portrait)
    assert caught.value.code == "NOT_FOUND"


async def test_another_tenants_gallery_does_not_exist(
    client: SmartBranchClient, portrait: bytes
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.search_faces("tenants/other-bank/galleries/vip", portrait)
    assert caught.value.reason == "GALLERY_NOT_FOUND"


@pytest.mark.parametrize("name", ["", "vip", "tenants/x/galleries/", "tenants/a/galleries/B c"])
async def test_a_malformed_name_is_told(
    client: SmartBranchClient, portrait: bytes, name: str
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.search_faces(name, portrait)
    assert caught.value.reason == "RESOURCE_NAME_INVALID"


async def test_a_retention_beyond_the_calendar_is_refused(client: SmartBranchClient) -> None:
    """Enrolling into such a gallery failed with an internal error."""
    for retention in (timedelta(0), timedelta(days=40_000), timedelta(days=3_652_500)):
        with pytest.raises(ApiError) as caught:
            await client.galleries.create_gallery(
                "default",
                "for-ever",
                purpose="a test",
                legal_basis=LegalBasis.CONTRACT,
                retention=retention,
            )
        assert caught.value.reason == "ARGUMENT_INVALID"
