"""The chapter about bad input: each is refused with a stable reason, or answered as unsure."""

from collections.abc import Callable

import cv2
import numpy as np

from tour import photographs
from tour.door import Door, reason_of
from tour.exhibits import (
    GALLERY,
    GALLERY_ID,
    TENANT,
    copies_of,
    is_unsure,
    jpeg,
    say_verification,
)
from tour.findings import Chapter
from tour.photographs import Person

# The whole portrait; the face in it has some ten pixels between its eyes.
_TINY_SIDE_PX = 48
_BLUR_PX = 5.0


def show_refusals(door: Door, person: Person) -> Chapter:
    """Send what should be refused and compare the reasons with those promised."""
    chapter = Chapter("What bad input gets")
    good, probe = jpeg(person.portrait), copies_of(person)[0].picture
    blurred = jpeg(photographs.blurred(person.portrait, _BLUR_PX))
    two = jpeg(photographs.side_by_side(person.portrait, photographs.people()[0].portrait))
    attempts: list[tuple[str, str, Callable[[], object]]] = [
        ("no bytes", "PICTURE_EMPTY", lambda: door.verify(good, b"")),
        ("half a picture", "PICTURE_BROKEN", lambda: door.verify(good, probe[: len(probe) // 2])),
        ("a text", "PICTURE_UNSUPPORTED", lambda: door.verify(good, b"no picture at all")),
        (
            "few bytes that claim 1,600 megapixels",
            "PICTURE_TOO_LARGE",
            lambda: door.verify(good, photographs.oversized_png()),
        ),
        ("a wall", "NO_FACE", lambda: door.verify(good, jpeg(photographs.empty_room()))),
        ("two people", "SEVERAL_FACES", lambda: door.verify(good, two)),
        ("an FMR of 0", "ERROR_RATE_OUT_OF_RANGE", lambda: door.verify(good, probe, 0.0)),
        ("an FMR of 2", "ERROR_RATE_OUT_OF_RANGE", lambda: door.verify(good, probe, 2.0)),
        (
            "an FMR that no measurement supports",
            "ERROR_RATE_OUT_OF_RANGE",
            lambda: door.verify(good, probe, 1e-12),
        ),
        (
            "a gallery that is not there",
            "GALLERY_NOT_FOUND",
            lambda: door.search("tenants/default/galleries/nowhere", probe),
        ),
        (
            "another tenant's gallery",
            "GALLERY_NOT_FOUND",
            lambda: door.search("tenants/other/galleries/tour", probe),
        ),
        ("a name that is none", "RESOURCE_NAME_INVALID", lambda: door.search("tour", probe)),
        (
            "the same gallery again",
            "GALLERY_EXISTS",
            lambda: door.create_gallery(TENANT, GALLERY_ID, "twice"),
        ),
        (
            "enrolling a blurred picture",
            "QUALITY_TOO_LOW",
            lambda: door.enrol(GALLERY, "blurred", blurred),
        ),
    ]
    for what, promised, attempt in attempts:
        seen = reason_of(attempt)
        chapter.check(what, seen, promised, seen == promised)
    _show_doubts(door, person, chapter)
    return chapter


def _show_doubts(door: Door, person: Person, chapter: Chapter) -> None:
    """Send pictures that can be read and are too poor to tell: never a mismatch."""
    side = (_TINY_SIDE_PX, _TINY_SIDE_PX)
    tiny = np.asarray(cv2.resize(person.portrait, side, interpolation=cv2.INTER_AREA), np.uint8)
    for what, picture in (
        ("a blurred face", jpeg(photographs.blurred(person.portrait, _BLUR_PX))),
        ("a tiny face", jpeg(tiny)),
    ):
        answer = door.verify(jpeg(person.portrait), picture)
        promised = "INCONCLUSIVE with reasons"
        chapter.check(what, say_verification(answer), promised, is_unsure(answer))
