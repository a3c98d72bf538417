"""Whether one take shows one person: cuts, seams, blanks, jumps, another face, time reversed."""

from dataclasses import dataclass, field, replace

from decision.findings import Finding, Weight
from decision.rates import ErrorRateTable
from deepfake.injection.blanks import BlankWatch
from deepfake.injection.seams import BREAKS_FROM, SeamWatch
from deepfake.outcome import Moment
from vision.continuity.blinks import BlinkWatch
from vision.continuity.cuts import CutWatch, Scene
from vision.continuity.glance import Glance
from vision.continuity.identity import IdentityWatch, Sameness
from vision.continuity.motion import FaceMotion, measure_motion
from vision.frame_analysis import FrameAnalysis
from vision.mesh import FaceMesh

SIGNAL = "continuity"
SPLICED, GONE = "VIDEO_SPLICED", "PICTURE_GONE"
# The embedder tells people apart up to here.
MAX_YAW_DEG, MAX_PITCH_DEG = 30.0, 25.0
LOOK_STEP_S = 0.5
# Pictures that are compressed until faces dissolve show two strangers in a row now and then; a
# stranger who stays for so long is one.
SURE_AFTER_S = 1.0
# Frames further apart do not follow each other.
_MAX_GAP_S = 0.6


@dataclass(slots=True)
class CourseWatch:
    """Follows one clip from frame to frame; of bounded memory."""

    table: ErrorRateTable | None
    _identity: IdentityWatch = field(init=False)
    _cuts: CutWatch = field(default_factory=CutWatch)
    _seams: SeamWatch = field(default_factory=SeamWatch)
    _blanks: BlankWatch = field(default_factory=BlankWatch)
    _blinks: BlinkWatch = field(default_factory=BlinkWatch)
    _last_s: float = 0.0
    _looked_s: float | None = None
    _other_s: float | None = None
    _track_id: int | None = None

    def __post_init__(self) -> None:
        self._identity = IdentityWatch(self.table)

    def look(self, analysis: FrameAnalysis, time_s: float) -> list[Moment]:
        """Take one frame; return what was noticed with it."""
        if time_s - self._last_s > _MAX_GAP_S:
            self._cuts.restart()
        self._last_s = time_s
        since_s, mesh = self._blanks.push(analysis.grid, time_s), analysis.mesh
        blanks = [] if since_s is None else [Moment(GONE, Weight.HOLDS, SIGNAL, since_s, time_s)]
        if mesh is None:
            self._seams.restart()
            return blanks
        return blanks + self._follow(analysis, mesh, time_s)

    def restart(self) -> None:
        """Go on after a change that hides what lies between two frames; the person stays."""
        self._cuts.restart()
        self._seams.restart()

    def _follow(self, analysis: FrameAnalysis, mesh: FaceMesh, time_s: float) -> list[Moment]:
        """Take one frame with a face."""
        motion, index = measure_motion(mesh, time_s), analysis.frame.index
        scene = Scene(index, analysis.picture_hash, Glance(analysis.grid), motion)
        found = [self._cuts.push(scene), self._blinks.push(motion, index)]
        if self._is_due(analysis, motion, time_s):
            found.append(self._compare(analysis, time_s))
        moments = [_moment(finding, time_s) for finding in found if finding is not None]
        seam = self._seams.push(analysis.grid, mesh, time_s, analysis.frame.pts_s)
        if seam is not None:
            weight = Weight.BREAKS if seam.size >= BREAKS_FROM else Weight.HOLDS
            moments.append(Moment(SPLICED, weight, SIGNAL, seam.time_s))
        return moments

    def _is_due(self, analysis: FrameAnalysis, motion: FaceMotion, time_s: float) -> bool:
        """Return whether it is time to compare the person: now and then, and on a new track."""
        if abs(motion.yaw_deg) > MAX_YAW_DEG or abs(motion.pitch_deg) > MAX_PITCH_DEG:
            return False
        is_new = analysis.face is not None and analysis.face.track_id != self._track_id
        return is_new or self._looked_s is None or time_s - self._looked_s >= LOOK_STEP_S

    def _compare(self, analysis: FrameAnalysis, time_s: float) -> Finding | None:
        reading, face = analysis.reading, analysis.face
        self._looked_s = time_s
        self._track_id = None if face is None else face.track_id
        embedding = analysis.embedding if reading is not None else None
        if reading is None or embedding is None:
            return None
        if not self._identity.has_reference and not reading.quality.is_usable:
            return None
        sameness = self._identity.push(embedding, time_s, reading.quality.is_usable)
        if sameness is not Sameness.OTHER:
            self._other_s = None
        elif self._other_s is None:
            self._other_s = time_s
        finding = self._identity.finding(analysis.frame.index)
        if finding is None or self._other_s is None:
            return None
        is_sure = time_s - self._other_s >= SURE_AFTER_S
        return finding if is_sure else replace(finding, weight=Weight.HOLDS)


def _moment(finding: Finding, time_s: float) -> Moment:
    return Moment(finding.code, finding.weight, SIGNAL, time_s)
