"""From an address to a source that runs."""

from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from base.clock import Clock, SystemClock
from branch_edge.news import CameraNews
from branch_edge.sampling import FrameSampler, SamplingSettings
from branch_edge.sources.address import CameraAddress, SourceKind
from branch_edge.sources.camera import CameraSource
from branch_edge.sources.cameras import camera_reader
from branch_edge.sources.files import FileReader
from branch_edge.sources.settings import SourceSettings


def open_source(
    name: str,
    address: CameraAddress,
    log: FilteringBoundLogger,
    settings: SourceSettings | None = None,
    sampling: SamplingSettings | None = None,
    on_news: Callable[[CameraNews], None] = lambda news: None,
    clock: Clock | None = None,
) -> CameraSource:
    """Start to read a camera, file or folder; call it on the event loop that will receive.

    Returns at once: a camera that is not there is waited for, and told by `on_news`.
    """
    settings, clock = settings or SourceSettings(), clock or SystemClock()
    is_live = address.kind in (SourceKind.RTSP, SourceKind.USB)
    reader = (camera_reader if is_live else FileReader)(address, settings, clock)
    sampler = FrameSampler(sampling or SamplingSettings())
    source = CameraSource(name, reader, settings, sampler, clock, log, on_news)
    source.start()
    return source
