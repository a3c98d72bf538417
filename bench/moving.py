"""A face that moves, frame by frame, made from a photograph that a dependency ships.

One photograph gives one pose: a print in a hand, which does what no challenge asks. The work for
the models is that of a living face, and a session mostly sees one that rests.
"""

from bench.pictures import JPEG_QUALITY
from media.pictures import encode_jpeg
from tour import photographs

FPS = 15.0


def moving_face(frames: int, person: int = 5) -> tuple[bytes, ...]:
    """Return JPEG frames of 640 x 480 pixels, a fifteenth of a second apart.

    person: which of the six of the photograph at the table.
    """
    image = photographs.place(photographs.people()[person].portrait)
    return tuple(
        encode_jpeg(photographs.held_up(image, number / FPS, person), JPEG_QUALITY)
        for number in range(frames)
    )
