"""`smartbranch bench memory`: that a server's memory does not grow with its requests."""

import itertools
from collections.abc import Callable

from bench.calls import SingleCaller
from bench.pictures import mixed_sizes
from bench.server import running_server

Advance = Callable[[int], None]
SETTLED_AFTER = 1_000
_SAMPLES = 20


def bench_memory(
    requests: int, start_progress: Callable[[int], Advance] = lambda _: lambda _: None
) -> dict[str, object]:
    """Send mixed sizes one after another and return how resident memory went.

    requests: at least 20. growth: of the last tenth's highest value over the value after the
    first 1,000 (or the first tenth, with fewer than 10,000).
    """
    pairs = mixed_sizes()
    settled = min(SETTLED_AFTER, max(requests // 10, 1))
    every = max((requests - settled) // _SAMPLES, 1)
    advance = start_progress(requests)
    with running_server() as server:
        started = server.resident_bytes()
        caller = SingleCaller(server, pairs)
        curve: dict[int, int] = {}
        for number in range(1, requests + 1):
            caller.verify(number)
            advance(1)
            if number == settled or (number > settled and (number - settled) % every == 0):
                curve[number] = server.resident_bytes()
        curve[requests] = server.resident_bytes()
        caller.close()
    late = [size for number, size in curve.items() if number > requests * 0.9]
    growth = max(late) / curve[settled] - 1
    return {
        "requests": requests,
        "settled_after": settled,
        "growth": round(growth, 4),
        "started_mib": _mib(started),
        "settled_mib": _mib(curve[settled]),
        "last_mib": _mib(curve[requests]),
        "peak_mib": _mib(max(itertools.chain(curve.values(), [started]))),
        "curve_mib": {str(number): _mib(size) for number, size in curve.items()},
    }


def _mib(size: int) -> float:
    return round(size / 2**20, 1)
