"""One clip that comes in chunks: decoded, looked at, heard and judged as it comes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from deepfake.clip import ClipJudge
from deepfake.frame_chain import ChainVerifier, SignedChunk
from media.chunks import PCM_BYTES, PCM_RATE_HZ, decode_frame, decode_pcm
from media.pictures import PictureLimits
from serving.deepfake.books import ClipForgery
from serving.streams.types import Chunk, Codec
from vision.frame_analysis import FrameAnalyzer

PICTURES = frozenset({Codec.JPEG, Codec.PNG})
Record = Callable[[ClipForgery], None]


@dataclass(frozen=True, slots=True)
class ClipChunk:
    """One chunk of a clip. signed: the same as its chain covers it, in a signed clip."""

    media: Chunk
    signed: SignedChunk | None = None


class ClipRun:
    """Feeds a judge; its methods block, and one is called at a time, in any thread.

    chain: None for a clip that is not signed. record: called with the decision before anybody
    hears it.
    """

    def __init__(
        self,
        judge: ClipJudge,
        open_analyzer: Callable[[], FrameAnalyzer],
        chain: ChainVerifier | None,
        limits: PictureLimits,
        record: Record,
    ) -> None:
        self._judge = judge
        self._open_analyzer = open_analyzer
        self._analyzer: FrameAnalyzer | None = None
        self._looking = threading.Lock()
        self._is_closed = False
        self._chain = chain
        self._limits = limits
        self._record = record
        self._began_s: float | None = None
        self._last_s = 0.0
        self._least_delay_s: float | None = None
        self._frame_count = self._look_count = self._sound_count = 0

    def take(self, chunk: ClipChunk) -> ClipForgery | None:
        """Take one chunk; return the decision if it is certain already.

        Raises what decoding a picture or sound raises.
        """
        try:
            with self._looking:
                return self._take(chunk)
        finally:
            if self._is_closed:
                self.close()  # It could not be done while this was under way.

    def _take(self, chunk: ClipChunk) -> ClipForgery | None:
        media = chunk.media
        self._began_s = media.received_s if self._began_s is None else self._began_s
        self._frame_count += media.codec in PICTURES
        if self._is_in_place(chunk):
            if media.codec in PICTURES:
                self._look(media)
            else:
                self._hear(media)
        return self._decide(is_early=True) if self._judge.is_certain else None

    def finish(self, last_sequence: int, chain_hash: bytes) -> ClipForgery:
        """Return the decision, for the clip is whole."""
        if self._chain is not None:
            self._chain.close(last_sequence, chain_hash, self._last_s)
            self._judge.note(self._chain.moments())
        return self._decide(is_early=False)

    def close(self) -> None:
        """Let go of the pictures, at the end of a look that another thread is still at."""
        self._is_closed = True
        if self._looking.acquire(blocking=False):
            if self._analyzer is not None:
                self._analyzer.close()
                self._analyzer = None
            self._looking.release()

    def _is_in_place(self, chunk: ClipChunk) -> bool:
        """Return whether a chunk is to be looked at; one that is proven out of place is not."""
        assert self._began_s is not None
        self._last_s = max(self._last_s, chunk.media.received_s - self._began_s)
        if self._chain is None or chunk.signed is None:
            return True
        verdict = self._chain.push(chunk.signed, self._last_s)
        self._judge.note(self._chain.moments())
        return verdict.is_good

    def _look(self, chunk: Chunk) -> None:
        frame = decode_frame(
            chunk.data,
            self._look_count,
            chunk.received_s,
            pts_s=chunk.pts_s,
            capture_time=chunk.capture_time,
            track=chunk.track,
            limits=self._limits,
        )
        self._look_count += 1
        if chunk.pts_s is not None:
            delay_s = chunk.received_s - chunk.pts_s
            least_s = self._least_delay_s
            self._least_delay_s = delay_s if least_s is None else min(least_s, delay_s)
        # With the first picture: a clip that is given up before has nothing to let go of.
        self._analyzer = self._analyzer or self._open_analyzer()
        self._judge.look(self._analyzer.look(frame))

    def _sounded_s(self, chunk: Chunk) -> float:
        """Return when a piece of sound would have come if it had been sent as it began.

        It is sent when it is whole, and on the way it waits longer or shorter than pictures do; so
        it is placed by the sender's clock, seen from the pictures that waited least.
        """
        if chunk.pts_s is not None and self._least_delay_s is not None:
            return chunk.pts_s + self._least_delay_s
        return chunk.received_s - len(chunk.data) / (PCM_BYTES * PCM_RATE_HZ)

    def _hear(self, chunk: Chunk) -> None:
        piece = decode_pcm(
            chunk.data,
            self._sound_count,
            self._sounded_s(chunk),
            pts_s=chunk.pts_s,
            capture_time=chunk.capture_time,
            track=chunk.track,
        )
        self._sound_count += 1
        self._judge.hear(piece)

    def _decide(self, is_early: bool) -> ClipForgery:
        result = self._judge.conclude()
        found = ClipForgery(result, self._frame_count, self._judge.judged_count, is_early)
        self._record(found)
        return found
