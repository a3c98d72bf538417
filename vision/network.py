"""A detector model from canvas to faces: prepare, infer, interpret."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

import numpy as np

from base.errors import UnknownModelError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision import retinaface, scrfd
from vision.canvas import (
    Placement,
    cut,
    fill_colour,
    place,
    placement_for,
    placement_in,
    to_input,
)
from vision.faces import Faces
from vision.geometry import Floats, non_maximum_suppression

Interpret = Callable[[Mapping[str, Floats], tuple[int, int], float], Faces]
FAMILIES: dict[str, Interpret] = {"retinaface": retinaface.interpret, "scrfd": scrfd.interpret}
_STRIDE_PX = 32
MAX_OVERLAP = 0.4  # IoU; the value that both families were published with.


class DetectorNetwork:
    """One detector model, run at whatever canvas it is asked to; safe to share.

    max_overlap: IoU above which two candidates are the same face.
    """

    def __init__(self, engine: Engine, spec: ModelSpec, max_overlap: float = MAX_OVERLAP) -> None:
        if spec.family not in FAMILIES:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family}; a detector is one of "
                f"{', '.join(FAMILIES)}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._interpret = FAMILIES[spec.family]
        self._max_overlap = max_overlap
        self._fill = fill_colour(spec.input)
        self._stride_px = _coarsest_stride_px(spec)

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    @property
    def fixed_shape_hw(self) -> tuple[int, int] | None:
        """The only canvas that the graph takes, None if it takes any."""
        return self._spec.input.size_hw

    def look(self, image: ImageRGB, longest_px: int, min_score: float) -> "Look":
        """Start looking at a whole picture, scaled to a longest side where the graph allows."""
        size_wh = (image.shape[1], image.shape[0])
        if self.fixed_shape_hw:
            placement = placement_in(size_wh, self.fixed_shape_hw)
        else:
            placement = placement_for(size_wh, longest_px, self._stride_px)
        return self.look_at(image, placement, min_score)

    def look_at(self, image: ImageRGB, placement: Placement, min_score: float) -> "Look":
        """Start looking at a whole picture that is placed on a canvas as the caller wants it."""
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
        rows = non_maximum_suppression(found.boxes_xyxy, found.scores, self._max_overlap)
        return placement.to_picture(found.take(rows))


def _coarsest_stride_px(spec: ModelSpec) -> int:
    """Return what both sides of a canvas must be multiples of."""
    strides = [int(name.rpartition("_")[2]) for name in spec.outputs if name.startswith("scores_")]
    return max([_STRIDE_PX, *strides])


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
