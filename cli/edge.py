"""`smartbranch edge`: the agent on a branch's box."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.output import EXIT_FAULT, emit, run

app = typer.Typer(no_args_is_help=True, help="Run the agent on a branch's box.")
Config = Annotated[Path | None, typer.Option(help="Settings file of the box, TOML.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def _edge() -> None:
    """Run the agent on a branch's box."""


@app.command("run")
def run_agent(
    config: Config = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check models, cameras and server, and end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry-run: as one object.")] = False,
) -> None:
    """Read the cameras and tell the server what they show, until stopped."""
    run(lambda: _check(config, as_json) if dry_run else _run(config), as_json)


@app.command()
def register(config: Config = None, as_json: AsJson = False) -> None:
    """Register the box with its one-time code, and end; `run` does it as well."""
    run(lambda: _register(config, as_json), as_json)


def _run(config: Path | None) -> None:
    # gRPC would write lines of its own among ours; it reads this when it is imported.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    from branch_edge.process import run_box
    from branch_edge.settings import load_settings
    from serving.memory import return_large_blocks
    from serving.telemetry.logs import configure_logging

    settings = load_settings(config)
    return_large_blocks()
    run_box(settings, configure_logging(settings.log_level))


def _check(config: Path | None, as_json: bool) -> None:
    from branch_edge.dry_run import check_world
    from branch_edge.settings import load_settings
    from serving.telemetry.logs import configure_logging

    settings = load_settings(config)
    checks = check_world(settings, configure_logging("error"))
    is_good = all(check.is_good for check in checks)
    payload = {
        "ready": is_good,
        "checks": [
            {"name": check.name, "good": check.is_good, "text": check.text} for check in checks
        ],
    }
    words = {True: "ok  ", False: "FAIL"}
    lines = (f"{words[check.is_good]} {check.name}: {check.text}" for check in checks)
    emit(payload, as_json, "\n".join(lines))
    if not is_good:
        raise typer.Exit(EXIT_FAULT)


def _register(config: Path | None, as_json: bool) -> None:
    from branch_edge.process import register_box
    from branch_edge.settings import load_settings
    from serving.telemetry.logs import configure_logging

    settings = load_settings(config)
    identity = register_box(settings, configure_logging(settings.log_level))
    payload = {"device": identity.device, "expires_at": identity.expires_at.isoformat()}
    emit(payload, as_json, f"{identity.device}, certificate until {identity.expires_at:%Y-%m-%d}")
