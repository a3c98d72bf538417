"""Page tokens: opaque, and good for the listing that made them alone."""

import base64
import binascii

from base.errors import InvalidArgumentError, SecretsUnavailableError
from serving.galleries.vault import TenantVault


def make_token(vault: TenantVault, listing: str, after: str) -> str:
    """Return the token with which `listing` goes on behind `after`."""
    return base64.urlsafe_b64encode(vault.key.seal(after.encode(), f"page:{listing}")).decode()


def read_token(vault: TenantVault, listing: str, token: str) -> str:
    """Return what `make_token` was given, "" for the first page.

    Raises InvalidArgumentError for a token of another listing or tenant, or none of ours.
    """
    if not token:
        return ""
    try:
        sealed = base64.urlsafe_b64decode(token.encode())
        return vault.key.open(sealed, f"page:{listing}").decode()
    except (SecretsUnavailableError, binascii.Error, ValueError):
        raise InvalidArgumentError(
            "the page token is not one of this listing; begin again without a token",
            field="page_token",
        ) from None


def check_page_size(page_size: int, max_page_size: int) -> int:
    """Return how many entries to give. Raises InvalidArgumentError below 1."""
    if page_size < 1:
        raise InvalidArgumentError(
            f"page_size must be at least 1, got {page_size}", field="page_size"
        )
    return min(page_size, max_page_size)
