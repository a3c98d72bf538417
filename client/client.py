"""The client: one object, one connection, plain values in and out."""

from pathlib import Path
from types import TracebackType
from typing import Self

from grpc_health.v1.health_pb2 import (  # type: ignore[import-untyped]
    HealthCheckRequest,
    HealthCheckResponse,
)
from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

from client import deepfake_wire, liveness_wire, wire
from client.attend import AttendSession
from client.attend_types import AttendOptions
from client.connection import Connection, Retry, TlsFiles
from client.deepfake import ClipCheck, ClipOptions, check_file
from client.deepfake_types import ClipForgery, ImageForgery
from client.devices import DeviceCalls
from client.documents import DocumentCalls
from client.galleries import GalleryCalls
from client.interviews import InterviewCalls
from client.liveness import LivenessRun, SessionOptions
from client.liveness_types import Language, LivenessCheck
from client.lobby import LobbyCalls
from client.types import Detection, Profile, Search, Selection, Verification
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2
from protos.smartbranch.deepfake.v1.deepfake_service_pb2_grpc import DeepfakeServiceStub
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from protos.smartbranch.liveness.v1 import liveness_service_pb2
from protos.smartbranch.liveness.v1.liveness_service_pb2_grpc import LivenessServiceStub
from protos.smartbranch.vision.v1 import face_pb2
from protos.smartbranch.vision.v1 import face_service_pb2 as messages
from protos.smartbranch.vision.v1.face_service_pb2_grpc import FaceServiceStub


class SmartBranchClient:
    """Calls every service; use it as an async context manager.

    address: `host:port`. token: bearer token. timeout_s: for a call that names none.
    Every call raises ApiError with the server's stable reason.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        tls: TlsFiles | None = None,
        timeout_s: float = 30.0,
        retry: Retry | None = None,
    ) -> None:
        self._connection = Connection(address, token, tls, timeout_s, retry or Retry())
        self._faces = FaceServiceStub(self._connection.channel)
        self._liveness = LivenessServiceStub(self._connection.channel)
        self._deepfake = DeepfakeServiceStub(self._connection.channel)
        self._interviews = InterviewServiceStub(self._connection.channel)
        self._health = HealthStub(self._connection.channel)
        self.galleries = GalleryCalls(self._connection)
        self.lobby = LobbyCalls(self._connection)
        self.devices = DeviceCalls(self._connection)
        self.documents = DocumentCalls(self._connection)
        self.interviews = InterviewCalls(self._connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    async def is_serving(self, service: str = "") -> bool:
        """Return whether a service, or with "" the whole server, is ready."""
        request = HealthCheckRequest(service=service)
        answer = await self._connection.call(self._health.Check, request)
        return bool(answer.status == HealthCheckResponse.SERVING)

    async def detect_faces(
        self, picture: bytes, profile: Profile = Profile.PORTRAIT, timeout_s: float | None = None
    ) -> Detection:
        """Return the faces of a picture."""
        request = messages.DetectFacesRequest(
            picture=picture, profile=messages.DetectFacesRequest.Profile.Value(profile.value)
        )
        answer = await self._connection.call(self._faces.DetectFaces, request, timeout_s)
        return wire.detection_from(answer)

    async def verify_faces(
        self,
        reference: bytes | str,
        probe: bytes,
        *,
        target_fmr: float | None = None,
        selection: Selection = Selection.SINGLE,
        request_id: str = "",
        timeout_s: float | None = None,
    ) -> Verification:
        """Compare a picture with another one, or with a subject's resource name."""
        request = messages.VerifyFacesRequest(
            probe_picture=probe,
            target_fmr=target_fmr,
            selection=face_pb2.FaceSelection.Value(selection.value),
            request_id=request_id,
        )
        if isinstance(reference, str):
            request.reference_subject = reference
        else:
            request.reference_picture = reference
        answer = await self._connection.call(self._faces.VerifyFaces, request, timeout_s)
        return wire.verification_from(answer)

    async def search_faces(
        self,
        gallery: str,
        probe: bytes,
        *,
        top_k: int | None = None,
        target_fpir: float | None = None,
        request_id: str = "",
        timeout_s: float | None = None,
    ) -> Search:
        """Look a picture up in a gallery, named by its resource name."""
        request = messages.SearchFacesRequest(
            gallery=gallery,
            probe_picture=probe,
            top_k=top_k,
            target_fpir=target_fpir,
            request_id=request_id,
        )
        answer = await self._connection.call(self._faces.SearchFaces, request, timeout_s)
        return wire.search_from(answer)

    async def check_liveness(
        self,
        picture: bytes,
        *,
        selection: Selection = Selection.SINGLE,
        request_id: str = "",
        timeout_s: float | None = None,
    ) -> LivenessCheck:
        """Judge whether one picture shows a living person; a session tells more."""
        request = liveness_service_pb2.CheckImageRequest(
            picture=picture,
            selection=face_pb2.FaceSelection.Value(selection.value),
            request_id=request_id,
        )
        answer = await self._connection.call(self._liveness.CheckImage, request, timeout_s)
        return liveness_wire.check_from(answer)

    def run_liveness(
        self,
        *,
        person: str = "",
        challenge_count: int | None = None,
        accessible: bool = False,
        language: Language = Language.ENGLISH,
        request_id: str = "",
    ) -> LivenessRun:
        """Return a guided session, to be entered with `async with`.

        person: your own id of whoever is tested; attempts are counted by it.
        """
        options = SessionOptions(
            person=person,
            challenge_count=challenge_count,
            accessible=accessible,
            language=language,
            request_id=request_id,
        )
        return LivenessRun(self._connection, self._liveness, options)

    def attend(self, options: AttendOptions) -> AttendSession:
        """Return one participant's attendance of an interview, to be entered with `async with`."""
        return AttendSession(self._connection, self._interviews, options)

    async def check_deepfake_image(
        self,
        picture: bytes,
        *,
        selection: Selection = Selection.SINGLE,
        wants_heat_map: bool = False,
        request_id: str = "",
        timeout_s: float | None = None,
    ) -> ImageForgery:
        """Judge whether one picture is what a camera saw; a clip tells more."""
        request = deepfake_service_pb2.CheckImageRequest(
            picture=picture,
            selection=face_pb2.FaceSelection.Value(selection.value),
            wants_heat_map=wants_heat_map,
            request_id=request_id,
        )
        answer = await self._connection.call(self._deepfake.CheckImage, request, timeout_s)
        return deepfake_wire.image_from(answer)

    def open_clip(
        self, *, is_signed: bool = True, wants_heat_map: bool = False, request_id: str = ""
    ) -> ClipCheck:
        """Return a clip to be filmed, entered with `async with`; it is signed on its way."""
        options = ClipOptions("", is_signed, wants_heat_map, request_id)
        return ClipCheck(self._connection, self._deepfake, options)

    async def check_clip_file(
        self, path: Path, *, wants_heat_map: bool = False, request_id: str = ""
    ) -> ClipForgery:
        """Judge whether a clip that is a file is what a camera saw."""
        options = ClipOptions("", False, wants_heat_map, request_id)
        return await check_file(self._connection, path, options)
