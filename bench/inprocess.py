"""Our own pipeline in this process: from two JPEGs to a decision."""

from collections.abc import Callable, Sequence

from bench.pictures import PicturePair
from bench.timing import calls_per_s
from evaluation.pipeline import core_count
from media.pictures import decode_picture
from vision.analysis import Select
from vision.assembly import FacePipeline
from vision.match import MatchResult

Verify = Callable[[int], MatchResult]


def verify_with(pipeline: FacePipeline, pairs: Sequence[PicturePair]) -> Verify:
    """Return a function that decodes, reads and compares the n-th pair, quality included."""

    def verify(number: int) -> MatchResult:
        reference, probe = (decode_picture(data) for data in pairs[number % len(pairs)])
        readings = pipeline.analyzer.read_pair(reference, probe, Select.LARGEST)
        return pipeline.matcher.compare(*readings)

    return verify


def best_callers(verify: Verify, span_s: float) -> tuple[int, dict[int, float]]:
    """Try a few numbers of calling threads; return the fastest and what each reached."""
    cores = core_count()
    tried = sorted({1, cores, cores + 1, 2 * cores})
    speeds = {callers: calls_per_s(verify, callers, span_s) for callers in tried}
    return max(speeds, key=lambda callers: speeds[callers]), speeds
