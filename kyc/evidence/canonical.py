"""The one way in which evidence is written down, so that the same facts are the same bytes."""

import hashlib
import json
from typing import Any

Json = dict[str, Any]


def canonical(value: object) -> bytes:
    """Return plain JSON in its canonical form: ASCII, sorted keys, no spaces.

    Raises ValueError for a number that is not finite and TypeError for what is no JSON.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def sha256(data: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
