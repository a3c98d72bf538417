"""One picture of a document: found, straightened, turned upright, its text read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from media.image import ImageRGB
from vision.documents.cn_card import CardText, read_side
from vision.documents.mrz import Zone, find_zone
from vision.documents.printing import Printing, read_printing
from vision.documents.rows import Run, rows_of
from vision.documents.text import TextReader
from vision.documents.types import CardPicture, DocumentSide
from vision.documents.whole_picture import take_whole

# Grey levels: plain colour has none, and a blurred picture of a card's paper at least one.
_FLAT_STD = 0.5
# The least that any side of a document has: title, authority and validity; or a zone and a label.
_LEAST_LINES = 3

CardFinder = Callable[[ImageRGB], CardPicture | None]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Side:
    """What one picture showed. card: upright. resident, zone: None where it has no such text."""

    card: CardPicture
    rows: tuple[Run, ...]
    resident: CardText | None
    zone: Zone | None

    @property
    def is_known(self) -> bool:
        """Whether it is of a kind that is read here."""
        return self.resident is not None or self.zone is not None

    @property
    def side(self) -> DocumentSide | None:
        """Which side it is, None where that is not known."""
        return self.card.side


def read_picture(reader: TextReader, find_card: CardFinder, image: ImageRGB) -> Side | None:
    """Read the document in a picture, None if there is none. Raises InferenceFailedError.

    What was cut out may be no card but the portrait on one; where it says nothing, and where
    nothing was found, the picture is read as a whole.
    """
    card = find_card(image)
    side = None if card is None else read_card(reader, card)
    if side is not None and (side.is_known or side.card.fills_picture):
        return side
    whole = read_card(reader, take_whole(image), least_lines=_LEAST_LINES)
    return whole if whole is not None and whole.is_known else side


def read_card(reader: TextReader, card: CardPicture, least_lines: int = 0) -> Side | None:
    """Read a straightened card; None where fewer lines than so many were found."""
    quads = reader.find(card.image)
    if len(quads) < least_lines:
        return None
    printing = read_printing(reader, card.image, quads)
    rows = tuple(rows_of(printing.lines))
    zone = find_zone([row.text for row in rows])
    resident = None if zone else read_side(rows, printing.image.shape[1])
    if resident and is_flat(printing.image, resident):
        resident = None
    side = resident.side if resident else None
    return Side(_upright(card, printing, side or card.side), rows, resident, zone)


def is_flat(image: ImageRGB, text: CardText) -> bool:
    """Tell whether the ground over the number is of one plain colour: a page, and no card."""
    number, address = text.places.get("number"), text.places.get("address")
    if text.side is not DocumentSide.FRONT or number is None or address is None:
        return False
    left, top, right, _ = (round(value) for value in number.box_xyxy)
    band = image[round(address.box_xyxy[3]) : top, left:right]
    middle = band[len(band) // 4 : len(band) * 3 // 4]
    return middle.size > 0 and float(middle.mean(axis=2).std()) < _FLAT_STD


def _upright(card: CardPicture, printing: Printing, side: DocumentSide | None) -> CardPicture:
    quad = card.quad
    for _ in range(printing.quarter_turns):
        quad = quad[[1, 2, 3, 0]]
    image: ImageRGB = printing.image
    return replace(card, image=image, quad=quad, side=side)
