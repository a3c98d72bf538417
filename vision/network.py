"""A detector model from canvas to faces: prepare, infer, interpret."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

import numpy as np

from base.errors import UnknownModelError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision import retinaface, scrfd
from vision.canvas import Placement, cut, fill_colour, place, placement_for, to_input
from vision.faces import Faces
from vision.geometry import Floats, non_maximum_suppression

Interpret = Callable[[Mapping[str, Floats], tuple[int, int], float], Faces]
FAMILIES: dict[str, Interpret] = {"retinaface": retinaface.interpret, "scrfd": scrfd.interpret}
MAX_OVERLAP = 0.4  # IoU; the value that both families were published with.


class DetectorNetwork:
    """One detector model, run at whatever canvas it is asked to; safe to share."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        if spec.family not in FAMILIES:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family}; a detector is one of "
                f"{', '.join(FAMILIES)}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._interpret = FAMILIES[spec.family]
        self._fill = fill_colour(spec.input)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def look(self, image: ImageRGB, longest_px: int, min_score: float) -> "Look":
        """Start looking at a whole picture, scaled to a longest side."""
        placement = placement_for((image.shape[1], image.shape[0]), longest_px)
        canvas = place(image, placement, self._fill)
        return Look(self, self._submit([canvas]), (placement,), min_score)

    def look_closer(
        self, image: ImageRGB, windows: tuple[Placement, ...], min_score: float
    ) -> "Look":
        """Start looking at windows of a picture, all of one canvas shape."""
        canvases = [cut(image, window, self._fill) for window in windows]
        return Look(self, self._submit(canvases), windows, min_score)

    def _submit(self, canvases: list[ImageRGB]) -> "Future[Tensors]":
        tensor = to_input(canvases, self._spec.input)
        return self._engine.submit(self._spec.id, {self._spec.input.name: tensor})

    def read(self, outputs: Tensors, row: int, placement: Placement, min_score: float) -> Faces:
        """Return what the network saw on one canvas, in pixels of the picture."""
        meanings = {
            meaning: np.asarray(outputs[name], np.float32)[row]
            for meaning, name in self._spec.outputs.items()
        }
        found = self._interpret(meanings, placement.shape_hw, min_score)
        rows = non_maximum_suppression(found.boxes_xyxy, found.scores, MAX_OVERLAP)
        return placement.to_picture(found.take(rows))


class Look:
    """One run of the network that is under way."""

    def __init__(
        self,
        network: DetectorNetwork,
        answer: "Future[Tensors]",
        placements: tuple[Placement, ...],
        min_score: float,
    ) -> None:
        self._network = network
        self._answer = answer
        self._min_score = min_score
        self.placements = placements

    def result(self) -> list[Faces]:
        """Wait and return the faces of each canvas in pixels of the picture, surest first."""
        outputs = self._answer.result()
        return [
            self._network.read(outputs, row, placement, self._min_score)
            for row, placement in enumerate(self.placements)
        ]
