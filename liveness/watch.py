"""Follows a clip or stream frame by frame with every rule that holds for both."""

from dataclasses import dataclass, field

from decision.findings import Finding, Findings
from decision.rates import ErrorRateTable
from liveness.evidence import PassiveEvidence, PassiveModel
from liveness.look import FrameLook
from liveness.presence import Presence, advise_on_texture, check_presence
from liveness.relief import StillWatch
from vision.continuity.blinks import BlinkWatch
from vision.continuity.cuts import CutWatch, Scene
from vision.continuity.glance import Glance
from vision.continuity.identity import IdentityWatch
from vision.continuity.motion import FaceMotion, measure_motion
from vision.continuity.order import FrameOrder
from vision.continuity.repeats import FreezeWatch, LoopWatch
from vision.mesh import FaceMesh

# A face that is turned further shows one side. The embedder can still tell a person from another
# then; the passive model has learned from faces that look into the camera.
MAX_LOOK_YAW_DEG, MAX_LOOK_PITCH_DEG = 30.0, 25.0
MAX_VIEW_YAW_DEG, MAX_VIEW_PITCH_DEG = 20.0, 20.0
# How often the person is compared and the quality rated.
LOOK_STEP_S = 0.5
NOT_SEEN_ADVICE = "SHOW_FACE"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame showed. motion: None where no face can be followed in it.

    is_next: whether the frame follows the one before. is_gap: whether something was missed
    before it. new: findings that were not there before.
    """

    time_s: float
    frame_index: int
    is_next: bool
    is_gap: bool
    presence: Presence
    motion: FaceMotion | None
    mesh: FaceMesh | None
    advice: str | None
    new: tuple[Finding, ...]


_NOBODY = Presence(False, False, None)


@dataclass(slots=True)
class ClipWatch:
    """Everything that is known of a clip so far; memory is bounded whatever its length.

    has_begun: whether what is seen counts. Before a session's first rest people take their seats
    and cameras change; who sits there then, and how the picture came about, is of no interest.
    """

    model: PassiveModel
    table: ErrorRateTable | None
    has_begun: bool = True
    findings: Findings = field(default_factory=Findings)
    order: FrameOrder = field(default_factory=FrameOrder)
    frame_count: int = 0
    face_count: int = 0
    passive: PassiveEvidence = field(init=False)
    identity: IdentityWatch = field(init=False)
    _freeze: FreezeWatch = field(default_factory=FreezeWatch)
    _loop: LoopWatch = field(default_factory=LoopWatch)
    _cut: CutWatch = field(default_factory=CutWatch)
    _still: StillWatch = field(default_factory=StillWatch)
    _blinks: BlinkWatch = field(default_factory=BlinkWatch)
    _track_id: int | None = None
    _rated_s: float | None = None
    _quality_advice: str | None = None

    def __post_init__(self) -> None:
        self.passive = PassiveEvidence(self.model)
        self.identity = IdentityWatch(self.table)

    def push(self, look: FrameLook) -> Seen:
        """Take one frame and return what it showed."""
        self.frame_count += 1
        frame = look.frame
        place = self.order.push(frame)
        new = [found for found in place.findings if self.findings.add(found)]
        time_s = frame.received_monotonic_s
        if not place.is_next:
            return Seen(time_s, frame.index, False, False, _NOBODY, None, None, None, tuple(new))
        if place.is_gap:
            self._cut.restart()
        glance = Glance(look.grid)
        presence = check_presence(look, glance)
        mesh = look.mesh if presence.is_alone else None
        motion = None if mesh is None else measure_motion(mesh, time_s)
        advice = presence.advice
        if motion is not None and mesh is not None:
            self.face_count += 1
            new += self._judge(look, glance, mesh, motion)
            advice = advice or self._quality_advice
        elif presence.is_alone:
            advice = advice or NOT_SEEN_ADVICE
        if self.order.is_slow(time_s):
            advice = "SEND_MORE_FRAMES"
        return Seen(
            *(time_s, frame.index, True, place.is_gap, presence, motion, mesh, advice),
            tuple(new),
        )

    def restart(self) -> None:
        """Go on after a lost connection."""
        self.order.restart()
        self._cut.restart()

    def look_at_person(self, look: FrameLook, time_s: float) -> tuple[Finding, ...]:
        """Compare the person now; return what is new."""
        embedding, reading = look.embedding, look.reading
        if embedding is None or reading is None:
            return ()
        self.identity.push(embedding, time_s, reading.quality.is_usable)
        found = self.identity.finding(look.frame.index)
        return (found,) if found is not None and self.findings.add(found) else ()

    def _judge(
        self, look: FrameLook, glance: Glance, mesh: FaceMesh, motion: FaceMotion
    ) -> list[Finding]:
        index = look.frame.index
        found = [
            self._freeze.push(glance, mesh, motion.time_s, index),
            self._loop.push(glance, motion.time_s, index),
            self._still.push(mesh, motion, index),
            self._blinks.push(motion, index),
        ]
        if self.has_begun:
            found.append(self._cut.push(Scene(index, look.picture_hash, glance, motion)))
        new = [finding for finding in found if finding is not None and self.findings.add(finding)]
        is_comparable = is_within(motion, MAX_LOOK_YAW_DEG, MAX_LOOK_PITCH_DEG)
        if is_comparable and self._is_look_due(look, motion.time_s):
            new += self._look_closer(look, motion.time_s)
        is_frontal = is_within(motion, MAX_VIEW_YAW_DEG, MAX_VIEW_PITCH_DEG)
        if self.has_begun and is_frontal and self.passive.is_due(motion.time_s):
            self._view(look, motion.time_s)
        return new

    def _is_look_due(self, look: FrameLook, time_s: float) -> bool:
        """Return whether it is time to rate and compare: now and then, and on a new track."""
        assert look.face is not None
        is_new = look.face.track_id != self._track_id
        self._track_id = look.face.track_id
        return is_new or self._rated_s is None or time_s - self._rated_s >= LOOK_STEP_S

    def _look_closer(self, look: FrameLook, time_s: float) -> tuple[Finding, ...]:
        self._rated_s = time_s
        reading = look.reading
        if reading is None:
            return ()
        self._quality_advice = advise_on_texture(reading.quality)
        if self._quality_advice or not self.has_begun:
            return ()
        return self.look_at_person(look, time_s)

    def _view(self, look: FrameLook, time_s: float) -> None:
        reading = look.reading
        if reading is None or look.face is None:
            return
        self.passive.add(look.frame.image, look.face.box_xyxy, reading.quality, time_s)


def is_within(motion: FaceMotion, yaw_deg: float, pitch_deg: float) -> bool:
    """Return whether the face is turned to the camera to within these angles."""
    return abs(motion.yaw_deg) <= yaw_deg and abs(motion.pitch_deg) <= pitch_deg
