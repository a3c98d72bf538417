"""What the frame model says over a clip: one voice, however many frames it saw.

Frames of one clip share camera, light and face, so their scores are not independent: a hundred
views err together where one does. The clip's score is the mean of its views' logits, weighted by
quality, and is calibrated as a single picture's is; more views make it steadier and never surer
than a picture can be.
"""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Protocol

from base.errors import DegenerateFaceError
from deepfake.heat_map import HeatMap
from deepfake.windows import Unjudged, Window, WindowWatch
from media.image import ImageRGB
from vision.geometry import Floats

# Frames closer together show the same; four a second are looked at.
VIEW_STEP_S = 0.25
# What a view that decides nothing still counts in the score.
POOR_WEIGHT = 0.05
# A clip is judged by so many usable views, so far apart; fewer are a snapshot and no clip.
MIN_VIEWS, MIN_SPAN_S = 4, 1.2
_MAX_PENDING = 2


class FrameView(Protocol):
    """What the frame model says of one face; `deepfake.frame_model.ForgeryScore`."""

    @property
    def logit(self) -> float:
        """Log-odds of being forged, as the model gives them; higher is more forged."""
        ...

    @property
    def heat(self) -> Floats:
        """(H, W) float32 in [0, 1]; higher looks more forged."""
        ...

    @property
    def crop_xyxy(self) -> tuple[int, int, int, int]:
        """What `heat` covers, in pixels of the picture."""
        ...


class PendingView(Protocol):
    """A view that is being computed."""

    def result(self) -> FrameView:
        """Wait for it."""
        ...


class FrameModel(Protocol):
    """`deepfake.frame_model.ForgeryDetector`, or a scripted one."""

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        ...

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> PendingView:
        """Start looking at one face. Raises DegenerateFaceError."""
        ...


@dataclass(frozen=True, slots=True)
class FrameFindings:
    """What the views of a clip came to.

    logit: weighted mean; None without any view. is_enough: whether a decision may rest on it.
    worst: the window that looks most forged, and of how many. unjudged: the longest part with a
    face that could not be judged. unfit: why views decided nothing, the most frequent first.
    """

    logit: float | None
    is_enough: bool
    usable_count: int = 0
    worst: Window | None = None
    window_count: int = 0
    unjudged: Unjudged | None = None
    unfit: tuple[str, ...] = ()
    heat: HeatMap | None = None


@dataclass(slots=True)
class _Started:
    view: PendingView
    weight: float
    is_usable: bool
    time_s: float


class FrameEvidence:
    """Running mean over the views of a clip; memory does not grow with it."""

    def __init__(self, model: FrameModel, wants_heat: bool) -> None:
        self._model = model
        self._wants_heat = wants_heat
        self._pending: deque[_Started] = deque()
        self._sum = self._weight = 0.0
        self._last_s: float | None = None
        self._usable_s: tuple[float, float] | None = None
        self._windows = WindowWatch()
        self._unfit: Counter[str] = Counter()
        self._heat: tuple[float, HeatMap] | None = None
        self.view_count = self.usable_count = 0

    def is_due(self, time_s: float) -> bool:
        """Return whether a view at this time would show something new."""
        return self._last_s is None or time_s - self._last_s >= VIEW_STEP_S

    def miss(self, code: str, time_s: float) -> None:
        """Note that a view could not be taken, and why."""
        self._last_s = time_s
        self._unfit[code] += 1
        self._windows.skip(time_s)

    def add(
        self, image: ImageRGB, box_xyxy: Floats, weight: float, unfit: str | None, time_s: float
    ) -> None:
        """Start a view of one face.

        weight: in [0, 1], by quality. unfit: code of why it decides nothing, None if it may.
        """
        self._last_s = time_s
        try:
            view = self._model.submit(image, box_xyxy)
        except DegenerateFaceError:
            self.miss("FACE_CUT_OFF", time_s)
            return
        self.view_count += 1
        is_usable = unfit is None
        if unfit is not None:
            self._unfit[unfit] += 1
        weight = max(weight, POOR_WEIGHT) if is_usable else POOR_WEIGHT
        self._pending.append(_Started(view, weight, is_usable, time_s))
        while len(self._pending) > _MAX_PENDING:
            self._collect()

    def findings(self, waits: bool = True) -> FrameFindings:
        """Return what is known. waits: for the views that are under way."""
        while waits and self._pending:
            self._collect()
        if waits:
            self._windows.close()
        return FrameFindings(
            logit=self._sum / self._weight if self._weight > 0 else None,
            is_enough=self.usable_count >= MIN_VIEWS and self._span_s >= MIN_SPAN_S,
            usable_count=self.usable_count,
            worst=self._windows.worst,
            window_count=self._windows.count,
            unjudged=self._windows.unjudged,
            unfit=tuple(code for code, _ in self._unfit.most_common()),
            heat=None if self._heat is None else self._heat[1],
        )

    @property
    def _span_s(self) -> float:
        return 0.0 if self._usable_s is None else self._usable_s[1] - self._usable_s[0]

    def _collect(self) -> None:
        started = self._pending.popleft()
        view = started.view.result()
        self._sum += started.weight * view.logit
        self._weight += started.weight
        if started.is_usable:
            self.usable_count += 1
            first_s = started.time_s if self._usable_s is None else self._usable_s[0]
            self._usable_s = first_s, started.time_s
            self._windows.push(view.logit, started.weight, started.time_s)
        else:
            self._windows.skip(started.time_s)
        if self._wants_heat:
            self._keep_heat(view, started)

    def _keep_heat(self, view: FrameView, started: _Started) -> None:
        """Keep the map of the view that looks most forged; any usable one before any other."""
        rank = view.logit if started.is_usable else view.logit - 1e6
        if self._heat is None or rank > self._heat[0]:
            x1, y1, x2, y2 = (float(side) for side in view.crop_xyxy)
            self._heat = rank, HeatMap(view.heat, (x1, y1, x2, y2), started.time_s)
