"""`smartbranch bench face`: one-to-one verification against the peer, and over gRPC."""

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.calls import SingleCaller, served_per_s
from bench.inprocess import Verify, best_callers, verify_with
from bench.peers.face_recognition import NAME, FaceRecognitionPeer
from bench.pictures import PicturePair, verify_pairs
from bench.server import running_server
from bench.timing import Spread, calls_per_s, in_turns, ratios, seconds
from evaluation.pipeline import core_count, open_pipeline
from tour.photographs import HEIGHT_PX, WIDTH_PX

Report = dict[str, object]
Say = Callable[[str], None]
CALLERS = 16


@dataclass(frozen=True, slots=True)
class FacePlan:
    """How long to measure.

    rounds: turns of each comparison. span_s: length of one of our turns.
    peer_pairs: pairs that each of the peer's processes verifies in its turn.
    single_calls: turns of the one-caller comparison, one call a side each.
    """

    rounds: int = 7
    span_s: float = 4.0
    peer_pairs: int = 6
    single_calls: int = 150


QUICK = FacePlan(rounds=2, span_s=1.0, peer_pairs=1, single_calls=20)


def bench_face(
    plan: FacePlan, say: Say, *, with_peer: bool = True, with_server: bool = True
) -> Report:
    """Measure and return the report; what was left out is null in it."""
    pairs = verify_pairs()
    report: Report = {
        "peer": NAME,
        "cores": core_count(),
        "pictures": f"{WIDTH_PX}x{HEIGHT_PX} JPEG, 2 a pair",
        "throughput_ratio": None,
        "single_caller_overhead": None,
        "concurrent_share": None,
    }
    with open_pipeline() as opened:
        verify = verify_with(opened.pipeline, pairs)
        outcomes = [verify(number).outcome.value for number in range(len(pairs))]
        report["matched"] = f"{outcomes.count('MATCH')} of {len(pairs)}"
        say("looking for the best number of callers in process")
        callers, speeds = best_callers(verify, plan.span_s)
        report["in_process"] = {
            "callers": callers,
            "pairs_per_s": {str(key): round(value, 2) for key, value in speeds.items()},
        }
        if with_peer:
            say(f"in turns with {NAME}")
            report |= _against_peer(verify, callers, pairs, plan, say)
        if with_server:
            say("in turns with a server on loopback")
            report |= _against_server(verify, callers, pairs, plan)
    return report


def _against_peer(
    verify: Verify, callers: int, pairs: Sequence[PicturePair], plan: FacePlan, say: Say
) -> Report:
    workers = core_count()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smartbranch-")))
        peer = stack.enter_context(FaceRecognitionPeer(_write(pairs, folder), workers, say))
        peer.pairs_per_s(1)
        speeds = in_turns(
            {
                "ours": lambda: calls_per_s(verify, callers, plan.span_s),
                "peer": lambda: peer.pairs_per_s(plan.peer_pairs),
            },
            plan.rounds,
        )
        tally = peer.tally
    ratio = ratios(speeds["ours"], speeds["peer"])
    return {
        "throughput_ratio": round(ratio.median, 2),
        "throughput_ratio_quartiles": [round(ratio.low, 2), round(ratio.high, 2)],
        "pairs_per_s": round(Spread.of(speeds["ours"]).median, 2),
        "peer_pairs_per_s": round(Spread.of(speeds["peer"]).median, 2),
        "peer_processes": workers,
        "peer_matched": f"{tally.matched} of {tally.pairs}, {tally.missed} without a face",
    }


def _against_server(
    verify: Verify, callers: int, pairs: Sequence[PicturePair], plan: FacePlan
) -> Report:
    with running_server() as server:
        caller = SingleCaller(server, pairs)
        for number in range(len(pairs)):
            caller.verify(number)
        turn = iter(range(1_000_000))
        # Both sides of a turn take the same pair, so that a turn compares like with like.
        single = in_turns(
            {
                "direct": lambda: seconds(lambda: verify(next(turn) // 2)),
                "served": lambda: seconds(lambda: caller.verify(next(turn) // 2)),
            },
            plan.single_calls,
        )
        caller.close()
        many = in_turns(
            {
                "direct": lambda: calls_per_s(verify, callers, plan.span_s),
                "served": lambda: served_per_s(server, pairs, CALLERS, plan.span_s),
            },
            plan.rounds,
        )
    overhead = ratios(single["served"], single["direct"])
    share = ratios(many["served"], many["direct"])
    return {
        "single_caller_overhead": round(overhead.median - 1, 4),
        "single_caller_overhead_quartiles": [
            round(overhead.low - 1, 4),
            round(overhead.high - 1, 4),
        ],
        "single_ms": round(1000 * Spread.of(single["direct"]).median, 2),
        "served_single_ms": round(1000 * Spread.of(single["served"]).median, 2),
        "concurrent_share": round(share.median, 4),
        "concurrent_share_quartiles": [round(share.low, 4), round(share.high, 4)],
        "served_pairs_per_s": round(Spread.of(many["served"]).median, 2),
        "callers": CALLERS,
        "start_s": round(server.start_s, 2),
    }


def _write(pairs: Sequence[PicturePair], folder: Path) -> list[tuple[Path, Path]]:
    """Write the pictures to files; the peer reads them into memory before its turn."""
    written = []
    for number, pair in enumerate(pairs):
        paths = folder / f"{number}-reference.jpg", folder / f"{number}-probe.jpg"
        for path, data in zip(paths, pair, strict=True):
            path.write_bytes(data)
        written.append(paths)
    return written
