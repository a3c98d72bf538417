"""`smartbranch bench startup`: from the start of the process to SERVING."""

from bench.server import running_server
from bench.timing import Spread


def bench_startup(rounds: int) -> dict[str, object]:
    """Start a server a few times, each with a new data folder, and return how long it took."""
    spans: list[float] = []
    sizes: list[int] = []
    for _ in range(rounds):
        with running_server() as server:
            spans.append(server.start_s)
            sizes.append(server.resident_bytes())
    return {
        "start_s": round(Spread.of(spans).median, 2),
        "slowest_s": round(max(spans), 2),
        "resident_mib": round(max(sizes) / 2**20, 1),
        "rounds": rounds,
    }
