"""RapidOCR: PP-OCR's detector and recogniser, one thread each."""

from collections.abc import Sequence

from media.image import ImageRGB
from vision.documents.text import TextLine
from vision.geometry import Floats


class RapidTextReader:
    """Reads Chinese and Latin text; implements TextReader; the models open on first use."""

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The catalogue's ids of the models in use."""
        return ("ppocr-text-finder", "ppocr-text-reader")

    def find(self, image: ImageRGB) -> Sequence[Floats]:
        """Return where lines of text are, from above to below."""
        raise NotImplementedError

    def read_at(self, image: ImageRGB, quads: Sequence[Floats]) -> tuple[TextLine, ...]:
        """Read the lines at these places, in their order; an empty text is nothing legible."""
        raise NotImplementedError

    def warm_up(self) -> None:
        """Open the models and let them prove themselves. Raises ModelDisagreesError."""
        raise NotImplementedError
