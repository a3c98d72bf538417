"""The client with its waiting hidden: the tour asks one thing after another."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from client import ApiError, SmartBranchClient
from client.deepfake_types import ClipForgery, ImageForgery
from client.interview_types import Interview, NewInterview, NewParticipant
from client.liveness_types import Event, LivenessCheck, Opened, Verdict
from client.types import (
    Consent,
    Detection,
    Enrolment,
    LegalBasis,
    Profile,
    Receipt,
    Search,
    Verification,
)
from tour.attending import Actor, Attendance, attend
from tour.tampering import Edits, send_edited

T = TypeVar("T")
NOT_REFUSED = "not refused"
SESSION_LIMIT_S = 90.0


class Door:
    """Calls a running server; every method raises ApiError with the server's reason."""

    def __init__(self, runner: asyncio.Runner, client: SmartBranchClient, address: str) -> None:
        self._runner = runner
        self._client = client
        self._address = address

    def _wait(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    def detect(self, picture: bytes, profile: Profile = Profile.PORTRAIT) -> Detection:
        """Find faces."""
        return self._wait(self._client.detect_faces(picture, profile))

    def verify(
        self, reference: bytes | str, probe: bytes, target_fmr: float | None = None
    ) -> Verification:
        """Compare a picture with another, or with a subject by resource name."""
        return self._wait(self._client.verify_faces(reference, probe, target_fmr=target_fmr))

    def search(self, gallery: str, probe: bytes) -> Search:
        """Look a picture up in a gallery."""
        return self._wait(self._client.search_faces(gallery, probe))

    def check_liveness(self, picture: bytes) -> LivenessCheck:
        """Judge one picture."""
        return self._wait(self._client.check_liveness(picture))

    def run_session(
        self, pictures: Sequence[bytes], fps: float, challenge_count: int = 1
    ) -> tuple[tuple[Event, ...], Verdict]:
        """Run a guided session on pictures, over and over; return what it said and the verdict."""
        return self._wait(_run_session(self._client, pictures, fps, challenge_count))

    def check_forgery(self, picture: bytes) -> ImageForgery:
        """Judge whether one picture is what a camera saw."""
        return self._wait(self._client.check_deepfake_image(picture))

    def check_clip(self, clip: bytes) -> ClipForgery:
        """Judge a clip that is a file."""
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            file.write(clip)
            file.flush()
            return self._wait(self._client.check_clip_file(Path(file.name)))

    def film_signed(self, pictures: Sequence[bytes], fps: float) -> ClipForgery:
        """Send pictures as a camera gives them, signed one by one."""
        return self._wait(_film_signed(self._client, pictures, fps))

    def film_edited(self, pictures: Sequence[bytes], fps: float, edits: Edits) -> ClipForgery:
        """Send them signed, with some exchanged on the way; `edits` by place."""
        return send_edited(self._address, pictures, fps, edits)

    def create_interview(
        self, product: str, participants: Sequence[NewParticipant]
    ) -> NewInterview:
        """Open a case."""
        return self._wait(self._client.interviews.create(product, participants))

    def get_interview(self, name: str) -> Interview:
        """Return a case."""
        return self._wait(self._client.interviews.get(name))

    def attend(self, token: str, actor: Actor) -> Attendance:
        """Attend an interview to its verdict."""
        return self._wait(attend(self._client, token, actor))

    def export_evidence(self, name: str) -> bytes:
        """Return the evidence pack of a case."""
        return self._wait(_export(self._client, name))

    def create_gallery(
        self,
        tenant: str,
        gallery_id: str,
        purpose: str,
        basis: LegalBasis = LegalBasis.CONTRACT,
    ) -> None:
        """Create a gallery; on the basis of a contract nobody has to consent."""
        call = self._client.galleries.create_gallery(
            tenant, gallery_id, purpose=purpose, legal_basis=basis
        )
        self._wait(call)

    def enrol(
        self, gallery: str, subject_id: str, picture: bytes, consent: Consent | None = None
    ) -> Enrolment:
        """Enrol a person from one picture."""
        call = self._client.galleries.enrol_subject(gallery, subject_id, [picture], consent=consent)
        return self._wait(call)

    def delete_subject(self, name: str) -> Receipt:
        """Erase a subject."""
        return self._wait(self._client.galleries.delete_subject(name))


@contextmanager
def open_door(address: str) -> Iterator[Door]:
    """Open a connection to `host:port` and close it afterwards."""
    with asyncio.Runner() as runner:
        client = runner.run(_connect(address))
        try:
            yield Door(runner, client, address)
        finally:
            runner.run(client.close())


async def _connect(address: str) -> SmartBranchClient:
    # grpc.aio binds a channel to the loop that runs while it is made.
    return SmartBranchClient(address)


async def _run_session(
    client: SmartBranchClient, pictures: Sequence[bytes], fps: float, challenge_count: int
) -> tuple[tuple[Event, ...], Verdict]:
    events: list[Event] = []
    async with asyncio.timeout(SESSION_LIMIT_S), asyncio.TaskGroup() as group:
        async with client.run_liveness(challenge_count=challenge_count) as run:

            async def send() -> None:
                number = 0
                while run.verdict is None:
                    run.send(pictures[number % len(pictures)], pts_s=number / fps)
                    number += 1
                    await asyncio.sleep(1 / fps)

            async for event in run:
                events.append(event)
                if isinstance(event, Opened) and not event.is_return:
                    group.create_task(send())
    assert run.verdict is not None
    return tuple(events), run.verdict


async def _export(client: SmartBranchClient, name: str) -> bytes:
    return b"".join([part async for part in client.interviews.export_evidence(name)])


async def _film_signed(
    client: SmartBranchClient, pictures: Sequence[bytes], fps: float
) -> ClipForgery:
    async with asyncio.timeout(SESSION_LIMIT_S), client.open_clip() as clip:
        for number, picture in enumerate(pictures):
            if not await clip.send_picture(picture, pts_s=number / fps):
                break
            await asyncio.sleep(1 / fps)
        return await clip.finish()


def reason_of(attempt: Callable[[], object]) -> str:
    """Return the reason with which an attempt is refused."""
    try:
        attempt()
    except ApiError as error:
        return error.reason
    return NOT_REFUSED
