"""A frame model by script, and what its scores are worth."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from deepfake.outcome import TargetRates
from deepfake.policy import ForgeryPolicy
from media.image import ImageRGB
from vision.geometry import Floats

FORGERY_POLICY = ForgeryPolicy(
    Calibration(1.0, 0.0, -9.0, 9.0, "script"),
    OperatingPoint(2.0, -2.0),
    TargetRates(0.1, 0.2, "script"),
    ("scripted",),
)


@dataclass(frozen=True, slots=True, eq=False)
class ScriptedView:
    """What the script says of one face."""

    logit: float
    heat: Floats
    crop_xyxy: tuple[int, int, int, int]

    def result(self) -> "ScriptedView":
        """Return itself; nothing is computed."""
        return self


@dataclass(slots=True)
class ScriptedFrameModel:
    """Gives each face that it is shown the next logit; the last one stays."""

    logits: list[float] = field(default_factory=lambda: [-5.0])
    model_id: str = "scripted"
    count: int = 0
    on_submit: Callable[[ImageRGB], None] = lambda image: None

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> ScriptedView:
        """Return the next of the scripted logits, hottest at the top left."""
        self.on_submit(image)
        logit = self.logits[min(self.count, len(self.logits) - 1)]
        self.count += 1
        heat = np.zeros((6, 6), np.float32)
        heat[0, 0] = 1.0
        x1, y1, x2, y2 = (round(float(side)) for side in box_xyxy)
        return ScriptedView(logit, heat, (x1, y1, x2, y2))
