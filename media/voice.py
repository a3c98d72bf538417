"""Whether somebody speaks: a recurrent model over short windows of sound."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from base.errors import InvalidArgumentError, SettingsError
from inference.engine import Engine, Tensor
from inference.manifest import ModelSpec
from media.frame import Samples

FAMILY = "silero-vad"
RATE_HZ = 16_000
WINDOW = 512
WINDOW_S = WINDOW / RATE_HZ
# What the model is shown of the window before.
_CONTEXT = 64
# Sound comes unevenly over a network; from this much beside the end of what came before, it is a
# new beginning.
_MAX_SLIP_S = 0.25
_PROBABILITY, _STATE = "speech_probability", "state_rows"

# Speech begins above the first and ends below the second, as the model's makers have it; what is
# shorter is a click, and shorter silence is a breath.
SPEECH_FROM, SPEECH_TO = 0.5, 0.35
MIN_SPEECH_S, MIN_SILENCE_S = 0.16, 0.2


@dataclass(frozen=True, slots=True)
class VoiceWindow:
    """32 ms of sound. start_s: of its first sample. probability: that somebody speaks."""

    start_s: float
    probability: float

    @property
    def end_s(self) -> float:
        """When the next one begins."""
        return self.start_s + WINDOW_S


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch in which somebody speaks, in seconds."""

    start_s: float
    end_s: float


class VoiceActivity:
    """The model; opens one listener for each stream. Safe to share."""

    def __init__(self, engine: Engine, spec: ModelSpec) -> None:
        """Take the model of one family. Raises SettingsError for another."""
        if spec.family != FAMILY or _STATE not in spec.input.state:
            raise SettingsError(
                f"the model {spec.id} is of family {spec.family}; voice activity needs {FAMILY}",
                model=spec.id,
            )
        self._engine = engine
        self._spec = spec

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        return self._spec.id

    def open(self) -> "VoiceListener":
        """Return the ear of one stream."""
        return VoiceListener(self)

    def blank_state(self) -> Tensor:
        """Return the memory of a model that has heard nothing, (1, ...) float32."""
        return np.zeros((1, *self._spec.input.state[_STATE]), np.float32)

    def run(self, samples: Samples, state: Tensor) -> tuple[float, Tensor]:
        """Return the probability of speech in one window and the memory after it.

        samples: (576,) float32, the window behind the end of the one before.
        """
        inputs = {self._spec.input.name: samples[np.newaxis], _STATE: state}
        answer = self._engine.submit(self._spec.id, inputs).result()
        outputs = self._spec.outputs
        return float(answer[outputs[_PROBABILITY]].item()), answer[outputs[_STATE]]


class VoiceListener:
    """Follows one stream of sound; keeps less than one window. Not thread-safe."""

    def __init__(self, voice: VoiceActivity) -> None:
        self._voice = voice
        self._start_s = 0.0
        self._kept: Samples = np.empty(0, np.float32)
        self._context: Samples = np.zeros(_CONTEXT, np.float32)
        self._state = voice.blank_state()

    def push(self, samples: Samples, rate_hz: int, time_s: float) -> Iterator[VoiceWindow]:
        """Take a piece of sound and yield the windows that it completes.

        time_s: of its first sample. After a gap, or sound that comes twice, it begins anew.
        Raises InvalidArgumentError for another rate than 16 kHz.
        """
        if rate_hz != RATE_HZ:
            raise InvalidArgumentError(f"voice activity hears {RATE_HZ} Hz, got {rate_hz} Hz")
        if abs(time_s - self._start_s - len(self._kept) / RATE_HZ) > _MAX_SLIP_S:
            self._begin(time_s)
        self._kept = np.concatenate([self._kept, samples.astype(np.float32, copy=False)])
        while len(self._kept) >= WINDOW:
            window, self._kept = self._kept[:WINDOW], self._kept[WINDOW:]
            probability, self._state = self._voice.run(
                np.concatenate([self._context, window]), self._state
            )
            self._context = window[-_CONTEXT:]
            start_s, self._start_s = self._start_s, self._start_s + WINDOW_S
            yield VoiceWindow(start_s, probability)

    def _begin(self, time_s: float) -> None:
        self._start_s = time_s
        self._kept = np.empty(0, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._state = self._voice.blank_state()


def speech_spans(windows: Iterable[VoiceWindow]) -> tuple[SpeechSpan, ...]:
    """Return where somebody speaks, in order; windows that do not join end a span."""
    spans: list[SpeechSpan] = []
    is_on, end_s = False, float("-inf")
    for window in windows:
        joins = abs(window.start_s - end_s) < WINDOW_S / 2
        end_s = window.end_s
        is_on = window.probability >= (SPEECH_TO if is_on and joins else SPEECH_FROM)
        if not is_on:
            continue
        if spans and window.start_s - spans[-1].end_s < MIN_SILENCE_S:
            spans[-1] = SpeechSpan(spans[-1].start_s, window.end_s)
        else:
            spans.append(SpeechSpan(window.start_s, window.end_s))
    return tuple(span for span in spans if span.end_s - span.start_s >= MIN_SPEECH_S - 1e-9)
