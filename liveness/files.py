"""A picture or clip from a file, judged the way a caller's is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from liveness.assembly import Liveness
from liveness.outcome import LivenessResult
from media.clips import read_frames
from media.containers import DEFAULT_CLIP_LIMITS, ClipLimits, is_clip
from media.pictures import DEFAULT_LIMITS, PictureLimits, decode_picture
from vision.analysis import Select
from vision.assembly import StreamVision
from vision.frame_analysis import FrameAnalysis

# As many as a session looks at; a clip of more shows nothing else.
LOOK_FPS = 15.0
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class FileJudge:
    """Checks files; safe to share between threads."""

    liveness: Liveness
    vision: StreamVision
    picture_limits: PictureLimits = DEFAULT_LIMITS
    clip_limits: ClipLimits = DEFAULT_CLIP_LIMITS

    def check(self, path: Path, progress: Progress = lambda _: None) -> LivenessResult:
        """Judge one file. progress: called with 1 after each frame of a clip.

        Raises OSError and what decoding a picture or clip raises; for a picture also
        NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        if is_clip(path):
            return self.liveness.check_clip(self._looks(path, progress))
        with path.open("rb") as file:
            # One byte more than is decoded, so that the decoder sees and refuses the rest.
            data = file.read(self.picture_limits.max_bytes + 1)
        image = decode_picture(data, self.picture_limits)
        return self.liveness.check_image(image, Select.SINGLE)[0]

    def _looks(self, path: Path, progress: Progress) -> Iterator[FrameAnalysis]:
        analyzer = self.vision.open_analyzer()
        try:
            for frame in read_frames(path, self.clip_limits, target_fps=LOOK_FPS):
                yield analyzer.look(frame)
                progress(1)
        finally:
            analyzer.close()
