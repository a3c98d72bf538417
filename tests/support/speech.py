"""Speech that a machine makes: a buzzing throat before a mouth that opens and closes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter  # type: ignore[import-untyped]

from media.frame import Samples, SoundChunk

RATE_HZ = 16_000
# The three formants of five vowels in Hz (Peterson and Barney, 1952, rounded), and how far the
# mouth opens for each.
_VOWELS = (
    ((730, 1090, 2440), 1.0),
    ((270, 2290, 3010), 0.3),
    ((300, 870, 2240), 0.2),
    ((530, 1840, 2480), 0.6),
    ((570, 840, 2410), 0.8),
)
_BANDS_HZ = (80, 100, 140)


@dataclass(frozen=True, slots=True)
class MadeSpeech:
    """samples: at 16 kHz. opening: of the mouth in [0, 1], one value a sample."""

    samples: Samples
    opening: Samples

    def chunks(self, length: int = 800, late_s: float = 0.0) -> list[SoundChunk]:
        """Return it in pieces; late_s: how much later than its mouth it is heard."""
        return [
            SoundChunk(
                self.samples[start : start + length],
                RATE_HZ,
                index,
                None,
                None,
                start / RATE_HZ + late_s,
            )
            for index, start in enumerate(range(0, len(self.samples), length))
        ]

    def opening_at(self, time_s: float) -> float:
        """Return how far the mouth is open."""
        index = min(max(round(time_s * RATE_HZ), 0), len(self.opening) - 1)
        return float(self.opening[index])


def made_speech(seed: int, duration_s: float, from_s: float = 0.1) -> MadeSpeech:
    """Return syllables of random vowels and lengths, with a pause now and then."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(duration_s * RATE_HZ), np.float32)
    opening = np.zeros_like(samples)
    at, end = round(from_s * RATE_HZ), len(samples) - RATE_HZ // 3
    while at < end:
        length = round(RATE_HZ * rng.uniform(0.12, 0.22))
        formants, wide = _VOWELS[rng.integers(len(_VOWELS))]
        loudness = np.hanning(length) ** 0.5
        pitch_hz = rng.uniform(100, 140) * (1 + 0.08 * np.linspace(1, -1, length))
        samples[at : at + length] = loudness * _vowel(rng, pitch_hz, formants)
        opening[at : at + length] = loudness * wide
        at += length + round(RATE_HZ * rng.uniform(0.02, 0.1))
        if rng.random() < 0.12:
            at += round(0.35 * RATE_HZ)
    return MadeSpeech(samples, opening)


def _vowel(
    rng: np.random.Generator, pitch_hz: npt.NDArray[np.float64], formants: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """Return a train of pulses through three resonances, 0.4 at its loudest."""
    phase = np.cumsum(pitch_hz / RATE_HZ)
    sound = np.diff(np.floor(phase), prepend=0) + 0.01 * rng.normal(size=len(phase))
    for hertz, band_hz in zip(formants, _BANDS_HZ, strict=True):
        decay = np.exp(-np.pi * band_hz / RATE_HZ)
        turn = 2 * decay * np.cos(2 * np.pi * hertz / RATE_HZ)
        sound = lfilter([1.0], [1.0, -turn, decay**2], sound)
    return np.asarray(0.4 * sound / np.abs(sound).max(), np.float64)
