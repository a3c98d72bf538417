"""`smartbranch audit`: check the log that shows tampering."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import EXIT_FAULT, emit, errors_reported, note

app = typer.Typer(no_args_is_help=True, help="Check the log that shows tampering.")

ConfigOption = Annotated[Path | None, typer.Option(help="Settings file of the local data.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def verify(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Walk every chain of the audit log and say the first line that does not add up.

    Ends with 0 if the log is intact and with 1 if it is not.
    """
    with errors_reported(as_json):
        from cli.audit_local import open_audit

        with open_audit(config) as audit:
            report = audit.verify()
        broken = report.first_broken
        payload = {
            "intact": report.is_intact,
            "lines": report.line_count,
            "writers": dict(report.writers),
            "anchors": report.anchor_count,
            "first_broken": None
            if broken is None
            else {
                "writer": broken.writer,
                "line": broken.sequence,
                "problem": broken.problem,
                "reason": "AUDIT_BROKEN",
            },
        }
        if broken is None:
            emit(payload, as_json, f"intact: {report.line_count} lines")
            return
        place = f"line {broken.sequence} of {broken.writer}: {broken.problem}"
        emit(payload, as_json, f"broken at {place}")
        note(f"error AUDIT_BROKEN: broken at {place}")
        raise typer.Exit(EXIT_FAULT)


@app.command()
def reseal(
    actor: Annotated[str, typer.Option(help="Id of who vouches for the log as it stands.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seal the heads anew after the database was restored from a backup; it is recorded."""
    with errors_reported(as_json):
        from cli.audit_local import open_audit

        with open_audit(config) as audit:
            audit.reseal(actor)
        emit({"resealed": True}, as_json, "sealed")
