"""What the gallery commands say to people; each takes the payload that `--json` prints."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]


def gallery(payload: Payload) -> str:
    """Describe one gallery."""
    retention = payload["retention_days"]
    kept = "no limit" if retention is None else f"{retention:g} days"
    return "\n".join(
        [
            payload["name"],
            f"  {payload['purpose']} ({payload['legal_basis']}, kept: {kept})",
            f"  {payload['subjects']} subjects, {payload['templates']} templates by "
            f"{payload['model']}",
        ]
    )


def galleries(payload: Payload) -> str:
    """List galleries."""
    lines = [f"{one['name']}  {one['subjects']} subjects" for one in payload["galleries"]]
    return "\n".join(lines) or "no galleries"


def subject(payload: Payload) -> str:
    """Describe one subject."""
    name = f" ({payload['display_name']})" if payload["display_name"] else ""
    line = f"{payload['subject']}{name}: {payload['templates']} templates"
    return line + (f", until {payload['expires_at']}" if payload["expires_at"] else "")


def subjects(payload: Payload) -> str:
    """List subjects."""
    return "\n".join(subject(one) for one in payload["subjects"]) or "no subjects"


def enrolment(payload: Payload) -> str:
    """Say what became of the pictures of one subject."""
    accepted = len(payload["accepted"])
    lines = [f"{payload['subject']}: {accepted} new, {payload['templates']} templates in all"]
    for one in payload["rejected"]:
        lines += [f"  {one['image']}: {reason['text']}" for reason in one["reasons"]]
    for other in payload["possible_duplicates"]:
        lines.append(
            f"  perhaps enrolled already as {other['subject']} "
            f"(similarity {other['similarity']:.3f})"
        )
    return "\n".join(lines)


def import_report(payload: Payload) -> str:
    """Say how an import ended."""
    lines = [
        f"{payload['pictures']} pictures: {payload['enrolled']} enrolled of "
        f"{payload['subjects']} new subjects, {payload['duplicate_count']} duplicates, "
        f"{payload['rejected_count']} rejected"
    ]
    for title in ("duplicates", "rejected"):
        for one in payload[title]:
            lines.append(f"  {one['filename']}: {one['reasons'][0]['text']}")
    return "\n".join(lines)


def search(payload: Payload) -> str:
    """Say who it is."""
    lines = [payload["decision"], *(f"  {reason['text']}" for reason in payload["reasons"])]
    for hit in payload["hits"]:
        name = f" ({hit['display_name']})" if hit["display_name"] else ""
        lines.append(f"  {hit['subject']}{name}: similarity {hit['similarity']:.3f}")
    return "\n".join([*lines, f"  model: {payload['model']}"])


def receipt(payload: Payload) -> str:
    """Say what was erased where."""
    state = "erased" if payload["is_complete"] else "erased, not yet confirmed by every store"
    lines = [f"{payload['resource']}: {state} (receipt {payload['receipt']})"]
    return "\n".join([*lines, *(f"  {name}: {n}" for name, n in payload["stores"].items())])
