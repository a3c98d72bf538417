"""What can be set about boxes in branches."""

from pydantic import Field
from pydantic_settings import BaseSettings

from serving.addresses import Address


class EdgeFields(BaseSettings):
    """Settings of the server that concern boxes."""

    device_listen: Address | None = Field(
        None,
        description="Address of a second gRPC port that takes boxes alone, by their device "
        "certificates; None takes them on grpc_listen. Needs tls_cert_file.",
    )
    device_certificate_days: float = Field(
        90.0, gt=0, le=825, description="Life of a device certificate."
    )
    edge_late_after_s: float = Field(
        10.0, gt=0, le=3600, description="Age at which a record is late: kept, and not alerted."
    )
    edge_silence_s: float = Field(
        20.0, gt=1, le=600, description="Silence after which a box has gone."
    )
    edge_window: int = Field(
        64, ge=1, le=1024, description="Records of a camera on their way without acknowledgement."
    )
    max_cameras: int = Field(256, ge=1, le=10_000, description="Camera streams open at once.")
