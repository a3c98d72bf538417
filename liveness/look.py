"""What the liveness rules ask of one frame."""

from typing import Protocol

from media.frame import Frame
from media.image import ImageRGB
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.faces import Faces
from vision.geometry import Floats
from vision.mesh import FaceMesh


class TrackedBox(Protocol):
    """The main face as a tracker sees it."""

    @property
    def track_id(self) -> int:
        """Stays while the face does; a jump to another place starts a new one."""
        ...

    @property
    def row(self) -> int:
        """Which of the frame's faces it is."""
        ...

    @property
    def box_xyxy(self) -> Floats:
        """(4,) float32, pixels of the frame."""
        ...


class FrameLook(Protocol):
    """One lazy look at a frame: `vision.frame_analysis.FrameAnalysis`, or a scripted one.

    What is not asked for is not computed, so the cheap rules come first.
    """

    @property
    def frame(self) -> Frame:
        """The picture with its times."""
        ...

    @property
    def faces(self) -> Faces:
        """Every face in the picture."""
        ...

    @property
    def face(self) -> TrackedBox | None:
        """The main face; None where there is none."""
        ...

    @property
    def mesh(self) -> FaceMesh | None:
        """The main face's landmarks; None where there are none."""
        ...

    @property
    def reading(self) -> FaceReading | None:
        """The main face, aligned and rated, without embedding."""
        ...

    @property
    def embedding(self) -> Embedding | None:
        """The main face as a direction in space."""
        ...

    @property
    def picture_hash(self) -> int:
        """64-bit perceptual hash of the whole picture."""
        ...

    @property
    def grid(self) -> ImageRGB:
        """The whole picture as (32, 32) uint8 grey."""
        ...
