"""Resource names of boxes and their cameras."""

from dataclasses import dataclass

from base.errors import InvalidResourceNameError
from base.ids import check_id
from lobby.seen import CameraRef


@dataclass(frozen=True, slots=True)
class DeviceName:
    """`tenants/{tenant}/devices/{device}`."""

    tenant: str
    device: str

    def __post_init__(self) -> None:
        check_id(self.tenant, "tenant")
        check_id(self.device, "device")

    def __str__(self) -> str:
        return f"tenants/{self.tenant}/devices/{self.device}"

    @classmethod
    def parse(cls, name: str) -> "DeviceName":
        """Read a resource name. Raises InvalidResourceNameError."""
        parts = name.split("/")
        if len(parts) != 4 or parts[0] != "tenants" or parts[2] != "devices":
            raise InvalidResourceNameError(
                "expected a name like tenants/{tenant}/devices/{device}", field="device"
            )
        return cls(parts[1], parts[3])


@dataclass(frozen=True, slots=True)
class CameraName:
    """`tenants/{tenant}/devices/{device}/cameras/{camera}`."""

    tenant: str
    device: str
    camera: str

    def __post_init__(self) -> None:
        DeviceName(self.tenant, self.device)
        check_id(self.camera, "camera")

    def __str__(self) -> str:
        return f"{self.parent}/cameras/{self.camera}"

    @property
    def parent(self) -> DeviceName:
        """The box."""
        return DeviceName(self.tenant, self.device)

    @property
    def ref(self) -> CameraRef:
        """The camera within its tenant."""
        return CameraRef(self.device, self.camera)

    @classmethod
    def parse(cls, name: str) -> "CameraName":
        """Read a resource name. Raises InvalidResourceNameError."""
        head, separator, camera = name.rpartition("/cameras/")
        if not separator:
            raise InvalidResourceNameError(
                "expected a name like tenants/{tenant}/devices/{device}/cameras/{camera}",
                field="camera",
            )
        parent = DeviceName.parse(head)
        return cls(parent.tenant, parent.device, camera)
