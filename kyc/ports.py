"""What an attendance asks of others; the server implements it, tests script it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kyc.case import Check, DocumentRecord
from media.image import ImageRGB
from vision.analysis import FaceReading
from vision.embedding import Embedding


@dataclass(frozen=True, slots=True, repr=False)
class DocumentLook:
    """A document that was read.

    record: what it says; None where nothing was found. portrait: RGB, None where there is none.
    template: of the portrait. picture_codes: what is wrong with the picture, UPPER_SNAKE.
    side: what the desk read of the picture, which it alone understands.
    """

    check: Check
    record: DocumentRecord | None
    portrait: ImageRGB | None
    template: Embedding | None
    picture_codes: tuple[str, ...] = ()
    side: object = None

    @property
    def is_whole(self) -> bool:
        """Whether every field was read, whatever the checks say."""
        checks = () if self.record is None else self.record.checks
        return any(name == "all_fields_read" and passed is True for name, passed, _ in checks)

    def __repr__(self) -> str:
        return f"DocumentLook({self.check.outcome.value}, portrait=<hidden>)"


class DocumentDesk(Protocol):
    """Reads documents; slow, so it runs in the background."""

    def read(self, picture: ImageRGB, before: DocumentLook | None = None) -> DocumentLook:
        """Read one side. before: what was read of the other one; both are then judged together."""
        ...


class FaceFiles(Protocol):
    """Knows faces beyond the attendance: lists, earlier cases, the case's other participants."""

    def look_up(self, face: FaceReading, document: DocumentRecord | None) -> Sequence[Check]:
        """Return the checks `watchlist`, `past_cases` and `other_participants`.

        face: the live one, with its embedding. Slow, so it runs in the background.
        """
        ...


class Authority(Protocol):
    """Compares with the photograph that an authority holds (public security)."""

    def check(self, document: DocumentRecord, face: FaceReading) -> Check:
        """Return the check `authority`; INCONCLUSIVE where it cannot be reached."""
        ...
