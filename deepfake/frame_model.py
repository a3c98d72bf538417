"""What one network sees in one face: whether it was forged, and where.

It learned from faces blended with changed copies of themselves (docs/deepfake-frame.md), and so
looks for what forging leaves at the seams: it knows no forger's faces.
"""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from base.errors import InferenceFailedError, UnknownModelError
from decision.log_odds import shares_of
from deepfake.face_crop import CropWindow, crop_window, fit
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.image import ImageRGB
from vision.canvas import to_input
from vision.geometry import Floats

FAMILY = "forgery-frame"
LOGIT, MAP = "fake_logit", "fake_map"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForgeryScore:
    """What the model says of one face; it is not calibrated and decides nothing by itself.

    fake_score: in [0, 1], higher is more likely forged. logit: its log-odds.
    heat: (H, W) float32 in [0, 1], how much each part looks forged. crop_xyxy: the square that
    `heat` covers, in pixels of the picture; it may reach outside of it.
    """

    fake_score: float
    logit: float
    heat: Floats
    crop_xyxy: tuple[int, int, int, int]
    model_id: str

    def __repr__(self) -> str:
        return f"ForgeryScore(fake_score={self.fake_score:.3f}, model_id={self.model_id!r})"


class ForgeryDetector:
    """Looks at faces with one frame model; safe to share between threads.

    Raises UnknownModelError if the model is no frame model of this family.
    """

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        size_hw = spec.input.size_hw
        if spec.family != FAMILY or size_hw is None or size_hw[0] != size_hw[1]:
            raise UnknownModelError(
                f"model {spec.id} is of family {spec.family} and takes {size_hw}; a frame model "
                f"is of {FAMILY} and takes squares",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec
        self._side_px = size_hw[0]

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def look(self, image: ImageRGB, box_xyxy: Floats) -> ForgeryScore:
        """Look at one face and wait for the answer; raises what `submit` and `result` raise."""
        return self.submit(image, box_xyxy).result()

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> "PendingForgery":
        """Start looking at one face.

        box_xyxy: (4,), the detector's box. Raises DegenerateFaceError if hardly any of it lies
        inside the picture.
        """
        window = crop_window(box_xyxy, (image.shape[1], image.shape[0]))
        tensor = to_input([fit(window.cut(image), self._side_px)], self._spec.input)
        answer = self._engine.submit(self._spec.id, {self._spec.input.name: tensor})
        return PendingForgery(answer, self._spec, window)


@dataclass(frozen=True, slots=True, eq=False)
class PendingForgery:
    """A face that is being looked at."""

    answer: "Future[Tensors]"
    spec: ModelSpec
    window: CropWindow

    def result(self) -> ForgeryScore:
        """Wait for the network. Raises InferenceFailedError if it gave no numbers."""
        outputs = self.answer.result()
        logits = np.asarray(outputs[self.spec.outputs[LOGIT]], np.float64).ravel()
        cells = np.asarray(outputs[self.spec.outputs[MAP]], np.float32)[0]
        if len(logits) != 1 or not (np.isfinite(logits).all() and np.isfinite(cells).all()):
            raise InferenceFailedError(f"model {self.spec.id} gave no number", model=self.spec.id)
        return ForgeryScore(
            fake_score=float(shares_of(logits)[0]),
            logit=float(logits[0]),
            heat=shares_of(cells).astype(np.float32),
            crop_xyxy=self.window.xyxy,
            model_id=self.spec.id,
        )
