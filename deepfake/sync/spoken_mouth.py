"""What a mouth does for a sound, told from the sound alone."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from base.errors import SettingsError
from inference.engine import Engine, Tensors
from inference.manifest import ModelSpec
from media.frame import Samples
from vision.geometry import Floats

FAMILY, MOUTH = "sync-mouth", "mouth"
RATE_HZ, STEP_S = 16_000, 0.02
STEP = round(RATE_HZ * STEP_S)
# Places in the answer. Loudness is a logarithm, the others are shares.
OPENING, WIDTH, CLOSURE, LOUDNESS = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class PendingMouth:
    """An answer that is being worked out."""

    future: "Future[Tensors]"
    output: str

    def result(self) -> Floats:
        """Wait for it: (T, 4) float32, every 20 ms from the first sample on."""
        return np.asarray(self.future.result()[self.output][0], np.float32)


class SpokenMouth:
    """The model behind the engine; safe to share."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        """Take the model of one family. Raises SettingsError for another."""
        if spec.family != FAMILY:
            raise SettingsError(
                f"the model {spec.id} is of family {spec.family}; sound and lips need {FAMILY}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def submit(self, samples: Samples) -> PendingMouth:
        """Start listening to a stretch of sound of half a second or more at 16 kHz.

        Its level does not matter: it is measured against its own loudest part.
        """
        future = self._engine.submit(self._spec.id, {self._spec.input.name: samples[np.newaxis]})
        return PendingMouth(future, self._spec.outputs[MOUTH])
