"""What the interview commands say to people; each takes the payload that `--json` prints."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client.interview_types import Interview

Payload = Mapping[str, Any]


def case_payload(interview: "Interview") -> Payload:
    """Return a case as JSON, with the names of the protos."""
    return interview.details


def case(payload: Payload) -> str:
    """Describe one case."""
    head = f"{payload['name']}: {payload['state']}, {payload['product']}"
    why = payload.get("hand_over_reason")
    lines = [f"{head} ({why})" if why else head]
    lines.append(f"  expires {payload['expire_time']}")
    lines += [_participant(one) for one in payload.get("participants", ())]
    lines += [_review(one) for one in payload.get("reviews", ())]
    return "\n".join(lines)


def cases(payload: Payload) -> str:
    """Describe cases, one a line."""
    rows = [
        f"{one['create_time']}  {one['state']:<9} {one['product']:<12} {one['name']}"
        for one in payload["interviews"]
    ]
    return "\n".join(rows) or "no cases"


def opened(payload: Payload) -> str:
    """Describe a case that was opened, with the ways in."""
    lines = [case(payload)]
    lines += [access(one) for one in payload["accesses"]]
    return "\n".join(lines)


def access(payload: Payload) -> str:
    """Say a way in."""
    if not payload["attend_token"]:
        return f"{payload['participant']} has come already"
    return (
        f"{payload['participant']}\n"
        f"  page {payload['page_path']}\n"
        f"  token {payload['attend_token']}; it is not shown again"
    )


def _participant(payload: Payload) -> str:
    verdict = payload.get("verdict", {}).get("outcome", "")
    parts = [payload["name"].rpartition("/")[2], payload["role"], payload["state"], verdict]
    lines = ["  " + "  ".join(part for part in parts if part)]
    for check in payload.get("checks", ()):
        reason = check["reasons"][0]
        lines.append(f"    {check['name']}: {check['outcome']} - {reason['text']}")
    return "\n".join(lines)


def _review(payload: Payload) -> str:
    decided = "approved" if payload.get("approved") else "rejected"
    return f"  {decided} by {payload['reviewer']}: {payload['reason']}"
