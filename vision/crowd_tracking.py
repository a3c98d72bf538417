"""Who of many is who from frame to frame: ByteTrack (Zhang et al. 2022) of the `trackers` library.

The library stays behind this module, and is imported when a tracker is built: it takes a second.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.geometry import Floats

# A track that nothing continues is kept for so long: a head behind a pillar, a few weak frames.
MAX_LOST_S = 2.0
# A box of this score starts a track; a weaker one only continues what is there.
START_SCORE, SURE_SCORE = 0.3, 0.2
# Two frames a fifth of a second apart show a walker's box hardly overlapping; boxes are compared
# enlarged by this share of their sides, and may then share as little as this (IoU).
BUFFER_SHARE, MIN_OVERLAP = 0.25, 0.1
# Steps of the library's filter are counted in frames of this rate. Its own 30 makes a filter that
# takes each tremble of a box, a fifth of a second apart, for a run: it loses who starts to walk.
_FILTER_FPS = 5.0
_BUFFER_FPS = 30.0  # In which the library counts how long a track may be lost, at any rate.
_LEAST_STEP_S = 1e-3  # The library takes no time twice.
MAX_TRACKS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One box of a frame and the number of its track. row: its place among the boxes."""

    track_id: int
    row: int


class CrowdTracker:
    """Follows the boxes of one camera; frames come in their order. Not safe to share."""

    def __init__(self) -> None:
        from trackers import ByteTrackTracker
        from trackers.utils.iou import BIoU

        self._last_s = -math.inf
        self._tracker = ByteTrackTracker(
            lost_track_buffer=round(MAX_LOST_S * _BUFFER_FPS),
            frame_rate=_FILTER_FPS,
            track_activation_threshold=START_SCORE,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=MIN_OVERLAP,
            high_conf_det_threshold=SURE_SCORE,
            iou=BIoU(buffer_ratio=BUFFER_SHARE),
        )

    def update(self, boxes_xyxy: Floats, scores: Floats, at_s: float) -> tuple[Followed, ...]:
        """Return the boxes that belong to a track; a weak one that continues none is left out.

        boxes_xyxy: (N, 4). scores: (N,). at_s: time of the frame, not before the last one's.
        A number is given at once, and to nobody else later.
        """
        boxes, scores = boxes_xyxy[:MAX_TRACKS], scores[:MAX_TRACKS]
        ids = self._show(boxes, scores, at_s)
        if np.any((ids < 0) & (scores >= START_SCORE)):
            # The library numbers a track when it is seen twice; who comes in is told at once.
            ids = self._show(boxes, scores, at_s)
        return tuple(Followed(int(ids[row]), int(row)) for row in np.flatnonzero(ids >= 0))

    def _show(self, boxes_xyxy: Floats, scores: Floats, at_s: float) -> npt.NDArray[np.int64]:
        """Return the number of each box's track, -1 where there is none."""
        from supervision import Detections

        self._last_s = max(at_s, self._last_s + _LEAST_STEP_S)
        rows = np.arange(len(boxes_xyxy))
        shown = Detections(xyxy=boxes_xyxy, confidence=scores, class_id=rows)
        answer = self._tracker.update(shown, timestamp=self._last_s)
        ids = np.full(len(boxes_xyxy), -1, np.int64)
        if answer.class_id is not None and answer.tracker_id is not None:
            ids[answer.class_id] = answer.tracker_id
        return ids
