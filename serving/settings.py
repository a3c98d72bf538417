"""All that can be set about a server: command line over environment over file over default."""

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from base.addresses import Address, is_loopback
from base.settings import read_settings
from serving.deepfake.settings import DeepfakeSettings
from serving.documents.settings import DocumentFields
from serving.edge.settings import EdgeFields
from serving.interview.settings import InterviewFields
from serving.liveness.settings import LivenessSettings
from serving.lobby.settings import LobbyFields
from serving.streams.types import StreamLimits

ENV_PREFIX = "SMARTBRANCH_"
DAY_S = 86_400.0
# With more, each is looked at less often than it takes to see a blink.
SESSIONS_A_CORE = 4
# One clip that comes as fast as it is judged keeps more than a core busy.
CLIPS_A_CORE = 2
DEFAULT_DATA_DIR = Path("~/.local/share/smartbranch")
# Variables with our prefix that belong to set-up and tests, not to the server.
OTHERS_VARIABLES = frozenset({"SMARTBRANCH_SHARED", "SMARTBRANCH_CONFIG"})


class ServerSettings(DocumentFields, EdgeFields, InterviewFields, LobbyFields, BaseSettings):
    """Settings of one server process; also what the command line builds its services from."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, extra="forbid", frozen=True, validate_default=True
    )

    mode: Literal["development", "production"] = Field(
        "development", description="Production insists on accepted model terms and a master key."
    )
    data_dir: Path = Field(
        DEFAULT_DATA_DIR, description="Folder for the database, snapshots, keys and blobs."
    )
    master_key: SecretStr | None = Field(
        None, description="Key of all keys, 64 hex digits or base64; rather use the file."
    )
    master_key_file: Path | None = Field(
        None,
        description="File of the master key, readable by its owner alone; None makes one in "
        "data_dir, in development only.",
    )
    cache: Path | None = Field(None, description="Folder of pulled weights; None for the user's.")

    grpc_listen: Address = Field("127.0.0.1:50051", description="Address of the gRPC server.")
    http_listen: Address = Field("127.0.0.1:8080", description="Address of pages and metrics.")
    http_enabled: bool = Field(True, description="Whether pages and metrics are served.")

    tls_cert_file: Path | None = Field(None, description="Server certificate chain, PEM.")
    tls_key_file: Path | None = Field(None, description="Key of the server certificate, PEM.")
    tls_client_ca_file: Path | None = Field(
        None, description="CA of client certificates, PEM; set, every gRPC client needs one."
    )
    tls_revoked_file: Path | None = Field(
        None, description="Serial numbers of withdrawn client certificates, hex, one a line."
    )

    jwt_key_file: Path | None = Field(
        None, description="Public key (PEM) or, for HS256, a secret of at least 32 bytes."
    )
    jwt_algorithm: Literal["HS256", "RS256", "EdDSA"] = Field(
        "EdDSA", description="The one signature algorithm that tokens may have."
    )
    jwt_issuer: str = Field("", description="Expected `iss` of tokens.")
    jwt_audience: str = Field("smartbranch", description="Expected `aud` of tokens.")
    jwt_leeway_s: float = Field(5.0, ge=0, le=60, description="Allowed clock difference.")

    manifest_file: Path | None = Field(None, description="Catalogue of models; None for ours.")
    detector: str = Field("retinaface-mnet025", description="Id of the face detector.")
    embedder: str = Field("mobilefacenet-fr", description="Id of the face embedder.")
    landmarker: str = Field("face-landmarker", description="Id of the face landmarker.")
    passive: str = Field("pad-texture", description="Id of the passive liveness model.")
    forgery: str = Field("forgery-blend", description="Id of the frame model for forged faces.")
    voice: str = Field(
        "silero-vad", description="Id of the voice activity model; empty leaves sound unjudged."
    )
    spoken_mouth: str = Field(
        "sync-mouth", description="Id of the model of sound and lips; empty leaves sound unjudged."
    )
    mirror: bool = Field(False, description="Average each embedding with its mirror image's.")
    insightface_pack: Path | None = Field(
        None, description="Folder of an InsightFace pack that replaces detector and embedder."
    )
    accepted_models: tuple[str, ...] = Field(
        (), description="Ids of weights whose terms are accepted although they are not open."
    )
    error_rates_file: Path | None = Field(
        None, description="Error-rate table measured on own data; None for the manifest's."
    )

    providers: tuple[Literal["tensorrt", "cuda", "cpu"], ...] = Field(
        ("cpu",), min_length=1, description="Execution providers in the order of preference."
    )
    allow_cpu_fallback: bool = Field(False, description="Start on CPU if no GPU is there.")
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Engine threads."
    )

    max_in_flight: int = Field(
        64, ge=1, le=10_000, description="Requests worked on at once; more are refused."
    )
    max_import_streams: int = Field(4, ge=1, le=100, description="Imports open at once.")
    tenant_share: float = Field(
        0.5, gt=0, le=1, description="Part of each that one tenant may hold, where tokens are set."
    )
    rate_per_s: float = Field(200.0, gt=0, description="Requests a second of one client.")
    rate_burst: int = Field(400, ge=1, description="Requests that a client may send at once.")
    max_picture_bytes: int = Field(
        16 * 1024 * 1024, ge=1024, le=256 * 1024 * 1024, description="Longest picture file."
    )
    max_picture_pixels: int = Field(
        50_000_000, ge=10_000, le=400_000_000, description="Largest picture, width times height."
    )
    max_message_bytes: int = Field(
        40 * 1024 * 1024, ge=4096, le=512 * 1024 * 1024, description="Longest request."
    )
    default_deadline_s: float = Field(
        30.0, gt=0, le=600, description="Time for a request whose caller names none."
    )
    receive_limit_s: float = Field(
        30.0, gt=0, le=600, description="Time for the first or only message of a call to arrive."
    )
    max_silence_s: float = Field(
        300.0, gt=0, description="Silence on a stream after which its sender has gone."
    )
    heartbeat_s: float = Field(
        10.0, gt=0, description="Time between two signs of life to the sender of an import."
    )
    max_sessions: int = Field(
        default_factory=lambda: SESSIONS_A_CORE * (os.cpu_count() or 1),
        ge=1,
        le=1000,
        description="Liveness sessions at once, interrupted ones included.",
    )
    session_max_fps: float = Field(
        15.0, ge=5, le=60, description="Pictures a second of a session that are looked at."
    )
    session_max_chunks_per_s: float = Field(
        60.0, ge=10, le=1000, description="Chunks a second of a session; more are refused."
    )
    session_max_chunk_bytes: int = Field(
        2 * 1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="Longest chunk of a session or clip.",
    )
    session_max_pixels: int = Field(
        4_200_000, ge=10_000, le=50_000_000, description="Largest picture of a session."
    )
    session_limit_s: float = Field(
        300.0, gt=0, le=3600, description="Length of a session, interruptions included."
    )
    session_resume_s: float = Field(
        20.0, ge=0, le=600, description="Time to come back to a session after a lost connection."
    )
    session_silence_s: float = Field(
        6.0, gt=0, le=60, description="Silence in a session after which its client has gone."
    )
    session_heartbeat_s: float = Field(
        2.0, gt=0, le=30, description="Time between two signs of life to the client of a session."
    )
    max_clips: int = Field(
        default_factory=lambda: CLIPS_A_CORE * (os.cpu_count() or 1),
        ge=1,
        le=1000,
        description="Clips checked for forgery at once.",
    )
    clip_limit_s: float = Field(
        300.0, gt=0, le=3600, description="Time for a clip to be sent and judged."
    )
    clip_silence_s: float = Field(
        30.0, gt=0, le=600, description="Silence in a clip after which its sender has gone."
    )
    clip_open_s: float = Field(
        120.0, gt=0, le=3600, description="Time to begin a signed clip after it was opened."
    )
    clip_max_bytes: int = Field(
        64 * 1024 * 1024,
        ge=1024,
        le=2 * 1024 * 1024 * 1024,
        description="Longest clip, as a file or as its chunks.",
    )
    clip_max_s: float = Field(120.0, gt=0, le=3600, description="Length of a clip, as it plays.")
    clip_max_frames: int = Field(7_200, ge=1, description="Pictures of a clip.")
    clip_max_pixels: int = Field(
        9_000_000, ge=10_000, le=50_000_000, description="Largest picture of a clip."
    )
    liveness_max_spoofs: int = Field(
        5, ge=1, description="Sessions of one person that end in SPOOF, then a lock."
    )
    liveness_max_inconclusive: int = Field(
        20, ge=1, description="Sessions of one person that end without an answer, then a lock."
    )
    liveness_window_s: float = Field(
        900.0, gt=0, description="Window of both, and so the length of a lock."
    )
    liveness_memory_days: float = Field(
        90.0, gt=0, description="How long the record of a session is kept."
    )
    drain_s: float = Field(
        10.0, ge=0, le=300, description="Time for running requests when the server stops."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )

    @field_validator("data_dir", "cache")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser()

    @model_validator(mode="after")
    def _check_security(self) -> Self:
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_cert_file and tls_key_file go together")
        for name in ("tls_client_ca_file", "device_listen"):
            if getattr(self, name) is not None and self.tls_cert_file is None:
                raise ValueError(f"{name} needs tls_cert_file")
        if self.tls_revoked_file is not None and self.tls_client_ca_file is None:
            raise ValueError("tls_revoked_file needs tls_client_ca_file")
        listens = [self.grpc_listen] + ([self.http_listen] if self.http_enabled else [])
        public = [address for address in listens if not is_loopback(address)]
        if public and not (self.tls_cert_file and self.jwt_key_file):
            raise ValueError(
                f"{public[0]} can be reached from other machines; set tls_cert_file, "
                "tls_key_file and jwt_key_file, or listen on 127.0.0.1"
            )
        if self.jwt_key_file is not None and not self.jwt_issuer:
            raise ValueError("jwt_key_file needs jwt_issuer, or no token would be accepted")
        if self.session_silence_s <= self.session_heartbeat_s:
            raise ValueError("session_silence_s must be longer than session_heartbeat_s")
        if self.mode == "production" and self.jwt_key_file is None:
            raise ValueError("production needs jwt_key_file")
        if self.mode == "production" and not (self.master_key or self.master_key_file):
            raise ValueError("production needs master_key_file or master_key")
        return self

    @property
    def needs_token(self) -> bool:
        """Whether callers must show a token."""
        return self.jwt_key_file is not None

    @property
    def stream_limits(self) -> StreamLimits:
        """Bounds of one session."""
        return StreamLimits(
            max_chunk_bytes=self.session_max_chunk_bytes,
            max_chunks_per_s=self.session_max_chunks_per_s,
            max_fps=self.session_max_fps,
            session_s=self.session_limit_s,
            resume_s=self.session_resume_s,
            silence_s=self.session_silence_s,
            heartbeat_s=self.session_heartbeat_s,
        )

    @property
    def liveness(self) -> LivenessSettings:
        """Limits of liveness sessions and attempts."""
        return LivenessSettings(
            session_s=self.session_limit_s,
            max_frame_pixels=self.session_max_pixels,
            max_spoof_attempts=self.liveness_max_spoofs,
            max_inconclusive_attempts=self.liveness_max_inconclusive,
            attempt_window_s=self.liveness_window_s,
            memory_s=self.liveness_memory_days * DAY_S,
        )

    @property
    def deepfake(self) -> DeepfakeSettings:
        """Limits of clips that are checked for forgery."""
        return DeepfakeSettings(
            max_clip_bytes=self.clip_max_bytes,
            max_clip_s=self.clip_max_s,
            max_frames=self.clip_max_frames,
            max_frame_pixels=self.clip_max_pixels,
            max_chunk_bytes=self.session_max_chunk_bytes,
            open_s=self.clip_open_s,
        )

    def slots_of_tenant(self, size: int) -> int:
        """Return how many of `size` slots one tenant may hold, all of them if there is one."""
        return max(1, math.ceil(size * self.tenant_share)) if self.needs_token else size


def load_settings(
    config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> ServerSettings:
    """Read the settings. overrides: what the command line says; None values are unset.

    Raises SettingsError, which names what is wrong without repeating its value.
    """
    return read_settings(ServerSettings, config, overrides, OTHERS_VARIABLES)
