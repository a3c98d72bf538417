import grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (  # type: ignore[import-untyped]
    ProtoReflectionDescriptorDatabase,
)

from tests.support.server import ServerProcess


def test_the_server_describes_itself(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.grpc) as channel:
        described = ProtoReflectionDescriptorDatabase(channel)
        assert set(described.get_services()) == {
            "smartbranch.vision.v1.FaceService",
            "smartbranch.vision.v1.GalleryService",
            "smartbranch.vision.v1.DocumentService",
            "smartbranch.kyc.v1.InterviewService",
            "smartbranch.liveness.v1.LivenessService",
            "smartbranch.deepfake.v1.DeepfakeService",
            "smartbranch.edge.v1.EdgeService",
            "smartbranch.edge.v1.DeviceService",
            "smartbranch.lobby.v1.LobbyService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
        }
        file = described.FindFileContainingSymbol("smartbranch.vision.v1.FaceService")
        assert [service.name for service in file.service] == ["FaceService"]
