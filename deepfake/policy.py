"""How the frame model's evidence is weighed."""

from dataclasses import dataclass

from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from deepfake.outcome import TargetRates


@dataclass(frozen=True, slots=True)
class ForgeryPolicy:
    """What the frame model's logits are worth, and where decisions lie.

    The claim is "forged": llrs are positive for it, `point` accepts FAKE and rejects to GENUINE.
    model_ids: of what the calibration was fitted for.
    """

    calibration: Calibration
    point: OperatingPoint
    target: TargetRates
    model_ids: tuple[str, ...]
