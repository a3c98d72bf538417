"""What one camera's frames tell: who is seen, and how many are where."""

import logging
from datetime import datetime

from branch_edge.news import FlowNews, SightingNews
from branch_edge.watch.bodies import join
from branch_edge.watch.flow import FlowCounter, StayListener
from branch_edge.watch.masks import PrivacyMask
from branch_edge.watch.people import Crowd
from branch_edge.watch.scale import detect_width_px
from branch_edge.watch.sightings import Seen, Sightings
from branch_edge.watch.views import Eyes, glance
from media.frame import Frame
from vision.person_detection import DETECT_WIDTH_PX
from vision.scene import CameraScene

WatchNews = SightingNews | FlowNews

SLICE_S = 2.0
# Frames whose times lie further apart, or go back by more than the other, are of another time: the
# camera was away, or its clock was set. Everything that was followed has ended.
MAX_GAP_S, MAX_BACK_S = 10.0, 1.0

_log = logging.getLogger(__name__)


class CameraWatch:
    """Looks at the frames of one camera in their order; one thread at a time.

    slice_s: length of a span of counts. persons_px: longest side at which persons are looked for.
    on_stay: told of each stay that has ended.
    """

    def __init__(
        self,
        scene: CameraScene,
        eyes: Eyes,
        slice_s: float = SLICE_S,
        persons_px: int = DETECT_WIDTH_PX,
        on_stay: StayListener = lambda stay: None,
    ) -> None:
        self._eyes = eyes
        self._slice_s = slice_s
        self._persons_px = persons_px
        self._on_stay = on_stay
        self._scene = self._wanted = scene
        self._mask: PrivacyMask | None = None
        self._size_wh = (0, 0)
        self._last_at: datetime | None = None
        self._begin()

    @property
    def scene(self) -> CameraScene:
        """What the last frame was looked at by."""
        return self._scene

    def apply(self, scene: CameraScene) -> None:
        """Look at the next frame by another scene; may be called from another thread."""
        self._wanted = scene

    def look(self, frame: Frame) -> list[WatchNews]:
        """Return what a frame tells; one that is older than the last tells nothing.

        Raises ValueError if it has no capture time.
        """
        at = frame.capture_time
        if at is None:
            raise ValueError("a camera's frame needs a capture time")
        news = self._check_time(at)
        if self._last_at is not None and at <= self._last_at:
            return news
        self._last_at = at
        return news + self._check_scene() + self._see(frame, at)

    def end(self) -> list[WatchNews]:
        """Return the last of everybody who was followed, and the counts up to now."""
        news: list[WatchNews] = [*self._sightings.end(self._crowd.people)]
        self._flow.close()
        news += self._tally()
        self._begin()
        return news

    def _begin(self) -> None:
        self._crowd = Crowd()
        self._sightings = Sightings(self._eyes.faces)
        self._flow = FlowCounter(self._scene, on_stay=self._on_stay)
        self._last_at = None

    def _check_time(self, at: datetime) -> list[WatchNews]:
        if self._last_at is None:
            return []
        step_s = (at - self._last_at).total_seconds()
        if -MAX_BACK_S <= step_s <= MAX_GAP_S:
            return []
        _log.warning("frames jumped by %.1f s; everybody who was followed has ended", step_s)
        return self.end()

    def _check_scene(self) -> list[WatchNews]:
        scene = self._wanted
        if scene == self._scene:
            return []
        books = self._flow.hand_over(scene)
        news = self._tally()
        self._scene, self._mask = scene, None
        self._flow = FlowCounter(scene, books, self._on_stay)
        return news

    def _see(self, frame: Frame, at: datetime) -> list[WatchNews]:
        scene, at_s = self._scene, at.timestamp()
        mask = self._mask_for((frame.image.shape[1], frame.image.shape[0]))
        image = mask.apply(frame.image)
        faces_px = detect_width_px(scene, max(self._size_wh))
        looking = glance(
            self._eyes,
            image,
            faces_px if scene.wants_faces else None,
            self._persons_px if scene.wants_flow else None,
        )
        persons, faces = looking.result()
        persons = persons.take(mask.leaves(persons.boxes_xyxy))
        faces = faces.take(mask.leaves(faces.boxes_xyxy))
        gone = self._crowd.update(join(persons, faces, self._size_wh), at, at_s)
        people = self._crowd.people
        zones = self._flow.see(people, self._size_wh, at, at_s)
        seen = Seen(image, faces, faces_px / max(self._size_wh), zones, at, at_s)
        news: list[WatchNews] = [
            *self._sightings.see(seen, people, scene.min_face_px),
            *self._sightings.end(gone),
        ]
        return news + (self._tally() if self._flow.is_due(self._slice_s) else [])

    def _mask_for(self, size_wh: tuple[int, int]) -> PrivacyMask:
        """Return the mask for pictures of this size, which may change in mid-stream."""
        if self._mask is None or size_wh != self._size_wh:
            self._size_wh = size_wh
            self._mask = PrivacyMask(self._scene.masks, size_wh)
        return self._mask

    def _tally(self) -> list[WatchNews]:
        """Return the counts of the span that ends here, if they are wanted and somebody counts."""
        news = self._flow.tally()
        is_counted = self._scene.wants_flow and self._eyes.persons is not None
        return [news] if news is not None and is_counted else []
