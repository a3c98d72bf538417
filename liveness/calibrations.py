"""What the scores of the passive model are worth, as training measured it on unseen sources."""

import tomllib
from pathlib import Path
from typing import Any

from base.errors import InvalidArgumentError, SettingsError
from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from inference.manifest import SHARE, ModelSpec
from liveness.decision import LivenessPolicy
from liveness.outcome import TargetRates

FOLDER = "liveness"


def load_policy(spec: ModelSpec, root: Path = SHARE) -> LivenessPolicy:
    """Read calibration and operating point of a passive model.

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
    return LivenessPolicy(calibration, point, target, (spec.id,))


def _point(block: dict[str, Any], data: str) -> tuple[OperatingPoint, TargetRates]:
    point = OperatingPoint(float(block["accept_llr"]), float(block["reject_llr"]))
    target = TargetRates(float(block["max_apcer"]), float(block["max_bpcer"]), data)
    return point, target
