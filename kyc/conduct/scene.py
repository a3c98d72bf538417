"""Everything that is watched about scene and conduct, from the first step that needs a face."""

from dataclasses import replace

from kyc.case import Position
from kyc.conduct.background import BackgroundChanged
from kyc.conduct.camera_covered import CameraCovered
from kyc.conduct.episode import Episode
from kyc.conduct.face_lost import FaceLost
from kyc.conduct.face_swapped import FaceSwapped
from kyc.conduct.log import ConductLog
from kyc.conduct.missing import PICTURES, PICTURES_AFTER_S, SOUND, SOUND_AFTER_S, Missing
from kyc.conduct.motionless import Motionless
from kyc.conduct.position import Place, place_of
from kyc.conduct.second_face import SecondFace
from kyc.conduct.speech import Speech
from kyc.conduct.virtual_camera import CODE as VIRTUAL_CAMERA
from kyc.conduct.virtual_camera import is_virtual
from kyc.conduct.voice_without_mouth import VoiceWithoutMouth
from kyc.conduct.watching import SceneWatch
from kyc.events import AttendEvent
from kyc.ledger import Ledger
from kyc.states import State
from vision.embedding import Embedding
from vision.frame_analysis import FrameAnalysis

# Before, cards are held before the face and telephones are turned about.
WATCHED_STEPS = frozenset({State.CAPTURE, State.LIVENESS, State.QUESTIONS})
# A document that is held up brings a face and hides another.
_MAX_POSITIONS = 50


class Scene:
    """Runs every watch and keeps its episodes; plain calls, of bounded memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.log = ConductLog(ledger)
        self.speech = Speech(ledger.parts.voice)
        self._swapped = FaceSwapped(ledger.parts.matcher.table)
        self._watches: tuple[tuple[SceneWatch, Episode], ...] = tuple(
            (watch, Episode(watch.after_s, watch.clear_s))
            for watch in (
                FaceLost(),
                SecondFace(),
                self._swapped,
                CameraCovered(),
                BackgroundChanged(),
                VoiceWithoutMouth(self.speech),
            )
        )
        self._motionless = Motionless()
        self._pictures = Missing(PICTURES, PICTURES_AFTER_S)
        self._sound = Missing(SOUND, SOUND_AFTER_S)
        self._watched_s: float | None = None
        self._position_count = 0
        if ledger.carry.face is not None:
            self.follow(ledger.carry.face)

    @property
    def confirmed_s(self) -> float | None:
        """When it was last certain that it is the captured person."""
        return self._swapped.confirmed_s

    def begin(self, now_s: float) -> list[AttendEvent]:
        """Look at what the camera calls itself."""
        if not is_virtual(self._ledger.plan.camera_label):
            return []
        if any(one.code == VIRTUAL_CAMERA for one in self._ledger.findings.events):
            return []
        return self.log.note(VIRTUAL_CAMERA, now_s, 0)

    def follow(self, face: Embedding) -> None:
        """Take the captured face, which every later one has to be."""
        self._swapped.follow(face)

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> list[AttendEvent]:
        """Take one frame of a step that needs a face."""
        time_s = look.frame.received_monotonic_s
        self._watched_s = time_s if self._watched_s is None else self._watched_s
        said = self.log.take(PICTURES, self._pictures.came(time_s), sequence)
        if self._ledger.step is not State.CAPTURE and (mesh := look.mesh) is not None:
            self.speech.see(mesh, time_s)
            self._motionless.push(mesh, time_s)
        for watch, episode in self._watches:
            edge = episode.push(watch.judge(look, time_s), time_s)
            said += self.log.take(watch.code, edge, sequence, look.frame.image)
        return said

    def is_motionless(self, since_s: float, now_s: float) -> bool:
        """Return whether the face has not moved in itself since then."""
        return self._motionless.holds(since_s, now_s)

    def heard(self, time_s: float) -> list[AttendEvent]:
        """Note that sound came; what is said in it is the speech's business."""
        return self.log.take(SOUND, self._sound.came(time_s), 0)

    def tick(self, now_s: float, listens_since_s: float | None) -> list[AttendEvent]:
        """Let time pass. listens_since_s: since when an answer is to be heard, if one is."""
        said: list[AttendEvent] = []
        if self._watched_s is not None:
            said += self.log.take(PICTURES, self._pictures.wait(self._watched_s, now_s), 0)
        if listens_since_s is not None:
            said += self.log.take(SOUND, self._sound.wait(listens_since_s, now_s), 0)
        return said

    def locate(self, position: Position, now_s: float) -> list[AttendEvent]:
        """Take a position; one that is outside of the fence stays known."""
        self._position_count += 1
        if self._position_count > _MAX_POSITIONS:
            return []
        ledger, fence = self._ledger, self._ledger.plan.product.fence
        ledger.findings = replace(ledger.findings, position=position)
        if fence is None or place_of(position, fence) is not Place.OUTSIDE:
            return [ledger.record()]
        if any(one.code == Place.OUTSIDE.value for one in ledger.findings.events):
            return [ledger.record()]
        return self.log.note(Place.OUTSIDE.value, now_s, 0)

    def pause(self, now_s: float) -> list[AttendEvent]:
        """Break off: what lasts ends here, and nothing is missed until it goes on."""
        said = self.log.take(PICTURES, self._pictures.stop(now_s), 0)
        said += self.log.take(SOUND, self._sound.stop(now_s), 0)
        for watch, episode in self._watches:
            said += self.log.take(watch.code, episode.stop(now_s), 0)
            watch.restart()
        self._watched_s = None
        return said
