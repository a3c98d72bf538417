"""`smartbranch bench load`: ten times more load than the server can carry."""

import time
from collections.abc import Callable
from functools import partial

from bench.calls import SingleCaller, flood, served_per_s
from bench.pictures import verify_pairs
from bench.server import running_server
from bench.timing import Spread, seconds

Say = Callable[[str], None]
OVERLOAD = 10
CALLERS = 16
DEADLINE_S = 10.0
BACK_WITHIN_S = 2.0
_PROBES = 20
_MAX_TRIES = 1000
# One call is normal again if it takes no longer than the slowest few before the flood did.
_NORMAL_FACTOR = 1.5


def bench_load(span_s: float, say: Say) -> dict[str, object]:
    """Measure what the server carries, send ten times that, and see it recover."""
    pairs = verify_pairs()
    with running_server() as server:
        caller = SingleCaller(server, pairs)
        for number in range(len(pairs)):
            caller.verify(number)
        say("measuring what the server carries")
        capacity = served_per_s(server, pairs, CALLERS, min(span_s, 4.0))
        calm = _single_calls(caller, _PROBES)
        calm_bytes = server.resident_bytes()
        say(f"sending {OVERLOAD * capacity:.0f} calls a second for {span_s:.0f} s")
        tally = flood(server, pairs, OVERLOAD * capacity, span_s, DEADLINE_S)
        recovered_s = _until_normal(caller, max(calm) * _NORMAL_FACTOR)
        after = _single_calls(caller, _PROBES)
        settled_bytes = server.resident_bytes()
        caller.close()
    answered = tally.codes["OK"] / tally.answering_s
    return {
        "capacity_per_s": round(capacity, 2),
        "sent_per_s": round(tally.sent / tally.sending_s, 1),
        "overload": round(tally.sent / tally.sending_s / capacity, 1),
        "codes": dict(tally.codes),
        "answered_per_s": round(answered, 2),
        "answered_share_of_capacity": round(answered / capacity, 3),
        "other_codes": sorted(set(tally.codes) - {"OK", "RESOURCE_EXHAUSTED"}),
        "calm_ms": round(1000 * Spread.of(calm).median, 1),
        "after_ms": round(1000 * Spread.of(after).median, 1),
        "normal_again_s": round(recovered_s, 2),
        "is_back_in_time": recovered_s <= BACK_WITHIN_S,
        "calm_mib": round(calm_bytes / 2**20, 1),
        "peak_mib": round(tally.peak_bytes / 2**20, 1),
        "settled_mib": round(settled_bytes / 2**20, 1),
    }


def _single_calls(caller: SingleCaller, count: int) -> list[float]:
    return [seconds(partial(caller.verify, number)) for number in range(count)]


def _until_normal(caller: SingleCaller, normal_s: float) -> float:
    """Call until one call is as quick as before; return the seconds since the flood ended."""
    started = time.perf_counter()
    for _ in range(_MAX_TRIES):
        took = _single_calls(caller, 1)[0]
        if took <= normal_s:
            # That call was normal all along: recovery was over when it began.
            return time.perf_counter() - started - took
    return time.perf_counter() - started
