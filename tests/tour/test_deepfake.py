import io
from collections.abc import Mapping, Sequence
from typing import cast

import av
import numpy as np

from client.deepfake_types import (
    ClipForgery,
    ForgeryDecision,
    ForgeryOutcome,
    ImageForgery,
    OperatingPoint,
)
from client.types import Detection, Face, Reason
from media.image import ImageRGB
from tour import photographs
from tour.deepfake import show_deepfakes
from tour.door import Door
from tour.drawing import swap_face
from tour.filming import film
from vision.assembly import FacePipeline

EYES_NOSE_MOUTH = ((70.0, 80.0), (110.0, 80.0), (90.0, 105.0), (75.0, 130.0), (105.0, 130.0))


class CredulousDoor:
    """Takes everything for genuine, whatever it is shown."""

    def detect(self, picture: bytes) -> Detection:
        face = cast(Face, type("Middle", (), {"landmarks": EYES_NOSE_MOUTH})())
        return cast(Detection, type("One", (), {"faces": (face,)})())

    def check_forgery(self, picture: bytes) -> ImageForgery:
        return ImageForgery(self._decision(), cast(Face, None))

    def check_clip(self, clip: bytes) -> ClipForgery:
        return ClipForgery(self._decision(), 10, 5, False)

    def film_signed(self, pictures: Sequence[bytes], fps: float) -> ClipForgery:
        return self.check_clip(b"")

    def film_edited(
        self, pictures: Sequence[bytes], fps: float, edits: Mapping[int, bytes]
    ) -> ClipForgery:
        assert all(pictures[place] != picture for place, picture in edits.items())
        return self.check_clip(b"")

    def _decision(self) -> ForgeryDecision:
        reason = Reason("LOOKS_GENUINE", "Nothing looks forged.")
        point = OperatingPoint(0.1, 0.1, "nothing")
        genuine = ForgeryOutcome.GENUINE
        return ForgeryDecision(genuine, (reason,), (), 0.1, point, (), (), None)


def test_a_server_that_takes_everything_for_genuine_breaks_the_promises() -> None:
    chapter = show_deepfakes(cast(Door, CredulousDoor()), photographs.people())
    kept = {finding.subject: finding.is_kept for finding in chapter.findings}
    assert kept == {
        "a photograph": True,
        "3 faces swapped in haste": True,
        "two people": False,
        "a clip that was cut off": False,
        "a text as a clip": False,
        "a clip that plays twice": False,
        "two people's clips joined": False,
        "a clip that stands still": False,
        "a clip signed by the client": True,
        "one picture edited on its way": False,
    }


def test_a_swapped_face_is_still_one_face_and_another(
    pipeline: FacePipeline, portraits: Mapping[str, ImageRGB]
) -> None:
    own, other = portraits["seat-6"], portraits["seat-4"]
    places = [
        [(float(x), float(y)) for x, y in pipeline.detector.detect(image).landmarks[0]]
        for image in (own, other)
    ]
    swapped = swap_face(own, places[0], other, places[1])
    assert len(pipeline.analyzer.detect(swapped)) == 1
    assert np.array_equal(swapped[:20, :20], own[:20, :20])
    middle = tuple(slice(round(y) - 10, round(y) + 10) for y in reversed(places[0][2]))
    assert np.abs(swapped[middle].astype(int) - own[middle]).mean() > 5


def test_a_film_has_the_frames_that_it_was_made_of() -> None:
    pictures = [np.full((48, 64, 3), 10 * number, np.uint8) for number in range(12)]
    with av.open(io.BytesIO(film(pictures, 12)), "r") as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 12
    assert float(frames[-1].time or 0.0) == 11 / 12
