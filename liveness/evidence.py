"""What the passive model says over a clip: one voice, however many frames it saw.

Frames of one clip share camera, light and face, so their scores are not independent: a hundred
views err together where one does. The clip's score is the mean of the views' logits, weighted
by quality, and is calibrated as a single picture's is; more views make it steadier and never
surer than a picture can be.
"""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from base.errors import DegenerateFaceError
from liveness.presence import advise_on_texture
from media.image import ImageRGB
from vision.geometry import Floats
from vision.quality import FaceQuality

# Views closer together show the same; this is as often as it pays to look.
MIN_STEP_S = 0.4
# What a poor view still counts: it may show a screen, and never makes up for a good one.
MIN_WEIGHT = 0.05
_MAX_PENDING = 2


class PassiveView(Protocol):
    """What the passive model says of one picture."""

    @property
    def logit(self) -> float:
        """Log-odds of being live, as the model gives them; higher is more live."""
        ...


class PendingView(Protocol):
    """A view that is being computed."""

    def result(self) -> PassiveView:
        """Wait for it."""
        ...


class PassiveModel(Protocol):
    """`liveness.passive.PassiveDetector`, or a scripted one."""

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        ...

    def submit(self, image: ImageRGB, box_xyxy: Floats) -> PendingView:
        """Start looking at one face."""
        ...


@dataclass(slots=True)
class _Started:
    view: PendingView
    weight: float


class PassiveEvidence:
    """Running mean over the views of a clip; memory does not grow with it."""

    def __init__(self, model: PassiveModel) -> None:
        self._model = model
        self._pending: deque[_Started] = deque()
        self._sum = self._weight = 0.0
        self._last_s: float | None = None
        self.usable_count = 0

    def is_due(self, time_s: float) -> bool:
        """Return whether a view at this time would show something new."""
        return self._last_s is None or time_s - self._last_s >= MIN_STEP_S

    def add(self, image: ImageRGB, box_xyxy: Floats, quality: FaceQuality, time_s: float) -> None:
        """Start a view of one face.

        usable_count: views so far on which a decision may rest.
        """
        self._last_s = time_s
        try:
            view = self._model.submit(image, box_xyxy)
        except DegenerateFaceError:
            return  # Hardly any of the face is in the picture.
        self.usable_count += advise_on_texture(quality) is None
        self._pending.append(_Started(view, max(quality.score / 100, MIN_WEIGHT)))
        if len(self._pending) > _MAX_PENDING:
            self._collect()

    def mean_logit(self) -> float | None:
        """Wait for the views that are under way and return the mean; None without any."""
        while self._pending:
            self._collect()
        return self._sum / self._weight if self._weight > 0 else None

    def _collect(self) -> None:
        started = self._pending.popleft()
        self._sum += started.weight * started.view.result().logit
        self._weight += started.weight
