"""`smartbranch evidence`: packs and who signs them; what of a case is kept, and how long."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from base.errors import EvidenceInvalidError
from cli.evidence_remote import app
from cli.output import EXIT_BAD_INPUT, emit, errors_reported, note
from kyc.evidence.types import EvidenceReport, SignerStanding

__all__ = ["app"]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_MARKS = {True: "ok", False: "WRONG", None: "open"}


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The pack, a zip file.")],
    key: Annotated[
        list[Path] | None,
        typer.Option(help="Public key (PEM) of somebody who may have signed it; repeatable."),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="A server's data folder: its keys are trusted, its audit log is asked."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at every byte of a pack, and say what was found.

    Ends with 0 if nothing is wrong, and with 2 if the pack is none or not as it was signed.
    Without a key, or a data folder that has it, nobody is proven to have signed.
    """
    with errors_reported(as_json):
        from cli.evidence_local import verify_pack_here

        report = verify_pack_here(file, key or [], data_dir)
        emit(_payload(report), as_json, _in_words)
        if not report.ok:
            wrong = next(one for one in report.checks if one.passed is False)
            note(f"error {EvidenceInvalidError.reason}: {_shown(wrong.text)}")
            raise typer.Exit(EXIT_BAD_INPUT)


@app.command(name="key")
def show_key(
    tenant: Annotated[str, typer.Option(help="Whose evidence it signs.")] = "default",
    config: Annotated[Path | None, typer.Option(help="Settings file of the local data.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the public key that checks a tenant's packs; it is made if there is none yet."""
    with errors_reported(as_json):
        from cli.evidence_local import public_key_here
        from kyc.evidence.signing import key_id

        pem = public_key_here(tenant, config)
        payload = {"tenant": tenant, "key_id": key_id(pem), "public_key": pem.decode()}
        emit(payload, as_json, pem.decode().strip())


def _payload(report: EvidenceReport) -> dict[str, Any]:
    manifest = report.manifest
    tenant, interview = _said(manifest, "case", "tenant"), _said(manifest, "case", "id")
    return {
        "ok": report.ok,
        "signer": None if report.signer is None else report.signer.value,
        "key_id": report.key_id,
        "interview": f"tenants/{tenant}/interviews/{interview}" if tenant and interview else None,
        "state": _said(manifest, "case", "state"),
        "exported_at": _said(manifest, "exported_at"),
        "checks": [
            {"name": one.name, "passed": one.passed, "text": _shown(one.text)}
            for one in report.checks
        ],
    }


def _said(manifest: object, *path: str) -> str | None:
    """Return a text of the manifest; whoever signed it may have written anything."""
    for name in path:
        manifest = manifest.get(name) if isinstance(manifest, Mapping) else None
    is_line = isinstance(manifest, str) and manifest.isprintable()
    return str(manifest) if is_line else None


def _shown(text: str) -> str:
    """Return a text without what would steer a terminal; names in a pack may be anybody's."""
    return "".join(one if one.isprintable() else "?" for one in text[:500])


def _in_words(payload: Mapping[str, Any]) -> str:
    lines = [_in_short(payload)]
    if payload["interview"]:
        lines.append(f"{payload['interview']}: {payload['state']}")
    lines += [f"  {_MARKS[one['passed']]:<5} {one['text']}" for one in payload["checks"]]
    return "\n".join(lines)


def _in_short(payload: Mapping[str, Any]) -> str:
    """Return what somebody reads who reads one line; anybody can sign what he made up."""
    if not payload["ok"]:
        return "NOT AS IT WAS SIGNED"
    is_known = payload["signer"] == SignerStanding.TRUSTED.value
    return "intact" if is_known else "whole, but not proven to be of the bank: give its --key"
