"""`smartbranch interview`: cases of interviews, on a server that runs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from base.errors import InvalidArgumentError
from cli import interview_words as words
from cli.asking import ask_server
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from client import SmartBranchClient
    from client.interview_types import Interview, NewParticipant

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Open, show and decide interviews by video.")

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.")]
RoleHelp = "customer, spouse, guarantor, legal_representative or agent; may be ROLE=NAME."
TenantOption = Annotated[str, typer.Option(help="Tenant of the token.")]
ServerOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="gRPC address of the server.")]
TokenOption = Annotated[str | None, typer.Option(help="Bearer token of who asks.")]
CaOption = Annotated[Path | None, typer.Option(help="Who signed the server's certificate, PEM.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SERVER = "127.0.0.1:50051"


@app.command()
def create(
    product: Annotated[str, typer.Argument(help="Id of the product in the policy.")],
    participant: Annotated[list[str], typer.Option(help=f"Who takes part: {RoleHelp}")],
    external_id: Annotated[str, typer.Option(help="The bank's own id of the case.")] = "",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a case; the ways in are shown once."""
    with errors_reported(as_json):
        people = [_participant(one) for one in participant]
        made = ask_server(
            *(server, token, ca),
            lambda client: client.interviews.create(product, people, external_id=external_id),
        )
        payload = words.case_payload(made.interview)
        accesses = [asdict(one) for one in made.accesses]
        emit({**payload, "accesses": accesses}, as_json, words.opened)


@app.command()
def show(
    case: CaseArgument,
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one case."""
    with errors_reported(as_json):
        name = _name(case, tenant)
        found = ask_server(server, token, ca, lambda client: client.interviews.get(name))
        emit(words.case_payload(found), as_json, words.case)


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="Only those in this state, such as review.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """List cases, newest first."""
    with errors_reported(as_json):

        async def some(client: "SmartBranchClient") -> "list[Interview]":
            found: list[Interview] = []
            async for one in client.interviews.list(_state(state)):
                found.append(one)
                if len(found) >= limit:
                    break
            return found

        found = ask_server(server, token, ca, some)
        payload = {"interviews": [words.case_payload(one) for one in found]}
        emit(payload, as_json, words.cases)


@app.command()
def invite(
    case: CaseArgument,
    participant: Annotated[str, typer.Argument(metavar="ROLE", help=RoleHelp)],
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a participant, also in the middle of a case; the way in is shown once."""
    with errors_reported(as_json):
        name, person = _name(case, tenant), _participant(participant)
        access = ask_server(
            server, token, ca, lambda client: client.interviews.invite(name, person)
        )
        emit(asdict(access), as_json, words.access)


@app.command("hand-over")
def hand_over(
    case: CaseArgument,
    text: Annotated[str, typer.Option(help="Why, for whoever decides.")] = "",
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a case to a person, whatever state it is in."""
    with errors_reported(as_json):
        name = _name(case, tenant)
        given = ask_server(
            server, token, ca, lambda client: client.interviews.hand_over(name, text)
        )
        emit(words.case_payload(given), as_json, words.case)


@app.command()
def review(
    case: CaseArgument,
    approve: Annotated[bool, typer.Option("--approve/--reject", help="What is decided.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the case.")],
    tenant: TenantOption = "default",
    server: ServerOption = SERVER,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve or reject a case that is in review."""
    with errors_reported(as_json):
        name = _name(case, tenant)
        decided = ask_server(
            *(server, token, ca),
            lambda client: client.interviews.review(name, approve, reason),
        )
        emit(words.case_payload(decided), as_json, words.case)


def _name(case: str, tenant: str) -> str:
    """Return a case's resource name; `case` may be one already."""
    return case if "/" in case else f"tenants/{tenant}/interviews/{case}"


def _participant(text: str) -> "NewParticipant":
    from client.interview_types import NewParticipant, ParticipantRole

    role, _, name = text.partition("=")
    known: dict[str, Any] = {one.value.lower(): one for one in list(ParticipantRole)[:-1]}
    if role.lower() not in known:
        raise InvalidArgumentError(
            f"{role!r} is no role; expected one of {', '.join(known)}", field="participant"
        )
    return NewParticipant(known[role.lower()], name)


def _state(text: str) -> Any:
    from client.attend_types import InterviewState

    known = {one.value.lower(): one for one in list(InterviewState)[:-1]}
    if text and text.lower() not in known:
        raise InvalidArgumentError(
            f"{text!r} is no state; expected one of {', '.join(known)}", field="state"
        )
    return known.get(text.lower())
