"""`smartbranch demo`: the guided tour."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
# Where there is no terminal to ask, as in a log.
LOG_WIDTH = 120


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the tour instead of staying up.")
    ] = False,
    pictures: Annotated[
        Path, typer.Option(help="Folder for the drawn picture and the portraits.")
    ] = Path("out/tour"),
) -> None:
    """Take the guided tour on real photographs; exit 1 if an answer is not as promised."""
    import tempfile

    from rich.console import Console

    from tour.guide import Folders, take_tour

    console = Console()
    if not console.is_terminal:
        console = Console(width=LOG_WIDTH)
    with tempfile.TemporaryDirectory(prefix="smartbranch-tour-") as data:
        code = take_tour(Folders(Path(data), pictures), once, console)
    raise typer.Exit(code)
