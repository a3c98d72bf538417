"""The face pipeline, put together in one place for every process that runs it."""

from dataclasses import dataclass

from decision.rates import ErrorRateTable
from inference.engine import Engine
from inference.manifest import ModelSpec
from inference.operating_points import OperatingPoints
from vision.analysis import FaceAnalyzer
from vision.detection import FaceDetector
from vision.embedding import FaceEmbedder
from vision.frame_analysis import FrameAnalyzer
from vision.match import FaceMatcher
from vision.mesh import Landmarker
from vision.quality import POOR_BELOW

SINGLE, MIRRORED = "single", "mirrored"


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """What can be chosen about the pipeline.

    mirror: average the embedding with that of the mirrored face; twice the embedder's time.
    min_quality: score below which a picture decides nothing.
    table: error rates measured elsewhere, in place of those that the manifest carries.
    """

    mirror: bool = False
    min_quality: float = POOR_BELOW
    table: ErrorRateTable | None = None


@dataclass(frozen=True, slots=True)
class FacePipeline:
    """Everything that reads and compares faces."""

    detector: FaceDetector
    embedder: FaceEmbedder
    analyzer: FaceAnalyzer
    matcher: FaceMatcher

    @property
    def embedding_model_id(self) -> str:
        """What templates made by this pipeline are marked with."""
        return self.embedder.model_id


@dataclass(frozen=True, slots=True)
class StreamVision:
    """What the streams of one process are looked at with. landmarker: safe to share."""

    pipeline: FacePipeline
    landmarker: Landmarker

    def open_analyzer(self) -> FrameAnalyzer:
        """Return the eyes of one stream."""
        return FrameAnalyzer(self.pipeline.detector, self.pipeline.embedder, self.landmarker)


def build_face_pipeline(
    engine: Engine,
    detector_spec: ModelSpec,
    embedder_spec: ModelSpec,
    settings: FaceSettings | None = None,
) -> FacePipeline:
    """Put the pipeline together; no model runs yet. Raises UnknownModelError."""
    settings = settings or FaceSettings()
    detector = FaceDetector(engine, detector_spec)
    embedder = FaceEmbedder(engine, embedder_spec, settings.mirror)
    table = settings.table or table_for(embedder_spec, MIRRORED if settings.mirror else SINGLE)
    matcher = FaceMatcher(table, embedder.model_id, settings.min_quality)
    return FacePipeline(detector, embedder, FaceAnalyzer(detector, embedder), matcher)


def table_for(spec: ModelSpec, variant: str) -> ErrorRateTable | None:
    """Return the error rates that the manifest carries for a variant, None if there are none."""
    for points in spec.operating_points:
        if points.variant == variant:
            return to_table(points)
    return None


def to_table(points: OperatingPoints) -> ErrorRateTable:
    """Turn a file's columns into a table that can be asked."""
    return ErrorRateTable(
        similarities=points.similarities,
        fmrs=points.fmrs,
        fnmrs=points.fnmrs,
        impostor_pairs=points.impostor_pairs,
        genuine_pairs=points.genuine_pairs,
        data=points.data,
    )
