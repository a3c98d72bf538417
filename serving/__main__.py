"""`python -m serving`: the server process, from signals to exit code."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import cv2
from structlog.typing import FilteringBoundLogger

from base.errors import SmartBranchError
from serving.assembly import build_services
from serving.files import allow_many_files
from serving.memory import return_large_blocks
from serving.server import Server
from serving.settings import ServerSettings, load_settings
from serving.telemetry.logs import configure_logging

EXIT_FAULT = 1
# The event loop needs the interpreter for moments at a time; at Python's 5 ms it waits longer
# behind the threads that read pictures than it works.
SWITCH_INTERVAL_S = 0.001


def serve(settings: ServerSettings, dry_run: bool = False) -> int:
    """Run the server until SIGTERM or SIGINT; return the process's exit code.

    dry_run: bind, read keys, open the database, warm the models up, and end.
    """
    log = configure_logging(settings.log_level)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # Requests run side by side already; threads inside one small picture only get in their way.
    cv2.setNumThreads(1)
    return_large_blocks()
    allow_many_files()
    try:
        if dry_run:
            check_world(settings, log)
        else:
            asyncio.run(_serve(settings, log))
    except SmartBranchError as error:
        log.error("cannot serve", reason=error.reason, error=error.message)
        return EXIT_FAULT
    return 0


def check_world(settings: ServerSettings, log: FilteringBoundLogger) -> None:
    """Do everything that a start does, short of serving. Raises what is in the way."""
    asyncio.run(_bind_only(settings, log))
    with build_services(settings) as services:
        services.warm_up()
        log.info(
            "ready to serve",
            detector=services.detector.marked_id,
            embedder=services.embedder.marked_id,
            provider=services.embedder.provider,
        )


async def _bind_only(settings: ServerSettings, log: FilteringBoundLogger) -> None:
    await Server(settings, log).close()


async def _serve(settings: ServerSettings, log: FilteringBoundLogger) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Server(settings, log).run(stop)


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m serving")
    parser.add_argument("--config", type=Path, help="settings file, TOML")
    parser.add_argument("--dry-run", action="store_true", help="check everything, serve nothing")
    arguments = parser.parse_args()
    try:
        settings = load_settings(arguments.config)
    except SmartBranchError as error:
        print(f"error {error.reason}: {error.message}", file=sys.stderr)
        return EXIT_FAULT
    return serve(settings, arguments.dry_run)


if __name__ == "__main__":
    sys.exit(main())
