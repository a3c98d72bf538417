"""All that can be set about a box: environment over file over default."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from base.addresses import Address, is_loopback
from base.errors import SmartBranchError
from base.ids import check_id
from base.settings import read_settings
from branch_edge.scene_table import SceneTable
from branch_edge.sources.address import CameraAddress
from branch_edge.spool.types import SpoolLimits
from media.live import Transport

ENV_PREFIX = "EDGE_"
DAY_S = 86_400.0
DEFAULT_DATA_DIR = Path("~/.local/share/smartbranch-edge")
MAX_CAMERAS = 32


class CameraFields(BaseModel):
    """One `[[camera]]`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    id: str = Field(description="Id of its own on this box.")
    address: SecretStr = Field(
        description="`rtsp://`, `rtsps://`, `/dev/videoN`, a file, or a folder of pictures."
    )
    display_name: str = Field("", max_length=100, description="Name for people; empty for the id.")
    transport: Transport = Field(Transport.TCP, description="What RTSP goes over: `tcp` or `udp`.")
    loop: bool = Field(False, description="Whether a file begins again at its end.")
    stall_after_s: float = Field(
        10.0, gt=0, le=600, description="Silence after which the camera is opened anew."
    )
    scene: SceneTable | None = Field(
        None, description="How its pictures are looked at until the server says otherwise."
    )

    @field_validator("id")
    @classmethod
    def _is_id(cls, value: str) -> str:
        try:
            return check_id(value, "camera")
        except SmartBranchError as error:
            raise ValueError(error.message) from None

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        try:
            CameraAddress.parse(value.get_secret_value())
        except SmartBranchError as error:
            raise ValueError(error.message) from None
        return value


class EdgeSettings(BaseSettings):
    """Settings of one box."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, extra="forbid", frozen=True, validate_default=True
    )

    server: Address = Field(
        "127.0.0.1:50051", description="Where the box registers; the server may name another "
        "address for streams."
    )  # fmt: skip
    server_ca_file: Path | None = Field(
        None, description="Who signed the server's certificate, PEM; None for the system's list."
    )
    insecure: bool = Field(
        False, description="Speak without TLS; only to a server on this machine."
    )
    code: SecretStr | None = Field(None, description="One-time code; rather use the file.")
    code_file: Path | None = Field(
        None, description="File with the one-time code; wanted until the box is registered."
    )
    data_dir: Path = Field(
        DEFAULT_DATA_DIR, description="Folder for the box's key, certificate, scenes and spool."
    )
    spool_key: SecretStr | None = Field(
        None, description="Key of the spool, 64 hex digits; rather use the file."
    )
    spool_key_file: Path | None = Field(
        None, description="File of the spool's key; None makes one in data_dir, on the same disk."
    )
    spool_max_bytes: int = Field(
        512 * 1024 * 1024, ge=1024 * 1024, description="Most bytes that wait on disk."
    )
    spool_max_records: int = Field(200_000, ge=100, description="Most records that wait.")
    spool_max_days: float = Field(7.0, gt=0, le=90, description="Age at which a record is dropped.")
    spool_memory_bytes: int = Field(
        32 * 1024 * 1024, ge=1024, description="Most bytes that wait while the disk takes nothing."
    )
    workers: int | None = Field(
        None, ge=1, le=64, description="Threads that look at frames; None for one a core."
    )
    health_every_s: float = Field(
        5.0, ge=0.1, le=60, description="How often the box says how it is."
    )
    max_backoff_s: float = Field(
        10.0, ge=0.1, le=600, description="Longest wait before the server is tried again."
    )
    manifest_file: Path | None = Field(None, description="Catalogue of models; None for ours.")
    cache: Path | None = Field(None, description="Folder of pulled weights; None for the user's.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )
    camera: tuple[CameraFields, ...] = Field(
        (), max_length=MAX_CAMERAS, description="The cameras, each a `[[camera]]`."
    )

    @field_validator("data_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.camera:
            raise ValueError("there is no [[camera]]; a box needs at least one")
        ids = [camera.id for camera in self.camera]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"cameras need ids of their own; given twice: {', '.join(twice)}")
        if self.insecure and not is_loopback(self.server):
            raise ValueError(f"insecure is for a server on this machine; {self.server} needs TLS")
        if self.code is not None and self.code_file is not None:
            raise ValueError("give the one-time code or its file, not both")
        if self.spool_key is not None and self.spool_key_file is not None:
            raise ValueError("give the spool's key or its file, not both")
        return self

    @property
    def spool_limits(self) -> SpoolLimits:
        """Limits of the spool."""
        return SpoolLimits(
            max_bytes=self.spool_max_bytes,
            max_records=self.spool_max_records,
            max_age_s=self.spool_max_days * DAY_S,
            memory_bytes=self.spool_memory_bytes,
        )

    @property
    def worker_count(self) -> int:
        """Threads that look at frames."""
        return self.workers or os.cpu_count() or 1


def load_settings(
    file: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> EdgeSettings:
    """Return the settings of a box. Raises SettingsError."""
    return read_settings(EdgeSettings, file, overrides)
