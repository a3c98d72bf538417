"""What is known of a participant, and the product's rules, as JSON and back."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from kyc.case import Findings
from kyc.policy import Product

T = TypeVar("T")
FORMAT: Final = 1


def findings_to_json(findings: Findings) -> str:
    """Return findings as JSON."""
    return to_json(findings)


def findings_from_json(text: str) -> Findings:
    """Return findings. Raises ValueError for JSON that is none of ours."""
    return from_json(Findings, text)


def product_to_json(product: Product) -> str:
    """Return a product's rules as JSON."""
    return to_json(product)


def product_from_json(text: str) -> Product:
    """Return a product's rules. Raises ValueError for JSON that is none of ours."""
    return from_json(Product, text)


def to_json(value: object) -> str:
    """Return a frozen dataclass as canonical JSON, with the version of the format."""
    document = {"format": FORMAT, "value": to_plain(value)}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """Return the dataclass of a kind. Raises ValueError for JSON that is none of ours."""
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"expected JSON of format {FORMAT}")
    try:
        return from_plain(kind, document["value"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the JSON is no {kind.__name__}: {error}") from None


def to_plain(value: object) -> Any:
    """Return what JSON can hold: dataclasses as objects, enums as values, times as ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {to_plain(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """Return the value of a kind. A field that is missing takes its default, if it has one."""
    made: T = _made(kind, plain)
    return made


def _made(kind: Any, plain: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return (
            None
            if plain is None
            else _made(next(one for one in inner if one is not NoneType), plain)
        )
    if origin is tuple:
        kinds = inner[:1] * len(plain) if inner[1:] == (...,) else inner
        return tuple(_made(one, item) for one, item in zip(kinds, plain, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {_made(inner[0], key): _made(inner[1], one) for key, one in plain.items()}
    if issubclass(kind, Enum):
        return kind(plain)
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if hasattr(kind, "__dataclass_fields__"):
        hints = _hints(kind)
        return kind(**{key: _made(hints[key], one) for key, one in plain.items()})
    return _checked(kind, plain)


def _checked(kind: type, plain: Any) -> Any:
    is_number = kind is float and isinstance(plain, int) and not isinstance(plain, bool)
    if not (is_number or type(plain) is kind):
        raise TypeError(f"expected {kind.__name__}, got {type(plain).__name__}")
    return float(plain) if is_number else plain


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
