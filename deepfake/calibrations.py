"""What the logits of the frame model are worth, as training measured it on unseen sources."""

import tomllib
from pathlib import Path
from typing import Any

from base.errors import InvalidArgumentError, SettingsError
from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from deepfake.outcome import TargetRates
from deepfake.policy import ForgeryPolicy
from inference.manifest import SHARE, ModelSpec

FOLDER = "deepfake"


def load_policy(spec: ModelSpec, root: Path = SHARE) -> ForgeryPolicy:
    """Read calibration and operating point of a frame model.

    root: the catalogue's folder. Raises SettingsError if there are none, they cannot be
    understood, or they were measured on other weights.
    """
    path = root / FOLDER / f"{spec.id}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        measured_on = str(content["weights_sha256"])
        calibration = Calibration.from_plain(content["calibration"])
        point, target = _point(content["operating_point"], calibration.provenance)
    except (OSError, KeyError, TypeError, ValueError, InvalidArgumentError) as error:
        raise SettingsError(f"the calibration {path} cannot be used: {error!r}") from error
    if measured_on != spec.sha256:
        raise SettingsError(
            f"the calibration {path} was measured on other weights ({measured_on[:12]}) than "
            f"those of {spec.id} ({spec.sha256[:12]}); train again"
        )
    return ForgeryPolicy(calibration, point, target, (spec.id,))


def _point(block: dict[str, Any], data: str) -> tuple[OperatingPoint, TargetRates]:
    point = OperatingPoint(float(block["fake_llr"]), float(block["genuine_llr"]))
    target = TargetRates(
        float(block["max_false_alarm_rate"]), float(block["max_inconclusive_rate"]), data
    )
    return point, target
