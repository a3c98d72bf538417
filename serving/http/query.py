"""What stands behind the question mark of an address."""

from datetime import datetime

from fastapi import Request

from base.errors import InvalidArgumentError


def flag_of(request: Request, name: str) -> bool:
    """Return whether a parameter says `true`; without it, False. Raises InvalidArgumentError."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise InvalidArgumentError(f"{name} must be true or false", field=name)
    return text == "true"


def number_of(request: Request, name: str, default: int) -> int:
    """Return a whole number, not below 0. Raises InvalidArgumentError."""
    return whole_number(request.query_params.get(name, str(default)), name)


def whole_number(text: str, name: str) -> int:
    """Return the number, not below 0, that a text holds. Raises InvalidArgumentError."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidArgumentError(f"{name} must be a whole number", field=name)
    return int(text)


def moment_of(request: Request, name: str) -> datetime | None:
    """Return a time with its zone, None without it. Raises InvalidArgumentError."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidArgumentError(
            f"{name} must be a time with its zone, such as 2026-01-31T09:00:00Z", field=name
        )
    return moment
