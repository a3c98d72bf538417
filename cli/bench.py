"""`smartbranch bench`: speed and memory against peers and bounds, in one run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import emit, errors_reported, note
from cli.progress import counting

app = typer.Typer(help="Measure speed against peers and bounds, in one run.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def face(
    quick: Annotated[bool, typer.Option("--quick", help="Few turns, rough figures.")] = False,
    peer: Annotated[bool, typer.Option(help="Compare with face_recognition.")] = True,
    server: Annotated[bool, typer.Option(help="Compare with calls over gRPC.")] = True,
    as_json: AsJson = False,
) -> None:
    """Verify two 640-pixel photographs: against the peer, in process and over gRPC."""
    from bench.face import QUICK, FacePlan, bench_face

    with errors_reported(as_json):
        plan = QUICK if quick else FacePlan()
        emit(bench_face(plan, note, with_peer=peer, with_server=server), as_json, _as_text)


@app.command()
def search(
    size: Annotated[int, typer.Option(min=1000, help="Templates in the gallery.")] = 1_000_000,
    queries: Annotated[int, typer.Option(min=5, help="Probes of each of two kinds.")] = 100,
    cores: Annotated[int, typer.Option(min=1, help="Cores that either side may use.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Search a large gallery, against brute force in numpy."""
    from bench.search import bench_search

    with errors_reported(as_json):
        emit(bench_search(size, queries, note, cores=cores), as_json, _as_text)


@app.command()
def liveness(
    quick: Annotated[bool, typer.Option("--quick", help="Short turns, rough figures.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time what a frame of a liveness session costs, and count the sessions that a core carries."""
    from bench.liveness import QUICK, LivenessBenchPlan, bench_liveness

    with errors_reported(as_json):
        plan = QUICK if quick else LivenessBenchPlan()
        emit(bench_liveness(plan, note), as_json, _as_text)


@app.command()
def deepfake(
    clip: Annotated[
        Path | None, typer.Option(help="A clip of your own; by default one is made.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A short clip, rough figures.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a clip for forgery and compare with how fast it plays."""
    from bench.deepfake import QUICK, DeepfakeBenchPlan, bench_deepfake

    with errors_reported(as_json):
        plan = QUICK if quick else DeepfakeBenchPlan()
        emit(bench_deepfake(plan, note, clip), as_json, _as_text)


@app.command()
def load(
    seconds: Annotated[float, typer.Option(min=1, help="Length of the flood.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Send ten times more than the server can carry."""
    from bench.load import bench_load

    with errors_reported(as_json):
        emit(bench_load(seconds, note), as_json, _as_text)


@app.command()
def cameras(
    footage: Annotated[
        Path | None, typer.Option(help="H.264 of scripts/footage; by default some is made.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=16, help="Cameras; also halves of it.")] = 4,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each run.")] = 20.0,
    udp: Annotated[bool, typer.Option("--udp", help="Instead of TCP.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read network cameras of 1080p at 25 from a real RTSP server, five frames a second taken."""
    from bench.cameras import CamerasPlan, bench_cameras, halves
    from media.live import Transport

    with errors_reported(as_json):
        plan = CamerasPlan(halves(most), seconds, transport=Transport.UDP if udp else Transport.TCP)
        emit(bench_cameras(plan, note, footage), as_json, _as_text)


@app.command()
def lobby(
    quick: Annotated[bool, typer.Option("--quick", help="For 10 s.")] = False,
    branches: Annotated[int, typer.Option(min=1, max=100, help="On one server.")] = 20,
    tablets: Annotated[int, typer.Option(min=1, max=50, help="Of each branch.")] = 10,
    alerts: Annotated[float, typer.Option(min=1, help="A second, in all.")] = 50.0,
    as_json: AsJson = False,
) -> None:
    """Raise alerts in many branches and time them to every tablet."""
    from bench.lobby import QUICK, LobbyBenchPlan, bench_lobby

    with errors_reported(as_json):
        span_s = (QUICK if quick else LobbyBenchPlan()).span_s
        plan = LobbyBenchPlan(branches, tablets, alerts, span_s)
        emit(bench_lobby(plan, note), as_json, _as_text)


@app.command()
def edge(
    quick: Annotated[bool, typer.Option("--quick", help="For 25 s.")] = False,
    cameras: Annotated[int, typer.Option(min=1, max=4, help="Of 1080p, on one box.")] = 4,
    footage: Annotated[
        list[Path] | None,
        typer.Option(help="H.264 of scripts/footage, for all cameras but the first."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Time arrivals from the cameras of a branch to a tablet, box and server together."""
    from bench.edge import QUICK, EdgeBenchPlan, bench_edge

    with errors_reported(as_json):
        span_s = (QUICK if quick else EdgeBenchPlan()).span_s
        plan = EdgeBenchPlan(cameras, span_s, tuple(footage or ()))
        emit(bench_edge(plan, note), as_json, _as_text)


@app.command()
def interview(
    participants: Annotated[int, typer.Option(min=1, max=8, help="At once, in one case.")] = 2,
    fps: Annotated[float, typer.Option(min=5, max=30, help="Pictures a second of each.")] = 15.0,
    clip: Annotated[
        Path | None, typer.Option(help="A clip of a face of your own; by default one is made.")
    ] = None,
    readers: Annotated[
        int, typer.Option(min=0, max=4, help="More, whose documents are read meanwhile.")
    ] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Few turns, rough figures.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time advice and verdicts of an interview, over a real server."""
    from bench.interview import QUICK_ROUNDS, InterviewBenchPlan, bench_interview

    with errors_reported(as_json):
        rounds = QUICK_ROUNDS if quick else InterviewBenchPlan().rounds
        plan = InterviewBenchPlan(participants, fps, rounds, readers, clip)
        emit(bench_interview(plan, note), as_json, _as_text)


@app.command()
def memory(
    requests: Annotated[int, typer.Option(min=20, help="Calls to send.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Send pictures of mixed sizes and watch the server's memory."""
    from bench.memory import bench_memory

    with errors_reported(as_json):
        with counting("requests") as start:
            report = bench_memory(requests, start)
        emit(report, as_json, _as_text)


@app.command()
def batching(
    rounds: Annotated[int, typer.Option(min=1, help="Turns of two seconds a side.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show what merging callers gains where a run has a fixed cost."""
    from bench.batching import bench_batching

    with errors_reported(as_json):
        emit(bench_batching(rounds=rounds), as_json, _as_text)


@app.command()
def startup(
    rounds: Annotated[int, typer.Option(min=1, help="How often to start.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Start the server and wait until it is SERVING."""
    from bench.startup import bench_startup

    with errors_reported(as_json):
        emit(bench_startup(rounds), as_json, _as_text)


def _as_text(report: Mapping[str, Any]) -> str:
    width = max(len(name) for name in report)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in report.items())
