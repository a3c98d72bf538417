"""What the bank's directory knows of a customer; personal, and hidden in `repr`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from decision.outcome import Reason


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment; `start_at` is aware."""

    start_at: datetime
    subject: str = field(repr=False)
    with_whom: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. id: subject id of the gallery. language: BCP 47, empty if unknown."""

    id: str
    display_name: str = field(repr=False)
    tier: str = ""
    language: str = ""
    relationship_manager: str = field(default="", repr=False)
    appointments: tuple[Appointment, ...] = field(default=(), repr=False)
    needs: tuple[str, ...] = field(default=(), repr=False)
    offers: tuple[str, ...] = field(default=(), repr=False)


class CustomerDirectory(Protocol):
    """Where customers are looked up. Blocking, bounded in time, safe to share between threads."""

    @property
    def problem(self) -> Reason | None:
        """What is wrong with what it answers from, as far as can be seen without asking.

        For operators: it may name files and lines, and nobody.
        """
        ...

    def find(self, tenant: str, subject: str) -> Customer | None:
        """Return a customer, None for one that the directory does not know.

        Raises DirectoryUnavailableError if it cannot be asked.
        """
        ...

    def forget(self, tenant: str, subject: str) -> int:
        """Drop what is remembered of a subject; return how many things that was."""
        ...
