"""The room behind the person is another one."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis
from vision.geometry import Floats

WIDTH, HEIGHT = 64, 48
STEP_S = 0.4
# Correlation of what is left when local brightness and contrast are taken away, so that light and
# exposure change nothing: the same room from then on is the same, below it is another one.
SAME_FROM, OTHER_BELOW = 0.5, 0.35
# A hand that holds a telephone sways: the room is looked for so many cells aside, and the picture
# that is compared with follows it slowly.
REACH, FOLLOW_SHARE = 3, 0.2
# Less of the picture, or less structure in it, tells nothing: a wall is like every other wall, and
# what is below the floor, in steps of grey, is noise.
MIN_SHARE, MIN_STRUCTURE = 0.08, 0.25
_LOCAL, _FLOOR = 9, 8.0
# A room that has stood for so long is the room.
SETTLED_S = 6.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What is behind somebody. structure: (48, 64) float32; is_free: where no person is."""

    structure: Floats
    is_free: Bools


class BackgroundChanged:
    """Compares the room with that of the beginning, wherever the person is not."""

    code: ClassVar[str] = "BACKGROUND_CHANGED"
    after_s: ClassVar[float] = 1.1
    clear_s: ClassVar[float] = 1.1

    def __init__(self) -> None:
        self._room: Room | None = None
        self._other: Room | None = None
        self._other_s = 0.0
        self._due_s = float("-inf")

    def judge(self, look: FrameAnalysis, time_s: float) -> bool | None:
        """Return whether it is another room; None where too little of it is seen."""
        if look.face is None or time_s < self._due_s:
            return None
        self._due_s = time_s + STEP_S
        room = room_of(look.frame.image, look.face.box_xyxy)
        if self._room is None:
            self._room = room
            return None
        likeness = compare(self._room, room)
        if likeness is None:
            return None
        if likeness >= SAME_FROM:
            self._room, self._other = _followed(self._room, room), None
            return False
        return self._judge_other(room, time_s) if likeness < OTHER_BELOW else None

    def restart(self) -> None:
        """Nothing changes: who comes back from another room is noticed."""

    def _judge_other(self, room: Room, time_s: float) -> bool:
        """Return that it is another room; when it has stood for long it becomes the room."""
        alike = None if self._other is None else compare(self._other, room)
        if alike is None or alike < SAME_FROM:
            self._other, self._other_s = room, time_s
        elif time_s - self._other_s >= SETTLED_S:
            self._room, self._other = room, None
            return False
        return True


def room_of(image: ImageRGB, box_xyxy: Floats) -> Room:
    """Return what is seen behind the face in a box."""
    small = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.blur(grey, (_LOCAL, _LOCAL))
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (_LOCAL, _LOCAL)) - mean * mean, 0))
    structure = ((grey - mean) / (spread + _FLOOR)).astype(np.float32)
    return Room(structure, _free(box_xyxy, image.shape))


def compare(before: Room, now: Room) -> float | None:
    """Return how alike two rooms are, -1 to 1, at the best shift; None if that says nothing."""
    best: float | None = None
    if max(_detail(before), _detail(now)) < MIN_STRUCTURE:
        return None
    inner = now.structure[REACH:-REACH, REACH:-REACH], now.is_free[REACH:-REACH, REACH:-REACH]
    height, width = inner[0].shape
    for y in range(2 * REACH + 1):
        for x in range(2 * REACH + 1):
            rows, columns = slice(y, y + height), slice(x, x + width)
            is_free = inner[1] & before.is_free[rows, columns]
            alike = _correlation(before.structure[rows, columns][is_free], inner[0][is_free])
            if alike is not None and (best is None or alike > best):
                best = alike
    return best


def _detail(room: Room) -> float:
    seen = room.structure[room.is_free]
    return float(seen.std()) if seen.size else 0.0


def _correlation(first: Floats, second: Floats) -> float | None:
    if first.size < MIN_SHARE * WIDTH * HEIGHT:
        return None
    if max(float(first.std()), float(second.std())) < MIN_STRUCTURE:
        return None
    norm = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / norm if norm > 0 else 0.0


def _free(box_xyxy: Floats, shape_hw: tuple[int, ...]) -> Bools:
    """Return where no person is: neither head nor shoulders, nor what is below them."""
    x1, x2 = (float(side) * WIDTH / shape_hw[1] for side in box_xyxy[::2])
    y1, y2 = (float(side) * HEIGHT / shape_hw[0] for side in box_xyxy[1::2])
    width, height = x2 - x1, y2 - y1
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    head = (columns > x1 - 0.4 * width) & (columns < x2 + 0.4 * width) & (rows > y1 - 0.6 * height)
    body = (columns > x1 - 1.3 * width) & (columns < x2 + 1.3 * width) & (rows > y2 - 0.1 * height)
    return np.asarray(~(head | body), np.bool_)


def _followed(before: Room, now: Room) -> Room:
    """Return the room with a little of how it looks now; what was hidden and is seen is new."""
    mixed = before.structure + FOLLOW_SHARE * (now.structure - before.structure)
    structure = np.where(before.is_free & now.is_free, mixed, before.structure)
    structure = np.where(~before.is_free & now.is_free, now.structure, structure)
    return Room(structure.astype(np.float32), before.is_free | now.is_free)
