"""`smartbranch policy`: see what a file of interview policies asks for."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from kyc.policy import Product

app = typer.Typer(no_args_is_help=True, help="See what interviews need, by product.")
DAY_S = 86_400.0


@app.callback()
def _policy() -> None:
    """See what interviews need, by product."""


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="TOML file of products; without it the built-in example.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read a file of policies as the server would, and say it in words.

    Ends with 2 for a file that the server would not take.
    """
    with errors_reported(as_json):
        from kyc.policy_file import read_policy

        policy = read_policy(file)
        payload = {
            "valid": True,
            "version": policy.version,
            "products": [_product(one) for one in policy.products.values()],
        }
        emit(payload, as_json, _as_text)


def _product(product: "Product") -> Mapping[str, Any]:
    return {
        "id": product.id,
        "participants": {
            role.value.lower(): [step.value.lower() for step in steps]
            for role, steps in product.steps.items()
        },
        "reviewers": product.reviewer_count,
        "rejects_refused": product.rejects_refused,
        "face_fmr": product.face_fmr,
        "watchlists": list(product.watchlists),
        "past_cases": product.past_cases,
        "challenges": product.challenge_count,
        "questions": [one.id for one in product.questions],
        "open_s": product.open_s,
        "review_s": product.review_s,
        "keep_s": product.keep_s,
    }


def _as_text(payload: Mapping[str, Any]) -> str:
    lines = [f"valid: {len(payload['products'])} products, version {payload['version'][:12]}"]
    for one in payload["products"]:
        people = _reviewers(one["reviewers"])
        kept = f"kept for {one['keep_s'] / DAY_S:g} days"
        lines.append(f"  {one['id']}: {people}, faces at FMR {one['face_fmr']:g}, {kept}")
        lines += [f"    {role}: {', '.join(steps)}" for role, steps in one["participants"].items()]
    return "\n".join(lines)


def _reviewers(count: int) -> str:
    if not count:
        return "approved by itself where every check passed"
    return "one reviewer" if count == 1 else f"{count} reviewers"
