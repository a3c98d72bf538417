"""How good a face picture is for recognition, in the terms of ISO/IEC 29794-5."""

from dataclasses import dataclass, replace

import numpy as np

from decision.outcome import Reason
from media.image import ImageRGB
from vision.alignment import align_face
from vision.faces import Faces
from vision.geometry import interocular_px
from vision.measures import (
    grey_face,
    measure_inside,
    measure_light,
    measure_pose,
    measure_sharpness,
)

POOR_BELOW = 40.0
"""Component value, and score, below which a picture is not used."""


@dataclass(frozen=True, slots=True)
class QualityComponent:
    """One aspect of quality.

    value: 0 to 100, higher is better; below 40 is poor. measured: the raw measurement.
    reason: given where the component is poor, else None.
    """

    name: str
    value: float
    measured: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """The components of one face; the score is that of the weakest."""

    components: tuple[QualityComponent, ...]

    def __post_init__(self) -> None:
        if not self.components:
            raise ValueError("a quality needs at least one component")

    @property
    def score(self) -> float:
        """0 to 100, higher is better: as good as the weakest component."""
        return min(component.value for component in self.components)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the picture is poor, worst first; empty if it is not."""
        ranked = sorted(self.components, key=lambda component: component.value)
        return tuple(component.reason for component in ranked if component.reason is not None)

    @property
    def is_usable(self) -> bool:
        """Whether a decision may rest on this face."""
        return self.score >= POOR_BELOW

    def component(self, name: str) -> QualityComponent:
        """Return one component by name. Raises KeyError."""
        for component in self.components:
            if component.name == name:
                return component
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a raw measurement becomes a value: 0 at worst, 40 at limit, 100 at good.

    The three may rise or fall; between them the value runs in straight lines.
    """

    name: str
    worst: float
    limit: float
    good: float
    code: str
    advice: str
    digits: int = 0

    def rate(self, measured: float) -> QualityComponent:
        """Return the component for one measurement."""
        points = [self.worst, self.limit, self.good]
        values = [0.0, POOR_BELOW, 100.0]
        if self.good < self.worst:
            points, values = points[::-1], values[::-1]
        value = float(np.interp(measured, points, values))
        if value >= POOR_BELOW:
            return QualityComponent(self.name, value, measured)
        text = f"{self.advice} (measured {measured:.{self.digits}f}, limit {self.limit:g})"
        return QualityComponent(self.name, value, measured, Reason(self.code, text))


# Limits are set on one half of the LFW people and judged on the other; docs/vision.md has both.
SHARPNESS = Scale(
    "sharpness",
    0.05,
    0.12,
    0.35,
    "FACE_BLURRED",
    "the face is blurred or was enlarged from few pixels",
    2,
)
UNDER_EXPOSURE = Scale(
    "under_exposure", 0.95, 0.70, 0.10, "FACE_TOO_DARK", "much of the face is black", 2
)
OVER_EXPOSURE = Scale(
    "over_exposure", 0.80, 0.50, 0.05, "FACE_TOO_BRIGHT", "much of the face is burnt out", 2
)
DYNAMIC_RANGE = Scale(
    "dynamic_range", 8.0, 24.0, 90.0, "FACE_LOW_CONTRAST", "the face has hardly any contrast"
)
UNIFORMITY = Scale(
    "illumination_uniformity",
    0.75,
    0.55,
    0.10,
    "FACE_UNEVENLY_LIT",
    "one half of the face is much darker than the other",
    2,
)
YAW = Scale(
    "yaw", 65.0, 45.0, 10.0, "FACE_TURNED_ASIDE", "the head is turned to the side; look ahead"
)
PITCH = Scale(
    "pitch",
    60.0,
    45.0,
    15.0,
    "FACE_TURNED_UP_OR_DOWN",
    "the head is tilted up or down; look straight ahead",
)
ROLL = Scale("roll", 80.0, 50.0, 15.0, "FACE_TILTED", "the head leans to one side")
INTER_EYE = Scale(
    "inter_eye_distance",
    8.0,
    16.0,
    60.0,
    "FACE_TOO_SMALL",
    "the eyes are too close together in pixels; come nearer or use a larger picture",
)
POSITION = Scale(
    "position", 0.5, 0.75, 1.0, "FACE_CUT_OFF", "part of the face lies outside the picture", 2
)
CONFIDENCE = Scale(
    "detection_confidence",
    0.5,
    0.7,
    0.99,
    "FACE_UNCERTAIN",
    "the face is partly covered or hard to make out",
    2,
)


def rate_face(
    image: ImageRGB, faces: Faces, row: int, aligned: ImageRGB | None = None
) -> FaceQuality:
    """Rate one face.

    image: the picture that the face was found in. aligned: the aligned face where the caller
    has it already. Raises DegenerateFaceError if the face cannot be aligned.
    """
    landmarks = faces.landmarks[row]
    grey = grey_face(align_face(image, landmarks) if aligned is None else aligned)
    light = measure_light(grey)
    pose = measure_pose(landmarks)
    return FaceQuality(
        (
            SHARPNESS.rate(measure_sharpness(grey)),
            UNDER_EXPOSURE.rate(light.dark_share),
            OVER_EXPOSURE.rate(light.bright_share),
            DYNAMIC_RANGE.rate(light.dynamic_range),
            UNIFORMITY.rate(light.imbalance),
            YAW.rate(abs(pose.yaw_deg)),
            PITCH.rate(abs(pose.pitch_deg)),
            ROLL.rate(abs(pose.roll_deg)),
            INTER_EYE.rate(interocular_px(landmarks)),
            POSITION.rate(measure_inside(faces.boxes_xyxy[row], image.shape)),
            CONFIDENCE.rate(float(faces.scores[row])),
        )
    )


def with_component(quality: FaceQuality, component: QualityComponent) -> FaceQuality:
    """Return the quality with one more component."""
    return replace(quality, components=(*quality.components, component))
