"""Clips that the watches over conduct look at, as if questions were asked meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from base.errors import UnsupportedClipError
from kyc.case import ConductEvent
from kyc.conduct.scene import Scene
from kyc.conduct.speech import Agreement
from kyc.ledger import Ledger
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.states import STEPS, Role, State
from media.clips import read_frames
from media.frame import Frame, SoundChunk
from media.image import ImageRGB
from media.sound import read_sound
from tests.support.scripted_interviews import PRODUCT
from vision.assembly import StreamVision

_LONGEST_PX = 640


@dataclass(frozen=True, slots=True)
class WatchedClip:
    """What was noticed. length_s: of the clip; agreement: of voice and mouth over all of it."""

    events: tuple[ConductEvent, ...]
    length_s: float
    agreement: Agreement

    @property
    def codes(self) -> list[str]:
        """Codes of the events, in order."""
        return [event.code for event in self.events]


def new_scene(parts: AttendanceParts) -> Scene:
    """Return a scene in the midst of the questions."""
    plan = AttendancePlan(PRODUCT, Role.CUSTOMER, STEPS, State.QUESTIONS)
    return Scene(Ledger(plan, parts))


def watch_clip(
    vision: StreamVision,
    parts: AttendanceParts,
    path: Path,
    sound: Path,
    from_s: float = 0.0,
    end_s: float = 999.0,
    fps: float = 15.0,
) -> WatchedClip:
    """Watch part of a clip with the sound of the same file, or of another from its beginning.

    The first face is the captured one.
    """
    scene, analyzer = new_scene(parts), vision.open_analyzer()
    ledger, last_s, is_followed = scene.log._ledger, 0.0, False
    for piece in in_order(path, sound, from_s, end_s, fps):
        ledger.now_s = piece.received_monotonic_s
        if isinstance(piece, SoundChunk):
            scene.speech.hear(piece)
            scene.heard(ledger.now_s)
            continue
        look, last_s = analyzer.look(piece), piece.received_monotonic_s
        if not is_followed and look.embedding is not None:
            scene.follow(look.embedding)
            is_followed = True
        scene.see(look, piece.index + 1, last_s)
    analyzer.close()
    agreement = scene.speech.agreement(0.0, last_s)
    return WatchedClip(ledger.findings.events, last_s, agreement)


def in_order(
    path: Path, sound: Path, from_s: float = 0.0, end_s: float = 999.0, fps: float = 15.0
) -> Iterator[Frame | SoundChunk]:
    """Yield pictures and sound of part of a clip as they come; sound of another file from there."""
    pieces: list[Frame | SoundChunk] = [
        replace(frame, image=_shrunk(frame.image)) for frame in read_frames(path, target_fps=fps)
    ]
    try:
        pieces += list(read_sound(sound, started_monotonic_s=0.0 if sound == path else from_s))
    except UnsupportedClipError:
        pass
    pieces.sort(key=lambda piece: piece.received_monotonic_s)
    last_s = max(one.received_monotonic_s for one in pieces if isinstance(one, Frame))
    end_s = min(end_s, last_s)
    return (one for one in pieces if from_s <= one.received_monotonic_s <= end_s)


def _shrunk(image: ImageRGB) -> ImageRGB:
    scale = _LONGEST_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
