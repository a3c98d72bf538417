"""Pictures of a document in, what it says out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from base.clock import Clock, SystemClock
from inference.store import ModelStore
from media.image import ImageRGB
from vision.documents.judging import judge
from vision.documents.rapid_text import open_text_reader
from vision.documents.second_look import read_fields
from vision.documents.sides import CardFinder, Side, read_picture
from vision.documents.text import TextReader
from vision.documents.types import (
    DocumentKind,
    DocumentReading,
    DocumentSide,
    Field,
)

PortraitFinder = Callable[[ImageRGB, DocumentKind], ImageRGB | None]


@dataclass(frozen=True, slots=True, repr=False)
class SideLook:
    """What one picture showed. side: None where there is no document in it."""

    side: Side | None
    fields: tuple[Field, ...]

    def __repr__(self) -> str:
        return f"SideLook({len(self.fields)} fields, values=<hidden>)"


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads documents; safe to share between threads.

    text: reads lines. find_card: finds and straightens a card in a picture.
    find_portrait: cuts the portrait from a straightened, upright front; None: not wanted.
    """

    text: TextReader
    find_card: CardFinder
    find_portrait: PortraitFinder | None = None
    clock: Clock = field(default_factory=SystemClock)

    def read(self, front: ImageRGB, back: ImageRGB | None = None) -> DocumentReading:
        """Read one document from a picture of one side or of both, in either order.

        Raises InferenceFailedError.
        """
        pictures = (front,) if back is None else (front, back)
        return self.judge([self.look(picture) for picture in pictures])

    def look(self, picture: ImageRGB) -> SideLook:
        """Read one picture; what it says is judged together with the other side's.

        Raises InferenceFailedError.
        """
        side = read_picture(self.text, self.find_card, picture)
        return SideLook(side, () if side is None else self._resident_fields(side))

    def judge(self, looks: Sequence[SideLook]) -> DocumentReading:
        """Say what the pictures of one document show together."""
        shown = [(look.side, look.fields) for look in looks if look.side is not None]
        sides, fields = [side for side, _ in shown], [fields for _, fields in shown]
        reading = judge(sides, fields, len(looks), self.clock.now().date())
        return self._with_portrait(reading)

    def warm_up(self) -> None:
        """Open the models and let them prove themselves. Raises ModelDisagreesError."""
        self.text.warm_up()

    def _resident_fields(self, side: Side) -> tuple[Field, ...]:
        if side.resident is None:
            return ()
        return read_fields(self.text, side.card.image, side.resident)

    def _with_portrait(self, reading: DocumentReading) -> DocumentReading:
        card = reading.card
        is_back = card is None or card.side is DocumentSide.BACK
        if card is None or is_back or self.find_portrait is None:
            return reading
        return replace(reading, portrait=self.find_portrait(card.image, reading.kind))


def open_document_reader(
    store: ModelStore, find_card: CardFinder, find_portrait: PortraitFinder | None = None
) -> DocumentReader:
    """Return a reader whose models open when they are first needed."""
    return DocumentReader(open_text_reader(store), find_card, find_portrait)
