"""Pictures of a document in, what it says out."""

from collections.abc import Callable
from dataclasses import dataclass

from decision.outcome import Decision, Reason
from inference.store import ModelStore
from media.image import ImageRGB
from vision.documents.rapid_text import open_text_reader
from vision.documents.text import TextReader
from vision.documents.types import (
    CardPicture,
    DocumentKind,
    DocumentOutcome,
    DocumentReading,
)

CardFinder = Callable[[ImageRGB], CardPicture | None]
PortraitFinder = Callable[[ImageRGB, DocumentKind], ImageRGB | None]


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads documents; safe to share between threads.

    text: reads lines. find_card: finds and straightens a card in a picture.
    find_portrait: cuts the portrait from a straightened, upright front; None: not wanted.
    """

    text: TextReader
    find_card: CardFinder
    find_portrait: PortraitFinder | None = None

    def read(self, front: ImageRGB, back: ImageRGB | None = None) -> DocumentReading:
        """Read one document from a picture of one side or of both, in either order.

        Raises InferenceFailedError.
        """
        reason = Reason("NO_DOCUMENT", "No document was found in the picture.")
        return DocumentReading(
            DocumentKind.UNKNOWN_DOCUMENT,
            (),
            (),
            Decision(DocumentOutcome.INCONCLUSIVE, (reason,)),
        )

    def warm_up(self) -> None:
        """Open the models and let them prove themselves. Raises ModelDisagreesError."""
        self.text.warm_up()


def open_document_reader(
    store: ModelStore, find_card: CardFinder, find_portrait: PortraitFinder | None = None
) -> DocumentReader:
    """Return a reader whose models open when they are first needed."""
    return DocumentReader(open_text_reader(store), find_card, find_portrait)
