"""Who is before one camera: tracks of bodies, with the faces that belong to them."""

from dataclasses import dataclass
from datetime import datetime

from base.ids import new_id
from branch_edge.watch.bodies import Bodies
from vision.crowd_tracking import MAX_LOST_S, CrowdTracker
from vision.geometry import Floats

# One weak frame may show a coat as a person; two do so seldom.
MIN_BODY_COUNT = 2
# Where nothing moves frames are rare, and one that misses somebody must not end them: no gap
# between two frames counts for more.
MAX_STEP_S = 0.5


@dataclass(slots=True, eq=False)
class Someone:
    """One who is followed; changes from frame to frame.

    number: of this run. name: of the track, never used again. box_xyxy: (4,), where they were
    last seen. body_count: frames in which their body was seen. face_row: of this frame, None
    without one. unseen_s: for how long they have not been seen, 0 if they are in this frame.
    """

    number: int
    name: str
    first_seen_at: datetime
    last_seen_at: datetime
    first_seen_s: float
    last_seen_s: float
    box_xyxy: Floats
    body_count: int = 0
    face_row: int | None = None
    unseen_s: float = 0.0

    @property
    def is_counted(self) -> bool:
        """Whether this is a person for certain, and not one weak frame or a face alone."""
        return self.body_count >= MIN_BODY_COUNT


class Crowd:
    """Everybody before one camera. Not safe to share."""

    def __init__(self) -> None:
        self._tracker = CrowdTracker()
        self._people: dict[int, Someone] = {}
        self._last_s: float | None = None
        self._clock_s = 0.0

    def __len__(self) -> int:
        return len(self._people)

    @property
    def people(self) -> tuple[Someone, ...]:
        """Everybody who is here, or was a moment ago."""
        return tuple(self._people.values())

    def update(self, bodies: Bodies, seen_at: datetime, at_s: float) -> tuple[Someone, ...]:
        """Follow the bodies of the next frame; return those who have gone."""
        step_s = 0.0 if self._last_s is None else min(at_s - self._last_s, MAX_STEP_S)
        self._last_s = at_s
        self._clock_s += step_s
        for someone in self._people.values():
            someone.face_row = None
            someone.unseen_s += step_s
        for followed in self._tracker.update(bodies.boxes_xyxy, bodies.scores, self._clock_s):
            self._see(followed.track_id, bodies, followed.row, seen_at, at_s)
        gone = [number for number, one in self._people.items() if one.unseen_s > MAX_LOST_S]
        return tuple(self._people.pop(number) for number in gone)

    def _see(self, number: int, bodies: Bodies, row: int, seen_at: datetime, at_s: float) -> None:
        box = bodies.boxes_xyxy[row]
        someone = self._people.get(number)
        if someone is None:
            someone = Someone(number, new_id("track"), seen_at, seen_at, at_s, at_s, box)
            self._people[number] = someone
        someone.last_seen_at, someone.last_seen_s, someone.box_xyxy = seen_at, at_s, box
        someone.unseen_s = 0.0
        someone.body_count += row < bodies.person_count
        if bodies.face_rows[row] >= 0:
            someone.face_row = int(bodies.face_rows[row])
