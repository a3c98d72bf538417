"""Faces of a few points whose mouths open when a test says so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from deepfake.clip_signal import ClipSignal, Heard
from media.frame import SoundChunk
from vision.mesh import MESH_POINTS, FaceMesh

_EYES, _CORNERS, _NOSE, _CHIN = ((33, -50), (263, 50)), ((61, -30), (291, 30)), 1, 152
_LIPS = ((13, 14, 0), (82, 87, -8), (312, 317, 8))


@dataclass(frozen=True, slots=True)
class Glance:
    """What a follower of sound and lips asks of a frame."""

    mesh: FaceMesh | None


def made_mesh(opening: float, scale: float = 1.0) -> FaceMesh:
    """Return a face whose mouth is open to a share of its widest."""
    points = np.zeros((MESH_POINTS, 3), np.float32)
    for place, x in _EYES:
        points[place] = x, -40, 0
    for place, x in _CORNERS:
        points[place] = x * (1 - 0.2 * opening), 40, 0
    for top, bottom, x in _LIPS:
        points[top], points[bottom] = (x, 38 - 5 * opening, 0), (x, 40 + 25 * opening, 0)
    points[_NOSE], points[_CHIN] = (0, 0, 10), (0, 75 + 20 * opening, 0)
    shapes = {"mouthRollLower": 0.4 * (1 - opening), "mouthPucker": 0.2 * opening}
    return FaceMesh(scale * points, shapes, 0.0, 0.0, 0.0, np.eye(4, dtype=np.float32))


def play(
    signal: ClipSignal,
    opening_at: Callable[[float], float],
    chunks: list[SoundChunk],
    duration_s: float,
    fps: float = 25.0,
    late_s: float = 0.0,
) -> Heard:
    """Let a signal follow a mouth and a sound, each piece when it comes.

    late_s: how long sound is on its way; it says itself when it was.
    """
    for time_s, chunk in _in_order(chunks, duration_s, fps, late_s):
        if chunk is None:
            signal.look(Glance(made_mesh(opening_at(time_s))), time_s)  # type: ignore[arg-type]
        else:
            signal.hear(chunk, chunk.received_monotonic_s)
    return signal.conclude()


def _in_order(
    chunks: list[SoundChunk], duration_s: float, fps: float, late_s: float
) -> Iterator[tuple[float, SoundChunk | None]]:
    frames = [(index / fps, None) for index in range(round(duration_s * fps))]
    pieces = [(chunk.received_monotonic_s + late_s, chunk) for chunk in chunks]
    both: list[tuple[float, SoundChunk | None]] = [*pieces, *frames]
    yield from sorted(both, key=lambda piece: (piece[0], piece[1] is None))
