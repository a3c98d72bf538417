"""How good a face picture is for recognition, in the terms of ISO/IEC 29794-5."""

from dataclasses import dataclass, replace

import numpy as np

from decision.outcome import Reason
from inference.manifest import Recognisability
from media.image import ImageRGB
from vision.alignment import align_face
from vision.faces import Faces
from vision.geometry import interocular_px
from vision.judges import Judge, load_judges, measure_damage
from vision.measures import (
    grey_face,
    measure_cover,
    measure_inside,
    measure_light,
    measure_pose,
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


# Limits of what five points, a histogram or a box show; docs/vision.md says how they were set.
# Those of blur, noise and covers were learned and lie in models/face_quality.toml.
_S = Scale
UNDER_EXPOSURE = _S(
    "under_exposure", 0.95, 0.60, 0.15, "FACE_TOO_DARK", "much of the face is black", 2
)
OVER_EXPOSURE = _S(
    "over_exposure", 0.90, 0.55, 0.05, "FACE_TOO_BRIGHT", "much of the face is burnt out", 2
)
DYNAMIC_RANGE = _S(
    "dynamic_range", 6.0, 22.0, 70.0, "FACE_LOW_CONTRAST", "the face has hardly any contrast"
)
UNIFORMITY = _S(
    "illumination_uniformity",
    *(0.80, 0.60, 0.25),
    *("FACE_UNEVENLY_LIT", "one half of the face is much darker than the other"),
    2,
)
YAW = _S("yaw", 75.0, 60.0, 25.0, "FACE_TURNED_ASIDE", "the head is turned aside; look ahead")
PITCH = _S(
    "pitch", 70.0, 54.0, 30.0, "FACE_TURNED_UP_OR_DOWN", "the head is tilted up or down; look ahead"
)
ROLL = _S("roll", 80.0, 50.0, 20.0, "FACE_TILTED", "the head leans to one side")
INTER_EYE = _S(
    "inter_eye_distance",
    *(6.0, 12.0, 35.0),
    *("FACE_TOO_SMALL", "the eyes are too few pixels apart; come nearer or send a larger picture"),
)
POSITION = _S(
    "position", 0.50, 0.80, 1.0, "FACE_CUT_OFF", "part of the face lies outside the picture", 2
)
MOUTH_VISIBLE = _S(
    "mouth_visible", 65.0, 38.0, 14.0, "MOUTH_COVERED", "mouth or chin seem to be covered"
)
EYES_VISIBLE = _S(
    "eyes_visible", 0.04, 0.11, 0.35, "EYES_COVERED", "the eyes seem to be behind dark glasses", 2
)
CONFIDENCE = _S(
    "detection_confidence", 0.5, 0.7, 0.95, "FACE_UNCERTAIN", "the face is hard to make out", 2
)


def rate_face(
    image: ImageRGB, faces: Faces, row: int, aligned: ImageRGB | None = None
) -> FaceQuality:
    """Rate one face.

    image: the picture that the face was found in. aligned: the aligned face where the caller
    has it already. Raises DegenerateFaceError if the face cannot be aligned.
    """
    landmarks = faces.landmarks[row]
    crop = align_face(image, landmarks) if aligned is None else aligned
    grey = grey_face(crop)
    light, cover = measure_light(grey), measure_cover(crop)
    pose = measure_pose(landmarks)
    return FaceQuality(
        (
            *_rate_damage(crop),
            UNDER_EXPOSURE.rate(light.dark_share),
            OVER_EXPOSURE.rate(light.bright_share),
            DYNAMIC_RANGE.rate(light.dynamic_range),
            UNIFORMITY.rate(light.imbalance),
            YAW.rate(abs(pose.yaw_deg)),
            PITCH.rate(abs(pose.pitch_deg)),
            ROLL.rate(abs(pose.roll_deg)),
            INTER_EYE.rate(interocular_px(landmarks)),
            POSITION.rate(measure_inside(faces.boxes_xyxy[row], image.shape)),
            MOUTH_VISIBLE.rate(cover.mouth_colour_gap),
            EYES_VISIBLE.rate(cover.eye_brightness),
            CONFIDENCE.rate(float(faces.scores[row])),
        )
    )


def _rate_damage(aligned: ImageRGB) -> tuple[QualityComponent, ...]:
    judges, mean_face = load_judges()
    measures = measure_damage(aligned, mean_face)
    return (
        _by_judge("sharpness", judges.blur, "FACE_BLURRED", "the face is blurred", measures),
        _by_judge("noise", judges.noise, "FACE_NOISY", "the face is full of noise", measures),
        _by_judge(
            *("parts_visible", judges.cover, "FACE_COVERED"),
            *("part of the face seems to be covered", measures),
        ),
    )


def _by_judge(
    name: str, judge: Judge, code: str, advice: str, measures: dict[str, float]
) -> QualityComponent:
    scale = Scale(name, judge.worst, judge.limit, judge.good, code, advice, digits=1)
    return scale.rate(judge.sum(measures))


def with_recognisability(
    quality: FaceQuality, measure: Recognisability | None, raw_length: float
) -> FaceQuality:
    """Return the quality with what the embedder says of the face, if its measure is known.

    raw_length: length of the embedding before normalising: networks give faces that they know
    well long ones (Meng et al. 2021, MagFace; Kim et al. 2022, AdaFace).
    """
    if measure is None:
        return quality
    scale = Scale(
        *("recognisability", measure.worst, measure.limit, measure.good),
        *("FACE_HARD_TO_RECOGNISE", "too little of the face can be recognised; take another"),
        digits=2,
    )
    return replace(quality, components=(*quality.components, scale.rate(raw_length)))
