"""Speech that a machine makes and of which it says where each sound is.

Flite (Debian package `flite`, 2.2) speaks with four voices and prints when each phone ends. The
sentences are prose of Python's own help pages, random words of it, and numbers.
"""

import random
import re
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
import numpy.typing as npt

from media.frame import Samples

RATE_HZ = 16_000
VOICES = ("kal16", "awb", "rms", "slt")
_HIGH_VOICE = "slt"
_PITCH_HZ = {True: (150.0, 260.0), False: (85.0, 150.0)}
_STRETCH = (0.8, 1.35)
# Lips close for few sounds; these words have many of them.
_LABIAL = (
    "baby people maybe problem remember family very much move boy papa bubble open home room "
    "member probably before about pamper wave five above favour happy number picture moment"
).split()


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence. phones: each with the second at which it ends."""

    samples: Samples
    phones: tuple[tuple[str, float], ...]


class Sentences:
    """Draws what is said."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        prose = [text.replace("\n", " ") for text in topics.values()]
        self._words = sorted({w for text in prose for w in re.findall(r"\b[a-z]{2,12}\b", text)})
        parts = [" ".join(part.split()) for text in prose for part in re.split(r"[.;:]\s", text)]
        self._prose = [part for part in parts if re.fullmatch(r"[A-Za-z ,'-]{30,110}", part)]

    def draw(self) -> str:
        """Return a sentence, a row of words, or a few numbers."""
        kind, words = self._random.random(), self._words + 20 * list(_LABIAL)
        if kind < 0.6:
            return self._random.choice(self._prose)
        if kind < 0.9:
            return " ".join(self._random.choices(words, k=self._random.randint(4, 9)))
        return " ".join(str(self._random.randint(0, 99)) for _ in range(4))

    def speak(self, folder: Path) -> Spoken:
        """Draw a sentence, a voice, a pace and a pitch, and say it. Raises OSError."""
        voice = self._random.choice(VOICES)
        pitch_hz = self._random.uniform(*_PITCH_HZ[voice == _HIGH_VOICE])
        stretch = self._random.uniform(*_STRETCH)
        path = folder / "spoken.wav"
        settings = (f"duration_stretch={stretch:.2f}", f"int_f0_target_mean={pitch_hz:.0f}")
        options = [part for setting in settings for part in ("--setf", setting)]
        command = ["flite", "-voice", voice, "-psdur", *options, "-t", self.draw(), "-o", str(path)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        ends = (phone.rsplit(":", 1) for phone in printed.split())
        return Spoken(_read(path), tuple((name, float(end_s)) for name, end_s in ends))


def spoken(count: int, seed: int, folder: Path) -> list[Spoken]:
    """Return so many sentences; the same for the same seed."""
    sentences = Sentences(seed)
    return [sentences.speak(folder) for _ in range(count)]


def phones_at(said: Spoken, times_s: npt.NDArray[np.float64]) -> list[str]:
    """Return which phone sounds at each time; silence behind the end."""
    ends = [end_s for _, end_s in said.phones]
    names = [*(name for name, _ in said.phones), "pau"]
    return [names[place] for place in np.searchsorted(ends, times_s)]


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE_HZ, f"flite spoke at {file.getframerate()} Hz"
        levels = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return (levels / 32768).astype(np.float32)
