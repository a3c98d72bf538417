"""What is printed on a specimen of the Chinese resident identity card."""

from dataclasses import dataclass
from datetime import date

# GB 11643: what each of the first 17 digits counts, and what the sum's rest is written as.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "10X98765432"


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """One invented person's card. valid_until: None for a card without an end."""

    name: str
    sex: str
    ethnicity: str
    birth_date: date
    address: str
    number: str
    authority: str
    valid_from: date
    valid_until: date | None

    def __repr__(self) -> str:
        return "Holder(<hidden>)"


def make_number(region: str, birth_date: date, order: int) -> str:
    """Return a number with its check digit; order: 0 to 999, odd for a man."""
    body = f"{region}{birth_date:%Y%m%d}{order:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return body + _DIGITS[total % 11]
