"""What can be set about boxes in branches."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from base.addresses import Address


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """What the service of boxes needs to know.

    window: records of a camera on their way without an acknowledgement.
    device_address: where boxes find the device port, `host:port`; None for the port on the host
    that they called.
    """

    certificate_life: timedelta = timedelta(days=90)
    late_after_s: float = 10.0
    silence_s: float = 20.0
    window: int = 64
    device_address: str | None = None


class EdgeFields(BaseSettings):
    """Settings of the server that concern boxes."""

    device_listen: Address | None = Field(
        None,
        description="Address of a second gRPC port that takes boxes alone, by their device "
        "certificates; None takes them on grpc_listen. Needs tls_cert_file.",
    )
    device_address: str | None = Field(
        None,
        pattern=r"^[^\s/:]+:\d{1,5}$",
        description="host:port under which boxes reach device_listen; None for its port on the "
        "host that they registered with.",
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

    @property
    def edge(self) -> EdgeSettings:
        """What the service of boxes needs to know."""
        return EdgeSettings(
            certificate_life=timedelta(days=self.device_certificate_days),
            late_after_s=self.edge_late_after_s,
            silence_s=self.edge_silence_s,
            window=self.edge_window,
            device_address=self.device_address,
        )
