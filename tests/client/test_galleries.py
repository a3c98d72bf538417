"""Galleries through the client and a real server: create, enrol, search, import, erase."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client import ApiError, Retry, SmartBranchClient
from client.types import (
    Consent,
    ImportPicture,
    ImportProgress,
    ImportReport,
    LegalBasis,
    Outcome,
)
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.server import ServerProcess

TENANT = "default"


def name_of(gallery_id: str) -> str:
    return f"tenants/{TENANT}/galleries/{gallery_id}"


async def create(client: SmartBranchClient, gallery_id: str) -> str:
    made = await client.galleries.create_gallery(
        TENANT,
        gallery_id,
        purpose="recognise private clients",
        legal_basis=LegalBasis.CONTRACT,
        retention=timedelta(days=30),
    )
    assert made.name == name_of(gallery_id)
    return made.name


def pictures_of(portraits: Mapping[str, ImageRGB]) -> list[ImportPicture]:
    return [
        ImportPicture(seat, encode_jpeg(picture), f"{seat}.jpg")
        for seat, picture in portraits.items()
    ]


async def test_a_subject_is_enrolled_found_verified_and_erased(
    client: SmartBranchClient, portrait: bytes, astronaut: ImageRGB
) -> None:
    gallery = await create(client, "clients")
    consent = Consent("form-17", datetime.now(UTC) - timedelta(days=1))
    enrolment = await client.galleries.enrol_subject(
        gallery, "a-1", [portrait], consent=consent, display_name="E. C."
    )
    assert len(enrolment.accepted) == 1
    probe = encode_jpeg(astronaut, quality=60)
    search = await client.search_faces(gallery, probe)
    assert search.outcome is Outcome.MATCH
    assert [hit.subject for hit in search.hits] == [f"{gallery}/subjects/a-1"]
    assert search.hits[0].display_name == "E. C."
    verified = await client.verify_faces(f"{gallery}/subjects/a-1", probe)
    assert verified.outcome is Outcome.MATCH
    assert verified.reference_face is None
    subject = await client.galleries.get_subject(f"{gallery}/subjects/a-1")
    assert subject.consent is not None
    assert subject.consent.reference == "form-17"
    assert subject.expires_at is not None
    receipt = await client.galleries.delete_subject(subject.name)
    assert receipt.is_complete
    assert receipt.resource == subject.name
    assert receipt.stores
    assert (await client.search_faces(gallery, probe)).hits == ()


async def test_a_repeated_request_id_gives_the_same_answer_once(
    client: SmartBranchClient, portrait: bytes
) -> None:
    gallery = await create(client, "repeats")
    first, again = [
        await client.galleries.enrol_subject(gallery, "a-1", [portrait], request_id="req-1")
        for _ in range(2)
    ]
    assert first.accepted[0].template_id == again.accepted[0].template_id
    with pytest.raises(ApiError) as caught:
        await client.galleries.enrol_subject(gallery, "a-1", [portrait])
    assert caught.value.reason == "SUBJECT_EXISTS"


async def test_lists_are_read_page_by_page_to_the_end(
    client: SmartBranchClient, portraits: Mapping[str, ImageRGB]
) -> None:
    gallery = await create(client, "pages")
    async for _ in client.galleries.import_subjects(gallery, pictures_of(portraits)):
        pass
    names = [subject.name async for subject in client.galleries.list_subjects(gallery)]
    assert names == sorted(names)
    assert len(names) >= 4
    galleries = [one.name async for one in client.galleries.list_galleries(TENANT)]
    assert gallery in galleries


async def test_an_import_reports_progress_rejects_and_duplicates(
    client: SmartBranchClient, portraits: Mapping[str, ImageRGB]
) -> None:
    gallery = await create(client, "imported")
    pictures = pictures_of(portraits)
    pictures += [ImportPicture("nobody", b"a text", "notes.txt"), pictures[0]]
    updates = [update async for update in client.galleries.import_subjects(gallery, pictures)]
    report = updates[-1]
    assert isinstance(report, ImportReport)
    assert report.picture_count == len(pictures)
    assert "notes.txt" in [issue.filename for issue in report.rejected]
    assert report.duplicate_count >= 1
    acknowledged = [
        update.acknowledged_sequence for update in updates if isinstance(update, ImportProgress)
    ]
    assert acknowledged == list(range(len(pictures) + 1))


async def import_until_killed(
    client: SmartBranchClient,
    server: ServerProcess,
    gallery: str,
    pictures: list[ImportPicture],
    seen: list[ImportProgress],
) -> None:
    async for update in client.galleries.import_subjects(gallery, pictures):
        assert isinstance(update, ImportProgress)
        seen.append(update)
        if update.acknowledged_sequence == 3:
            assert server.process is not None
            server.process.kill()


async def test_an_import_goes_on_where_a_killed_server_stopped(
    tmp_path: Path, portraits: Mapping[str, ImageRGB]
) -> None:
    pictures = pictures_of(portraits)
    with ServerProcess(tmp_path) as server:
        async with SmartBranchClient(server.grpc, retry=Retry(attempts=1)) as client:
            gallery = await create(client, "resumed")
            started: list[ImportProgress] = []
            with pytest.raises(ApiError) as caught:
                await import_until_killed(client, server, gallery, pictures, started)
            assert caught.value.code == "UNAVAILABLE"
            import_id = started[0].import_id
    sent: list[int] = []

    async def behind(position: int) -> AsyncIterator[ImportPicture]:
        sent.append(position)
        for picture in pictures[position:]:
            yield picture

    with ServerProcess(tmp_path) as server:
        async with SmartBranchClient(server.grpc) as client:
            updates = [
                update
                async for update in client.galleries.import_subjects(gallery, behind, import_id)
            ]
            report = updates[-1]
    assert isinstance(report, ImportReport)
    assert (report.picture_count, report.import_id) == (len(pictures), import_id)
    assert sent[0] >= 3
    assert report.enrolled_count + report.rejected_count == len(pictures)


async def test_an_import_into_no_gallery_is_refused(
    client: SmartBranchClient,
) -> None:
    with pytest.raises(ApiError) as caught:
        async for _ in client.galleries.import_subjects("tenants/default/galleries/none", []):
            pass
    assert caught.value.reason == "GALLERY_NOT_FOUND"
