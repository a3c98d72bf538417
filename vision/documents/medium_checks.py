"""Whether a document was shown itself, and not a copy of it."""

from collections.abc import Sequence

from vision.documents.types import DocumentCheck, Medium


def check_medium(shown: Sequence[Medium], has_colours: bool) -> tuple[DocumentCheck, ...]:
    """Check every side; one copy is enough to fail, and one that is not told to leave it open.

    has_colours: documents of this kind are known to be in colour, so that a grey one is a copy.
    """
    colours = [_in_colour(medium, has_colours) for medium in shown]
    papers = [None if medium.is_screen is None else not medium.is_screen for medium in shown]
    return (
        DocumentCheck("is_colour", _all(colours), _COLOUR[_all(colours)]),
        DocumentCheck("is_no_screen", _all(papers), _SCREEN[_all(papers)]),
    )


def _in_colour(medium: Medium, has_colours: bool) -> bool | None:
    is_grey = medium.is_colour is False
    return None if is_grey and not has_colours else medium.is_colour


def _all(answers: Sequence[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


_COLOUR = {
    True: "The document is in colour.",
    False: "The document is grey: a copy, not the document itself.",
    None: "Whether the document is in colour could not be told.",
}
_SCREEN = {
    True: "The document shows no trace of a screen.",
    False: "The document is shown on a screen.",
    None: "No trace of a screen was seen; a fine one leaves none.",
}
