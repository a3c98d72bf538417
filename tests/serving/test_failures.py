"""The error tree is mapped whole, the same way over gRPC and HTTP."""

import grpc
import pytest
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped]
    ErrorInfo,
    RetryInfo,
)

from base.errors import NoFaceError, RateLimitedError, SmartBranchError, leaves
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2
from protos.smartbranch.lobby.v1 import lobby_service_pb2
from protos.smartbranch.vision.v1 import document_service_pb2, face_service_pb2, gallery_service_pb2
from serving.failures import DOMAIN, HTTP_STATUS, failure_of
from serving.grpc.server import names_in
from serving.grpc.status import status_of
from serving.permissions import ALLOWED


@pytest.mark.parametrize("leaf", leaves(SmartBranchError), ids=lambda leaf: leaf.reason)
def test_every_error_has_its_status(leaf: type[SmartBranchError]) -> None:
    failure = failure_of(leaf("a message", gallery="vip"), "req-1")
    assert failure.code in grpc.StatusCode.__members__
    assert failure.http_status == HTTP_STATUS[leaf.grpc_code]
    status = status_of(failure)
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == (leaf.reason, DOMAIN)
    assert dict(info.metadata) == {"gallery": "vip", "request_id": "req-1"}


def test_an_unexpected_error_tells_only_the_requests_id() -> None:
    failure = failure_of(ValueError("tenant li has embedding [0.1, 0.2]"), "req-7")
    assert (failure.code, failure.reason, failure.is_fault) == ("INTERNAL", "INTERNAL", True)
    assert "req-7" in failure.message
    assert "li" not in failure.message.split()
    assert failure.metadata == {"request_id": "req-7"}


def test_a_rate_limit_says_when_to_come_back() -> None:
    failure = failure_of(RateLimitedError("slow down", retry_after_s="0.250"), "req-1")
    retry = RetryInfo()
    assert status_of(failure).details[1].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 250
    assert failure.retry_after_header == "1"
    assert failure_of(NoFaceError("no"), "req-1").retry_after_header is None


FILES = (
    face_service_pb2.DESCRIPTOR,
    gallery_service_pb2.DESCRIPTOR,
    liveness_service_pb2.DESCRIPTOR,
    deepfake_service_pb2.DESCRIPTOR,
    edge_service_pb2.DESCRIPTOR,
    lobby_service_pb2.DESCRIPTOR,
    document_service_pb2.DESCRIPTOR,
    interview_service_pb2.DESCRIPTOR,
)


def test_every_method_says_who_may_call_it() -> None:
    methods = {
        f"{service.full_name}/{method.name}"
        for file in FILES
        for service in file.services_by_name.values()
        for method in service.methods
    }
    # What pages ask without a call of its own has no service in its name.
    assert {name for name in ALLOWED if "/" in name} == methods
    assert len(names_in(face_service_pb2.DESCRIPTOR)) == 1
