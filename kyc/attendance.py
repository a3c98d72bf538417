"""One attendance, from its first prompt to its verdict."""

from kyc.case import Position
from kyc.events import AttendEvent, Side
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from media.frame import SoundChunk
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis

Events = tuple[AttendEvent, ...]


class Attendance:
    """Leads one participant through the steps; plain calls, one at a time, no thread of its own.

    Times are monotonic seconds; slow work runs in the background and is fetched later.
    A `Recorded` has to be written down before what follows it is said. The verdict is the last
    event and comes once; later calls say nothing.
    """

    def __init__(self, plan: AttendancePlan, parts: AttendanceParts) -> None:
        self._plan = plan
        self._parts = parts
        self._is_finished = False

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given."""
        return self._is_finished

    def start(self, now_s: float) -> Events:
        """Begin, or go on where an earlier attendance stopped."""
        return ()

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Events:
        """Take one frame of the camera. sequence: number of its chunk."""
        return ()

    def hear(self, chunk: SoundChunk, sequence: int, now_s: float) -> Events:
        """Take a piece of sound, placed on the clock of the frames by its first sample."""
        return ()

    def show(self, side: Side, image: ImageRGB, sequence: int, now_s: float) -> Events:
        """Take a picture of a document."""
        return ()

    def consent(
        self, accepted: bool, accepted_face: bool, text_version: str, now_s: float
    ) -> Events:
        """Take the answer to the prompt for consent."""
        return ()

    def answer(self, question: str, text: str, now_s: float) -> Events:
        """Take the answer to a question. text: empty says that it was spoken."""
        return ()

    def locate(self, position: Position, now_s: float) -> Events:
        """Take where the client says that it is."""
        return ()

    def ask_for_person(self, text: str, now_s: float) -> Events:
        """Hand over to a person, for the participant asks for it."""
        return ()

    def tick(self, now_s: float) -> Events:
        """Let time pass; about ten times a second."""
        return ()

    def interrupt(self, now_s: float) -> Events:
        """Note that the connection was lost."""
        return ()

    def resume(self, now_s: float) -> Events:
        """Go on, for the client is back."""
        return ()

    def close(self, now_s: float, code: str) -> Events:
        """End it from outside. code: UPPER_SNAKE, such as `SESSION_ABANDONED`.

        The participant keeps the state that was reached and may come back while the case is open,
        but for one who leaves in the middle of a liveness session: that uses up an attempt.
        """
        return ()
