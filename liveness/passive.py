"""The texture of a face: skin before a camera, or a screen before a camera.

A face is looked at twice, alone and with a little of what is around it: what surrounds a face on
a screen is on the screen as well. The two log-odds are averaged. In a tight picture both looks
show nearly the same.
"""

import math
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from base.errors import InferenceFailedError, UnknownModelError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from liveness.crops import WIDE_FACTOR, context_window, fit, tight_window
from media.image import ImageRGB
from vision.canvas import to_input
from vision.geometry import Floats

FAMILY = "pad-texture"
_MAX_EXPONENT = 500.0


@dataclass(frozen=True, slots=True)
class PassiveScore:
    """What the model says of one picture; it is not calibrated and decides nothing by itself.

    live_score: in [0, 1], higher is more live. logit: its log-odds. views: how many pictures of
    the face were averaged.
    """

    live_score: float
    logit: float
    model_id: str
    views: int


class PassiveDetector:
    """Looks at faces with one passive model; safe to share between threads.

    Raises UnknownModelError if the model is no passive one of this family.
    """

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        if spec.family != FAMILY or spec.input.size_hw is None:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family}; a passive model is of {FAMILY}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._size_hw = spec.input.size_hw

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def look(self, image: ImageRGB, box_xyxy: Floats) -> PassiveScore:
        """Look at one face and wait for the answer; raises what `submit` and `result` raise."""
        return self.submit(image, box_xyxy).result()

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> "PendingPassive":
        """Start looking at one face.

        box_xyxy: (4,), the detector's box, or the whole picture where that is a tight crop.
        Raises DegenerateFaceError if hardly any of the box lies inside the picture.
        """
        size_wh = (image.shape[1], image.shape[0])
        windows = (
            tight_window(box_xyxy, size_wh),
            context_window(box_xyxy, size_wh, WIDE_FACTOR),
        )
        views = [fit(window.cut(image), self._size_hw) for window in windows]
        tensor = to_input(views, self._spec.input)
        answer = self._engine.submit(self._spec.id, {self._spec.input.name: tensor})
        return PendingPassive(answer, self._spec.outputs["live_logit"], self.model_id)


@dataclass(frozen=True, slots=True, eq=False)
class PendingPassive:
    """A face that is being looked at."""

    answer: "Future[Tensors]"
    output: str
    model_id: str

    def result(self) -> PassiveScore:
        """Wait for the network. Raises InferenceFailedError if it gave no number."""
        logits = np.asarray(self.answer.result()[self.output], np.float64).ravel()
        logit = float(logits.mean())
        if not math.isfinite(logit):
            raise InferenceFailedError(f"model {self.model_id} gave no number", model=self.model_id)
        return PassiveScore(live_score(logit), logit, self.model_id, len(logits))


def live_score(logit: float) -> float:
    """Return the logistic function of the log-odds."""
    return 1 / (1 + math.exp(-min(max(logit, -_MAX_EXPONENT), _MAX_EXPONENT)))
