"""What the chapters of the tour have in common: the gallery, the probes, the wording."""

from collections.abc import Sequence
from dataclasses import dataclass

from client.types import Face, Outcome, Reason, Search, Verification
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tour import photographs
from tour.photographs import SEATS_XYXY, Person

TENANT, GALLERY_ID = "default", "tour"
GALLERY = f"tenants/{TENANT}/galleries/{GALLERY_ID}"
COPIES = (
    "Probes are re-shot, turned or compressed copies of the same photograph, which is easier "
    "than a real second photograph; docs/evaluation.md measures real ones."
)

RATES = (
    "Decided at a false match rate of 1 in 10,000; the FMR shown is that of the similarity, and "
    "never lower than the measurements support."
)


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """A probe made from a person's portrait, and how."""

    how: str
    picture: bytes


def jpeg(image: ImageRGB) -> bytes:
    """Return a picture as a bank's app would send it."""
    return encode_jpeg(image, 92)


def copies_of(person: Person) -> tuple[Copy, ...]:
    """Return three probes of one person, the re-shot one first."""
    return (
        Copy("re-shot", jpeg(photographs.reshot(person.portrait))),
        Copy("turned by 12 degrees", jpeg(photographs.turned(person.portrait))),
        Copy("compressed", photographs.compressed(person.portrait)),
    )


def subject_of(person: Person) -> str:
    """Return the resource name of a person in the tour's gallery."""
    return f"{GALLERY}/subjects/{person.id}"


def short(name: str) -> str:
    """Return the last part of a resource name."""
    return name.rpartition("/")[2]


def seat_of(face: Face) -> str:
    """Return the seat that a face of the photograph of six belongs to, or an empty string."""
    x1, y1, x2, y2 = face.box_xyxy
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    for seat, (left, top, right, bottom) in SEATS_XYXY.items():
        if left < x < right and top < y < bottom:
            return seat
    return ""


def say_reasons(reasons: Sequence[Reason]) -> str:
    """Return reasons as sentences."""
    return " ".join(reason.text for reason in reasons)


def say_face(face: Face) -> str:
    """Return a face's quality in words."""
    why = say_reasons(face.quality.reasons)
    return f"quality {face.quality.score:.0f}" + (f": {why}" if why else "")


def say_verification(answer: Verification) -> str:
    """Return an answer as one line: decision, similarity, its error rate, why it is unsure."""
    line = answer.outcome.value
    if answer.similarity is not None and answer.fmr is not None:
        line += f", similarity {answer.similarity:.2f}, FMR {answer.fmr:.2g}"
    return line + (f". {say_reasons(answer.reasons)}" if is_unsure(answer) else "")


def say_search(answer: Search) -> str:
    """Return who was found, as one line."""
    hits = [f"{short(hit.subject)} ({hit.similarity:.2f})" for hit in answer.hits]
    line = f"{answer.outcome.value}: {', '.join(hits) or 'nobody'}"
    return line + (f". {say_reasons(answer.reasons)}" if is_unsure(answer) else "")


def is_unsure(answer: Verification | Search) -> bool:
    """Return whether the answer is inconclusive, as it should be: with reasons."""
    return answer.outcome is Outcome.INCONCLUSIVE and bool(answer.reasons)
