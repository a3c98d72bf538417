"""`smartbranch staff`: who may sign in to the pages."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.errors import InvalidArgumentError
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from serving.staff.types import Account

app = typer.Typer(no_args_is_help=True, help="Add, list and disable those who may sign in.")

MAX_FILE_BYTES = 4096


class StaffRole(StrEnum):
    """What somebody who signs in may do."""

    lobby_staff = "lobby_staff"
    operator = "operator"
    reviewer = "reviewer"
    auditor = "auditor"


NameArgument = Annotated[str, typer.Argument(help="Name of sign-in, such as li.wei.")]
TenantOption = Annotated[str, typer.Option(help="Tenant that the account belongs to.")]
FileOption = Annotated[
    Path | None, typer.Option(help="File of the password; without it, it is asked for.")
]
GenerateOption = Annotated[
    bool, typer.Option("--generate", help="Make a password and print it, once.")
]
ConfigOption = Annotated[Path | None, typer.Option(help="Settings file of the local data.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[list[StaffRole], typer.Option(help="What it may do; several are possible.")],
    branch: Annotated[
        str | None, typer.Option(help="The only branch it sees; without it, every one.")
    ] = None,
    duty: Annotated[
        list[str] | None,
        typer.Option(help="What it does in the branch, as alert rules call it; may be repeated."),
    ] = None,
    password_file: FileOption = None,
    generate: GenerateOption = False,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an account."""
    with errors_reported(as_json):
        from cli.staff_local import open_accounts
        from serving.caller import Role

        password = _password(password_file, generate)
        roles = {Role(one.value) for one in role}
        with open_accounts(config) as accounts:
            made = accounts.add("local", tenant, name, password, roles, branch, duty or ())
        _emit(made, password if generate else None, as_json)


@app.command("list")
def list_(
    tenant: TenantOption = "default", config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """List the accounts of a tenant."""
    with errors_reported(as_json):
        from cli.staff_local import open_accounts

        with open_accounts(config) as accounts:
            found = [_payload(one) for one in accounts.all(tenant)]
        lines = [_words(one) for one in found] or [f"tenant {tenant} has no accounts"]
        emit({"accounts": found}, as_json, "\n".join(lines))


@app.command()
def disable(
    name: NameArgument,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an account sign in no more, and end its sign-ins at once."""
    with errors_reported(as_json):
        from cli.staff_local import open_accounts

        with open_accounts(config) as accounts:
            changed = accounts.disable("local", tenant, name)
        _emit(changed, None, as_json)


@app.command()
def password(
    name: NameArgument,
    password_file: FileOption = None,
    generate: GenerateOption = False,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an account another password, end its sign-ins and enable it if it was disabled."""
    with errors_reported(as_json):
        from cli.staff_local import open_accounts

        secret = _password(password_file, generate)
        with open_accounts(config) as accounts:
            changed = accounts.set_password("local", tenant, name, secret)
        _emit(changed, secret if generate else None, as_json)


def _password(file: Path | None, generate: bool) -> str:
    """Return the password: made, read, or asked for twice; never from the command line."""
    if generate and file is not None:
        raise InvalidArgumentError("--generate and --password-file exclude each other")
    if generate:
        from serving.staff.passwords import new_password

        return new_password()
    if file is None:
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES).decode().strip("\r\n")
    except (OSError, UnicodeError):
        raise InvalidArgumentError(f"{file} cannot be read as text", field="password") from None


def _emit(account: "Account", secret: str | None, as_json: bool) -> None:
    """Print an account. secret: a password that was made, which nobody can ask for again."""
    payload = _payload(account)
    words = _words(payload)
    if secret is not None:
        payload["password"] = secret
        words += f"\npassword {secret} (shown this once)"
    emit(payload, as_json, words)


def _payload(account: "Account") -> dict[str, Any]:
    disabled_at = account.disabled_at
    return {
        "name": account.name,
        "tenant": account.tenant,
        "roles": sorted(role.value for role in account.roles),
        "branch": account.branch,
        "duties": sorted(account.duties),
        "created_time": account.created_at.isoformat(),
        "disabled_time": None if disabled_at is None else disabled_at.isoformat(),
    }


def _words(payload: Mapping[str, Any]) -> str:
    parts = [f"{payload['tenant']}/{payload['name']}", ",".join(payload["roles"])]
    parts.append(f"branch {payload['branch']}" if payload["branch"] else "every branch")
    if payload["duties"]:
        parts.append("duties " + ",".join(payload["duties"]))
    if payload["disabled_time"]:
        parts.append("disabled")
    return "  ".join(parts)
