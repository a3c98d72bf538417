"""One JSON object a line on standard error."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor


def configure_logging(level: str, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Send our logs and those of libraries to `stream` (standard error) and return ours."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    output = stream or sys.stderr
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries tell their whole life at `info`.
    root.setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    return make_logger(level, output, shared)


def make_logger(
    level: str, stream: TextIO, processors: list[Processor] | None = None
) -> FilteringBoundLogger:
    """Return a logger that writes JSON lines to `stream` and touches nothing else."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            *(processors or []),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return logger
