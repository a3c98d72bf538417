"""Made speech as rooms, microphones and other throats would have it."""

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve, lfilter  # type: ignore[import-untyped]

from media.frame import Samples
from training.sync_speech import RATE_HZ, Spoken

Sound = npt.NDArray[np.float64]

PACE = (0.8, 1.25)
SNR_DB = (0.0, 40.0)


def view(rng: np.random.Generator, said: Spoken, others: list[Spoken]) -> tuple[Samples, float]:
    """Return a sentence as it might be heard, and how much faster it goes.

    others: whose speech may be heard in the background.
    """
    pace = float(rng.uniform(*PACE))  # Pitch and throat go with it.
    places = np.arange(0, len(said.samples) - 1, pace)
    sound = np.interp(places, np.arange(len(said.samples)), said.samples)
    for chance, change in ((0.6, _room), (0.7, _microphone), (0.5, _tilt), (0.4, _narrow)):
        if rng.random() < chance:
            sound = change(rng, sound)
    noise = _noise(rng, len(sound), others)
    wanted = 10 ** (-rng.uniform(*SNR_DB) / 20) * np.sqrt(np.mean(sound**2))
    return (sound + noise * wanted / np.sqrt(np.mean(noise**2) + 1e-12)).astype(np.float32), pace


def _room(rng: np.random.Generator, sound: Sound) -> Sound:
    length = int(RATE_HZ * rng.uniform(0.05, 0.4))
    echo = rng.normal(size=length) * np.exp(-5 * np.arange(length) / length)
    echo *= rng.uniform(0.1, 0.8) / np.sqrt((echo**2).sum())
    echo[0] = 1.0
    return np.asarray(fftconvolve(sound, echo)[: len(sound)])


def _microphone(rng: np.random.Generator, sound: Sound) -> Sound:
    kernel = 0.15 * rng.normal(size=9)
    kernel[4] = 1.0
    return np.convolve(sound, kernel, "same")


def _tilt(rng: np.random.Generator, sound: Sound) -> Sound:
    return np.asarray(lfilter([1.0, rng.uniform(-0.7, 0.7)], [1.0], sound))


def _narrow(rng: np.random.Generator, sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    spectrum[int(rng.uniform(3000, 7500) * len(sound) / RATE_HZ) :] *= 0.01
    return np.fft.irfft(spectrum, len(sound))


def _noise(rng: np.random.Generator, length: int, others: list[Spoken]) -> Sound:
    """Return hiss, rumble or the talk of four."""
    kind = rng.integers(3)
    if kind == 2:
        talk = np.zeros(length)
        for said in (others[place] for place in rng.integers(len(others), size=4)):
            talk += np.resize(np.roll(said.samples, rng.integers(len(said.samples))), length)
        return talk
    hiss = rng.normal(size=length)
    return hiss if kind == 0 else np.asarray(lfilter([1.0], [1.0, -0.98], hiss))
