"""How sources are opened, played and tried again."""

from dataclasses import dataclass, field

from media.containers import ClipLimits
from media.live import Transport


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """When a camera that is away is tried again; each wait is shortened by chance, to a half.

    first_s: after the first failure; doubles up to most_s. slow_s: where only a person can help,
    as with a wrong password, which a camera may answer by locking the account.
    """

    first_s: float = 1.0
    most_s: float = 30.0
    slow_s: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.most_s or not self.slow_s > 0:
            raise ValueError(
                "retries need 0 < first_s <= most_s and slow_s > 0, got "
                f"{self.first_s:g}, {self.most_s:g} and {self.slow_s:g}"
            )


# A day of footage and more; a file on the box's own disk is not an attack.
FILE_LIMITS = ClipLimits(
    max_bytes=64 * 1024**3, max_duration_s=48 * 3600, max_pixels=9_000_000, max_frames=10_000_000
)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One source. transport: of RTSP. open_timeout_s: until it says what it sends.

    stall_after_s: silence before it is opened anew. max_pixels: width times height.
    max_clock_lead_s, max_clock_lag_s: how far a camera's clock may be before and behind this
    box's; beyond, arrival is taken for the time of capture. device_size_wh, device_fps: what a USB
    camera is asked for. is_looped, is_paced: of files and folders; unpaced ones are read as fast as
    frames are taken, and none is dropped. folder_fps: pictures a second.
    """

    transport: Transport = Transport.TCP
    open_timeout_s: float = 10.0
    stall_after_s: float = 10.0
    max_pixels: int = 9_000_000
    max_clock_lead_s: float = 0.5
    max_clock_lag_s: float = 5.0
    device_size_wh: tuple[int, int] | None = None
    device_fps: float | None = None
    is_looped: bool = False
    is_paced: bool = True
    folder_fps: float = 5.0
    retry: RetrySettings = field(default_factory=RetrySettings)
    file_limits: ClipLimits = FILE_LIMITS

    def __post_init__(self) -> None:
        for name in ("open_timeout_s", "stall_after_s", "folder_fps"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name):g}")
