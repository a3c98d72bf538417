"""A face as a mesh of landmarks, with what its muscles do and where its head points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from media.image import ImageRGB
from vision.geometry import Floats

MESH_POINTS = 478


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceMesh:
    """One face's landmarks in the order of MediaPipe's face mesh.

    points: (478, 3) float32, x y in pixels of the picture, z in the same unit, smaller is nearer.
    blendshapes: the 52 ARKit-named coefficients in [0, 1], such as `jawOpen`, `eyeBlinkLeft`
        (left and right are the person's there, as in MediaPipe).
    yaw_deg: positive when the nose points to the right of the picture. pitch_deg: positive when
        it points up. roll_deg: positive when the head tilts clockwise in the picture.
    transform: (4, 4) float32, from the canonical head in centimetres to the camera's space.
    """

    points: Floats
    blendshapes: Mapping[str, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    transform: Floats

    def __post_init__(self) -> None:
        if self.points.shape != (MESH_POINTS, 3):
            raise ValueError(f"points must have shape (478, 3), got {self.points.shape}")
        if self.transform.shape != (4, 4):
            raise ValueError(f"transform must have shape (4, 4), got {self.transform.shape}")

    def __repr__(self) -> str:
        return f"FaceMesh(yaw={self.yaw_deg:.0f}, pitch={self.pitch_deg:.0f}, points=<hidden>)"


class Landmarker(Protocol):
    """Finds the meshes of faces; one object for each thread at a time."""

    @property
    def model_id(self) -> str:
        """Id of the model in use."""
        ...

    def find(self, image: ImageRGB, box_xyxy: Floats) -> FaceMesh | None:
        """Return the mesh of the face in a box of the picture, None if there is none.

        box_xyxy: (4,) float32, pixels of `image`, from the detector.
        """
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...
