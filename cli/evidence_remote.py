"""What `smartbranch evidence` asks of a server that runs: packs, holds, erasure."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from base.errors import EvidenceInvalidError, InvalidArgumentError
from cli.asking import ask_server
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from client import SmartBranchClient

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Export, verify, hold and erase what is kept.")
SERVER = "127.0.0.1:50051"
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it is kept.")]
TenantOption = Annotated[str, typer.Option(help="Tenant of the token.")]
ServerOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="gRPC address of the server.")]
TokenOption = Annotated[str | None, typer.Option(help="Bearer token of who asks.")]
CaOption = Annotated[Path | None, typer.Option(help="Who signed the server's certificate, PEM.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def export(
    case: CaseArgument,
    out: Annotated[Path, typer.Option(help="File to write; one that is there is not replaced.")],
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the evidence pack of a case that is in review or decided, and look at every byte."""
    with errors_reported(as_json):
        from kyc.evidence.verify import verify_pack

        if out.exists():
            raise InvalidArgumentError(f"{out} is there already", field="out")
        name = _name(case, tenant)
        draft = _draft_beside(out)
        try:
            ask_server(server, token, ca, lambda client: _fetch(client, name, draft))
            report = verify_pack(draft)
            if not report.ok:
                raise EvidenceInvalidError(f"the pack of {name} did not arrive whole; ask again")
            draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)
        payload = {"interview": name, "file": str(out), "key_id": report.key_id}
        emit(payload, as_json, f"{out}: the evidence of {name}")


@app.command()
def hold(
    case: CaseArgument,
    reason: ReasonOption,
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a case, whatever its time: it is neither purged nor erased."""
    _set_hold(case, True, reason, tenant, server, token, ca, as_json)


@app.command()
def release(
    case: CaseArgument,
    reason: ReasonOption,
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a hold."""
    _set_hold(case, False, reason, tenant, server, token, ca, as_json)


@app.command()
def erase(
    case: CaseArgument,
    reason: ReasonOption,
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase everything of a case, and say what there was."""
    with errors_reported(as_json):
        name = _name(case, tenant)
        receipt = ask_server(
            server, token, ca, lambda client: client.interviews.erase(name, reason)
        )
        held = {one.store: one.erased_count for one in receipt.stores}
        payload = {
            "interview": receipt.name,
            "erased_at": receipt.erased_at.isoformat(),
            "stores": held,
        }
        lines = [f"erased {receipt.name}", *(f"  {store}: {n}" for store, n in held.items())]
        emit(payload, as_json, "\n".join(lines))


def _set_hold(
    case: str,
    held: bool,
    reason: str,
    tenant: str,
    server: str,
    token: str | None,
    ca: Path | None,
    as_json: bool,
) -> None:
    with errors_reported(as_json):
        name = _name(case, tenant)
        found = ask_server(
            server, token, ca, lambda client: client.interviews.hold(name, held, reason)
        )
        payload = {"interview": found.name, "is_held": found.is_held}
        emit(payload, as_json, f"{found.name} is {'held' if found.is_held else 'not held'}")


async def _fetch(client: "SmartBranchClient", name: str, path: Path) -> None:
    with path.open("wb") as file:
        async for part in client.interviews.export_evidence(name):
            file.write(part)


def _draft_beside(out: Path) -> Path:
    """Make a file of one's own, which nobody else may read, in the folder of another."""
    try:
        descriptor, path = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    except OSError as error:
        raise InvalidArgumentError(
            f"{out} cannot be written: {error.strerror}", field="out"
        ) from None
    os.close(descriptor)
    return Path(path)


def _name(case: str, tenant: str) -> str:
    """Return a case's resource name; `case` may be one already."""
    return case if "/" in case else f"tenants/{tenant}/interviews/{case}"
