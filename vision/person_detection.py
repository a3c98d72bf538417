"""Persons in a picture, seen from any side and at any distance that the canvas shows."""

from concurrent.futures import Future

import numpy as np

from base.errors import UnknownModelError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision import person_centernet
from vision.canvas import Placement, fill_colour, place, snug_placement, to_input
from vision.persons import Persons

FAMILY = "centernet-persons"
DETECT_WIDTH_PX = 512
"""Longest side of the canvas that the network was made for; docs/flow.md compares others."""
MIN_SCORE = 0.15
"""Least sure person that is told; whoever follows persons decides which may start a track."""


class PersonDetector:
    """Finds persons with one detector model; safe to share between threads."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        if spec.family != FAMILY:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family}; a person detector is {FAMILY}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._fill = fill_colour(spec.input)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def detect(
        self, image: ImageRGB, longest_px: int = DETECT_WIDTH_PX, min_score: float = MIN_SCORE
    ) -> Persons:
        """Return the persons in pixels of `image`, surest first."""
        return self.submit(image, longest_px, min_score).result()

    def submit(
        self, image: ImageRGB, longest_px: int = DETECT_WIDTH_PX, min_score: float = MIN_SCORE
    ) -> "PendingPersons":
        """Start looking, so that the caller can do other work meanwhile.

        The canvas follows the picture's shape, as is right for cameras: for pictures of all
        sorts of shapes it would make as many shapes of tensors.
        """
        size_wh = (image.shape[1], image.shape[0])
        placement = snug_placement(size_wh, longest_px)
        tensor = to_input([place(image, placement, self._fill)], self._spec.input)
        answer = self._engine.submit(self._spec.id, {self._spec.input.name: tensor})
        return PendingPersons(answer, self._spec, placement, size_wh, min_score)


class PendingPersons:
    """Persons that are being looked for."""

    def __init__(
        self,
        answer: "Future[Tensors]",
        spec: ModelSpec,
        placement: Placement,
        size_wh: tuple[int, int],
        min_score: float,
    ) -> None:
        self._answer = answer
        self._spec = spec
        self._placement = placement
        self._size_wh = size_wh
        self._min_score = min_score

    def result(self) -> Persons:
        """Wait for the network and return the persons in pixels of the picture, surest first."""
        outputs = self._answer.result()
        meanings = {
            meaning: np.asarray(outputs[name], np.float32)[0]
            for meaning, name in self._spec.outputs.items()
        }
        found = person_centernet.interpret(meanings, self._min_score)
        width, height = self._size_wh
        boxes = found.boxes_xyxy / np.float32(self._placement.scale)
        return Persons(np.clip(boxes, 0, np.array([width, height] * 2, np.float32)), found.scores)
