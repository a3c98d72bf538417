"""The number of a Chinese resident: GB 11643."""

from dataclasses import dataclass
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_LETTERS = "10X98765432"
LENGTH = 18

# GB/T 2260: provinces, autonomous regions, municipalities, and the special regions. Counties come
# and go, and a number keeps the one of its day, so the further digits are not held to a list.
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65 71 81 82 83".split()
)


@dataclass(frozen=True, slots=True, repr=False)
class ResidentNumber:
    """A number of 17 digits and a check letter; whether it holds together is asked of it."""

    value: str

    @property
    def has_right_check_letter(self) -> bool:
        """Whether the last letter follows from the others."""
        return check_letter(self.value[:-1]) == self.value[-1]

    @property
    def has_known_province(self) -> bool:
        """Whether its first two digits stand for a province."""
        return self.value[:2] in PROVINCES

    @property
    def birth_date(self) -> date | None:
        """The day in it, None where there is no such day."""
        return read_date(self.value[6:10], self.value[10:12], self.value[12:14])

    @property
    def sex(self) -> str:
        """男 or 女, as the 17th digit says."""
        return "男" if int(self.value[16]) % 2 else "女"

    def __repr__(self) -> str:
        return "ResidentNumber(<hidden>)"


def check_letter(digits: str) -> str:
    """Return what the first 17 digits ask for as the last letter."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return _CHECK_LETTERS[total % 11]


def parse_number(text: str) -> ResidentNumber | None:
    """Return the number that a text is, None if it is none."""
    is_number = len(text) == LENGTH and text[:-1].isdecimal() and text.isascii()
    if not is_number or text[-1] not in "0123456789X":
        return None
    return ResidentNumber(text)


def read_date(year: str, month: str, day: str) -> date | None:
    """Return a day, None where there is no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
