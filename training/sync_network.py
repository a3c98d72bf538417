"""From sound to what a mouth does for it: a small network over a mel spectrogram.

The network tells fourteen kinds of mouth from the sound; a table says how each of them opens,
widens and closes the lips. Spectrogram and table are parts of the graph: sound goes in, a mouth
comes out.
"""

import numpy as np
import torch  # type: ignore[import-not-found]
from torch import nn

RATE_HZ, HOP, WINDOW, TRANSFORM = 16_000, 160, 400, 512
STEP = 2 * HOP  # Samples from one answer to the next: 50 a second.
BANDS, BAND_HZ = 24, (80.0, 7600.0)
CHANNELS, DILATIONS, DROPOUT = 64, (1, 1, 2, 2), 0.1
# Below the loudest frame, in natural logarithms of power: what is silence, what sets the level.
_FLOOR, _LOUD, _SCALE = 10.0, 6.0, 3.0

# Phones of flite, by what the mouth does for them; how far it opens, how wide (rounded is negative)
# and how closed the lips are. Set from phonetics, before any talking face was looked at.
MOUTHS = (
    ("pau", 0.0, 0.0, 0.3),
    ("p b m", -0.3, 0.1, 1.0),
    ("f v", 0.05, 0.1, 0.6),
    ("th dh", 0.25, 0.1, 0.0),
    ("t d n l s z", 0.25, 0.15, 0.0),
    ("k g ng hh y", 0.35, 0.2, 0.0),
    ("sh ch jh zh", 0.2, -0.4, 0.0),
    ("r er", 0.3, -0.4, 0.0),
    ("w", 0.15, -0.9, 0.2),
    ("aa ae ay aw ah", 1.0, 0.1, 0.0),
    ("eh ey ax", 0.65, 0.3, 0.0),
    ("ih iy", 0.35, 0.5, 0.0),
    ("ow ao oy", 0.7, -0.8, 0.0),
    ("uw uh", 0.3, -0.9, 0.1),
)
KIND_OF_PHONE = {name: kind for kind, row in enumerate(MOUTHS) for name in row[0].split()}


class Spectrogram(nn.Module):  # type: ignore[misc]
    """Sound (N, T) to a normalised log-mel spectrogram (N, 24, T / 160) and its loudness."""

    def __init__(self) -> None:
        super().__init__()
        turns = 2 * np.pi * np.outer(np.arange(TRANSFORM // 2 + 1), np.arange(WINDOW)) / TRANSFORM
        waves = np.concatenate([np.cos(turns), np.sin(turns)]) * np.hanning(WINDOW)
        self.register_buffer("waves", torch.tensor(waves[:, None], dtype=torch.float32))
        self.register_buffer("bands", torch.tensor(_bank()[:, :, None], dtype=torch.float32))

    def forward(self, samples: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the spectrogram, level and colour of the microphone taken out, and loudness."""
        padded = nn.functional.pad(samples[:, None], (WINDOW // 2, WINDOW // 2))
        parts = nn.functional.conv1d(padded, self.waves, stride=HOP)
        half = TRANSFORM // 2 + 1
        power = parts[:, :half] ** 2 + parts[:, half:] ** 2
        levels = torch.log(nn.functional.conv1d(power, self.bands) + 1e-8)
        loudness = levels.mean(1, keepdim=True)
        top = loudness.amax(2, keepdim=True)
        levels = torch.maximum(levels, top - _FLOOR)
        is_loud = (loudness > top - _LOUD).float()
        mean = (levels * is_loud).sum(2, keepdim=True) / is_loud.sum(2, keepdim=True)
        return (levels - mean) / _SCALE, torch.maximum(loudness, top - _FLOOR)[:, :, ::2]


class MouthNetwork(nn.Module):  # type: ignore[misc]
    """A spectrogram (N, 24, F) to logits of kinds of mouth (N, 14, F / 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv1d(BANDS, CHANNELS, 5, 2, 2), nn.BatchNorm1d(CHANNELS), nn.ReLU()
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(CHANNELS, CHANNELS, 5, 1, 2 * step, step),
                nn.BatchNorm1d(CHANNELS),
                nn.ReLU(),
                nn.Dropout(DROPOUT),
            )
            for step in DILATIONS
        )
        self.last = nn.Conv1d(CHANNELS, len(MOUTHS), 1)

    def forward(self, spectrogram: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        seen = self.first(spectrogram)
        for block in self.blocks:
            seen = seen + block(seen)
        return self.last(seen)


class SpokenMouth(nn.Module):  # type: ignore[misc]
    """Sound (N, T) to (N, T / 320, 4): opening, width, closure, loudness."""

    def __init__(self, network: MouthNetwork) -> None:
        super().__init__()
        self.spectrogram, self.network = Spectrogram(), network
        table = np.array([row[1:] for row in MOUTHS])
        self.register_buffer("table", torch.tensor(table, dtype=torch.float32))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Return what the mouth does, 50 times a second."""
        spectrogram, loudness = self.spectrogram(samples)
        kinds = torch.softmax(self.network(spectrogram), 1).transpose(1, 2)
        return torch.cat([kinds @ self.table, loudness.transpose(1, 2)], 2)


def _bank() -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return triangles that are equally wide in mel, (24, 257)."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in BAND_HZ)
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.arange(TRANSFORM // 2 + 1) * RATE_HZ / TRANSFORM
    rise = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))
