"""What is asked of requests about cases, before anything is written."""

from collections.abc import Sequence
from typing import Final

from base.errors import InterviewNotFoundError, InvalidArgumentError, ProductNotFoundError
from base.ids import InterviewName
from kyc.moves import PRINCIPALS
from kyc.policy import Policy, Product
from serving.caller import Caller
from serving.galleries.repeats import Repeat
from serving.galleries.texts import check_text
from serving.interview.types import Invitation

MAX_PARTICIPANTS: Final = 8
MAX_DISPLAY_NAME: Final = 100
MAX_EXTERNAL_ID, MAX_REQUEST_ID = 64, 64
MAX_WISH, MAX_HOLD, MAX_REVIEW = 500, 500, 2000


def product_of(policy: Policy, product: str) -> Product:
    """Return a product of the policy. Raises ProductNotFoundError."""
    found = policy.products.get(product)
    if found is None:
        known = ", ".join(sorted(policy.products))
        raise ProductNotFoundError(f"the policy has no such product; it has {known}")
    return found


def tenant_of(caller: Caller, name: InterviewName) -> str:
    """Return the tenant of both. Another tenant's case is as one that does not exist.

    Raises InterviewNotFoundError.
    """
    if caller.tenant != name.tenant:
        raise InterviewNotFoundError(f"there is no case {name}", interview=str(name))
    return name.tenant


def check_invitations(product: Product, invitations: Sequence[Invitation]) -> None:
    """Raise InvalidArgumentError unless these people can have a case about the product."""
    for number, invitation in enumerate(invitations):
        check_invitation(product, invitation, number)
    if not any(one.role in PRINCIPALS for one in invitations):
        raise InvalidArgumentError(
            "a case needs a customer or a legal representative", field="participants"
        )


def check_invitation(product: Product, invitation: Invitation, number: int) -> None:
    """Raise InvalidArgumentError unless somebody can join. number: who take part already."""
    if number >= MAX_PARTICIPANTS:
        raise InvalidArgumentError(
            f"a case has at most {MAX_PARTICIPANTS} participants", field="participants"
        )
    if invitation.role not in product.steps:
        roles = ", ".join(role.value for role in product.steps)
        raise InvalidArgumentError(
            f"{invitation.role.value} takes no part in {product.id}; expected one of {roles}",
            field="participants.role",
        )
    check_line(invitation.display_name, "participants.display_name", MAX_DISPLAY_NAME)


def check_line(text: str, field: str, most: int) -> None:
    """Raise InvalidArgumentError unless it is at most `most` visible characters on one line."""
    check_text(text, field, least=0, most=most)


def check_lines(text: str, field: str, least: int, most: int) -> None:
    """Raise InvalidArgumentError unless it has `least` to `most` characters, on any lines."""
    if not least <= len(text.strip()) or len(text) > most:
        raise InvalidArgumentError(f"{field} must have {least} to {most} characters", field=field)
    for line in text.splitlines():
        check_text(line, field, least=0, most=most)


def repeat_of(
    request_id: str, action: str, resource: str, caller: Caller, parts: Sequence[str]
) -> Repeat:
    """Return the request as one that may come twice, from the same caller with the same parts."""
    check_line(request_id, "request_id", MAX_REQUEST_ID)
    return Repeat(request_id, action, resource, [one.encode() for one in (caller.subject, *parts)])


def parts_of(invitations: Sequence[Invitation]) -> list[str]:
    """Return what tells invitations apart."""
    return [part for one in invitations for part in (one.role.value, one.display_name)]
