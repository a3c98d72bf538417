"""A picture or clip from a file, judged the way a caller's is."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from base.errors import UnsupportedClipError
from decision.findings import Weight
from deepfake.assembly import Forgery
from deepfake.clip import ClipJudge
from deepfake.clip_plan import LOOK_FPS, ClipPlan
from deepfake.outcome import ForgeryResult, Moment
from media.clips import read_frames
from media.containers import DEFAULT_CLIP_LIMITS, ClipLimits, is_clip
from media.frame import Frame, SoundChunk
from media.pictures import DEFAULT_LIMITS, PictureLimits, decode_picture
from media.sound import read_sound
from vision.analysis import Select
from vision.assembly import StreamVision
from vision.frame_analysis import FrameAnalysis, FrameAnalyzer

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class FileJudge:
    """Checks files; safe to share between threads.

    answers_early: whether a clip that is certainly forged is read no further.
    """

    forgery: Forgery
    vision: StreamVision
    picture_limits: PictureLimits = DEFAULT_LIMITS
    clip_limits: ClipLimits = DEFAULT_CLIP_LIMITS
    answers_early: bool = False
    look_fps: float = LOOK_FPS

    def check(
        self, path: Path, wants_heat: bool = False, progress: Progress = lambda _: None
    ) -> ForgeryResult:
        """Judge one file. progress: called with 1 after each frame of a clip.

        Raises OSError and what decoding a picture or clip raises; for a picture also
        NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        if is_clip(path):
            return self.check_clip(path, wants_heat, progress).conclude()
        with path.open("rb") as file:
            # One byte more than is decoded, so that the decoder sees and refuses the rest.
            data = file.read(self.picture_limits.max_bytes + 1)
        image = decode_picture(data, self.picture_limits)
        return self.forgery.check_image(image, Select.SINGLE, wants_heat)[0]

    def check_clip(
        self, path: Path, wants_heat: bool = False, progress: Progress = lambda _: None
    ) -> ClipJudge:
        """Follow a clip to its end, frames and sound by their times; ready to conclude."""
        judge = self.forgery.open_clip(ClipPlan(False, wants_heat, self.look_fps))
        analyzer = self.vision.open_analyzer()
        frames = read_frames(path, self.clip_limits, target_fps=self.look_fps)
        sound = self._sound(path, judge)
        # Each has the file open, and an error on its way would keep them.
        with closing(analyzer), closing(frames), closing(sound):
            piece = next(sound, None)
            for look in _looks(analyzer, frames):
                while piece is not None and _is_due(piece, look.frame):
                    judge.hear(piece)
                    piece = next(sound, None)
                judge.look(look)
                progress(1)
                if self.answers_early and judge.early is not None:
                    return judge
            while piece is not None:
                judge.hear(piece)
                piece = next(sound, None)
        return judge

    def _sound(self, path: Path, judge: ClipJudge) -> Generator[SoundChunk, None, None]:
        """Yield a clip's sound; one that cannot be decoded is noted, and the film is silent."""
        try:
            yield from read_sound(path, self.clip_limits)
        except UnsupportedClipError:
            judge.note([Moment("SOUND_UNREADABLE", Weight.NOTE, "sound_in_step", 0.0)])


def _looks(analyzer: FrameAnalyzer, frames: Iterable[Frame]) -> Iterator[FrameAnalysis]:
    """Yield looks one frame late: the detector works on the next one meanwhile."""
    last: FrameAnalysis | None = None
    for frame in frames:
        look = analyzer.look(frame)
        if last is not None:
            yield last
        last = look
    if last is not None:
        yield last


def _is_due(piece: SoundChunk, frame: Frame) -> bool:
    return piece.received_monotonic_s <= frame.received_monotonic_s
