"""`smartbranch serve`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    config: Annotated[Path | None, typer.Option(help="Settings file, TOML.")] = None,
    grpc_listen: Annotated[str | None, typer.Option(help="HOST:PORT of the gRPC server.")] = None,
    http_listen: Annotated[str | None, typer.Option(help="HOST:PORT of pages and metrics.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check models, keys, database and ports, and end.")
    ] = False,
) -> None:
    """Serve gRPC and HTTP until stopped."""
    from serving.__main__ import serve as run_server
    from serving.settings import load_settings

    settings = load_settings(config, {"grpc_listen": grpc_listen, "http_listen": http_listen})
    raise typer.Exit(run_server(settings, dry_run))
