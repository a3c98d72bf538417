"""Which face of a stream is the main one, and whether it is still the same."""

from dataclasses import dataclass

import numpy as np

from vision.faces import Faces
from vision.geometry import Floats, overlaps

# A face that was not seen for this long has left; the next one is a new track. A little more than
# a second, so that one missed picture of two a second is survived.
MAX_GAP_S = 1.2
# A box that shares this much with the last one is the same face that moved.
MIN_OVERLAP = 0.3
# One that shares less may have moved quickly: by at most its own width, at about the same size.
MAX_STEP_WIDTHS = 1.0
MAX_STEP_GROWTH = 1.6
# Another face becomes the main one when it has been so much larger for so long.
RIVAL_AREA_RATIO = 2.0
RIVAL_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrackedFace:
    """The main face of a frame.

    track_id: from 1; the same as long as the face is followed without a break or a jump.
    row: its place in the frame's `Faces`. box_xyxy: (4,). landmarks: (5, 2). score: detector's.
    """

    track_id: int
    row: int
    box_xyxy: Floats
    score: float
    landmarks: Floats

    def __repr__(self) -> str:
        return f"TrackedFace(track_id={self.track_id}, score={self.score:.2f}, place=<hidden>)"


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    box_xyxy: Floats
    at_s: float


class FaceTracker:
    """Follows the main face of one stream; frames come in their order. Not safe to share."""

    def __init__(self) -> None:
        self._track_id = 0
        self._last: _Seen | None = None
        self._rival_since_s: float | None = None

    def update(self, faces: Faces, at_s: float) -> TrackedFace | None:
        """Return the main face of the next frame, None if there is none.

        It is the largest face at first, then the one that continues it; only a face of twice
        its area for a second takes its place. at_s: when the frame arrived, monotonic.
        """
        if not len(faces):
            return None
        row = self._continuation(faces, at_s)
        if row is not None and self._gives_way(faces, row, at_s):
            row = None
        if row is None:
            row = int(np.argmax(faces.areas_px()))
            self._track_id += 1
            self._rival_since_s = None
        self._last = _Seen(faces.boxes_xyxy[row], at_s)
        return TrackedFace(
            track_id=self._track_id,
            row=row,
            box_xyxy=faces.boxes_xyxy[row],
            score=float(faces.scores[row]),
            landmarks=faces.landmarks[row],
        )

    def _continuation(self, faces: Faces, at_s: float) -> int | None:
        """Return the row of the face that the track goes on with."""
        if self._last is None or at_s - self._last.at_s > MAX_GAP_S:
            return None
        shared = overlaps(self._last.box_xyxy, faces.boxes_xyxy)
        best = int(np.argmax(shared))
        if shared[best] >= MIN_OVERLAP:
            return best
        steps = np.array([_step_widths(self._last.box_xyxy, box) for box in faces.boxes_xyxy])
        nearest = int(np.argmin(steps))
        grown = _growth(self._last.box_xyxy, faces.boxes_xyxy[nearest])
        return nearest if steps[nearest] <= MAX_STEP_WIDTHS and grown <= MAX_STEP_GROWTH else None

    def _gives_way(self, faces: Faces, row: int, at_s: float) -> bool:
        """Tell whether another face has been much larger for long enough."""
        areas = faces.areas_px()
        if areas.max() < RIVAL_AREA_RATIO * areas[row]:
            self._rival_since_s = None
            return False
        if self._rival_since_s is None:
            self._rival_since_s = at_s
        return at_s - self._rival_since_s >= RIVAL_PATIENCE_S


def _step_widths(before_xyxy: Floats, after_xyxy: Floats) -> float:
    """Return how far a box's centre moved, in widths of the wider of the two."""
    moved = (after_xyxy[:2] + after_xyxy[2:] - before_xyxy[:2] - before_xyxy[2:]) / 2
    width = max(before_xyxy[2] - before_xyxy[0], after_xyxy[2] - after_xyxy[0], 1e-6)
    return float(np.hypot(moved[0], moved[1]) / width)


def _growth(before_xyxy: Floats, after_xyxy: Floats) -> float:
    """Return the ratio of the larger box's width to the smaller one's, at least 1."""
    widths = before_xyxy[2] - before_xyxy[0], after_xyxy[2] - after_xyxy[0]
    return float(max(widths) / max(min(widths), 1e-6))
