"""One picture of a document: found, straightened, turned upright, its text read."""

from dataclasses import dataclass, replace

from media.image import ImageRGB
from vision.documents.cn_card import CardText, read_side
from vision.documents.mrz import Zone, find_zone
from vision.documents.printing import Printing, read_printing
from vision.documents.rows import Run, rows_of
from vision.documents.text import TextReader
from vision.documents.types import CardPicture, DocumentSide

# Grey levels: plain colour has none, and a blurred picture of a card's paper at least one.
_FLAT_STD = 0.5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Side:
    """What one picture showed. card: upright. resident, zone: None where it has no such text."""

    card: CardPicture
    rows: tuple[Run, ...]
    resident: CardText | None
    zone: Zone | None

    @property
    def side(self) -> DocumentSide | None:
        """Which side it is, None where that is not known."""
        return self.card.side


def read_picture(reader: TextReader, card: CardPicture) -> Side:
    """Read a straightened card. Raises InferenceFailedError."""
    printing = read_printing(reader, card.image)
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
