"""`smartbranch rules`: see what a file of alert rules says and would do."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from base.errors import InvalidArgumentError
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from lobby.rules.rehearsal import Told

app = typer.Typer(no_args_is_help=True, help="See what alert rules say and would do.")


@app.callback()
def _rules() -> None:
    """See what alert rules say and would do."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="TOML file of rules.")],
    events: Annotated[
        Path | None, typer.Option(help="What happens, one JSON object a line; see docs/rules.md.")
    ] = None,
    branch: Annotated[str, typer.Option(help="Branch that it happens in.")] = "branch",
    time_zone: Annotated[str, typer.Option(help="Its clock, for hours and weekdays.")] = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read a file of rules as the server would; say it in words, or try it on what happens.

    Ends with 2 for a file that the server would not take.
    """
    with errors_reported(as_json):
        from lobby.rules.describing import describe
        from lobby.rules.reading import read_rules

        book = read_rules(file)
        payload: dict[str, Any] = {
            "valid": True,
            "rules": [
                {
                    "id": rule.id,
                    "kind": rule.kind.value,
                    "severity": rule.severity.name,
                    "enabled": rule.is_enabled,
                    "text": describe(rule),
                }
                for rule in book.rules
            ],
        }
        if events is not None:
            from lobby.branch import Branch
            from lobby.rules.rehearsal import rehearse
            from lobby.rules.story import read_story

            place = Branch("rehearsal", branch, branch, _zone(time_zone))
            told = rehearse(book, place, read_story(events))
            payload["alerts"] = [_row(one, place.time_zone) for one in told]
            raised = {one.alert.rule for one in told}
            payload["silent"] = [rule.id for rule in book.rules if rule.id not in raised]
        emit(payload, as_json, _as_text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidArgumentError(
            f"{name!r} is no time zone; expected one such as Asia/Shanghai", field="time-zone"
        ) from None


def _row(told: "Told", zone: ZoneInfo) -> dict[str, Any]:
    alert = told.alert
    return {
        "at": told.at.astimezone(zone).isoformat(),
        "event": told.event,
        "rule": alert.rule,
        "severity": alert.severity.name,
        "reason": alert.reason.code,
        "text": alert.reason.text,
        "about": alert.subject_key,
        "roles": list(alert.roles),
    }


def _as_text(payload: Mapping[str, Any]) -> str:
    count = len(payload["rules"])
    lines = [f"valid: {count} rule{'' if count == 1 else 's'}"]
    lines += [f"  {rule['id']}: {rule['text']}" for rule in payload["rules"]]
    for row in payload.get("alerts", ()):
        roles = ", ".join(row["roles"]) or "everybody"
        lines.append(
            f"{row['at']}  {row['event']:<12} {row['severity']:<7} {row['rule']} ({row['about']}): "
            f"{row['text']} [{row['reason']}] to {roles}"
        )
    if payload.get("silent"):
        lines.append(f"told nothing: {', '.join(payload['silent'])}")
    return "\n".join(lines)
