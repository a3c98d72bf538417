"""`python -m bench.intake`: what one record of a camera costs the server, step by step."""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from base.ids import GalleryName
from lobby.flow import FlowSpan, LineCount, ZoneCount
from lobby.seen import CameraRef, TrackRef
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.assembly import Services, build_services
from serving.caller import Caller
from serving.edge.types import EdgeCamera, EdgeEvent, EdgeRecord, Sighting
from serving.galleries.types import LegalBasis
from serving.settings import load_settings
from tour import photographs
from vision.analysis import Select
from vision.face_shot import FaceShot
from vision.scene import ZoneKind

TENANT = "default"
CAMERA = CameraRef("box", "door")
MARGIN = 0.5
Times = dict[str, list[float]]

LOBBY = """rules = "rules.toml"
[[branch]]
tenant = "default"
id = "b{number}"
time_zone = "UTC"
galleries = ["customers"]
watchlists = ["watch"]
"""
RULES = """[[rule]]
id = "watch"
kind = "watchlist"
severity = "urgent"
"""


def bench_intake(rounds: int, branches: int) -> Times:
    """Return seconds by step: of somebody watched, of a stranger, and of counts."""
    with tempfile.TemporaryDirectory() as folder:
        file = _write_files(Path(folder), branches)
        settings = load_settings(None, {"data_dir": Path(folder), "lobby_file": file})
        with build_services(settings) as services:
            services.warm_up()
            _enrol(services)
            return _measure(services, rounds, branches)


def _write_files(folder: Path, branches: int) -> Path:
    (folder / "rules.toml").write_text(RULES)
    head, _, branch = LOBBY.partition("[[branch]]")
    parts = [f"[[branch]]{branch.format(number=number)}" for number in range(branches)]
    file = folder / "lobby.toml"
    file.write_text(head + "".join(parts))
    return file


def _enrol(services: Services) -> None:
    caller = Caller.local(TENANT)
    for gallery in ("customers", "watch"):
        name = GalleryName(TENANT, gallery)
        services.galleries.create_gallery(caller, name, "bench", LegalBasis.LEGITIMATE_INTEREST)
    picture = encode_jpeg(photographs.astronaut())
    subject = GalleryName(TENANT, "watch").subject("astronaut")
    services.galleries.enrol_subject(caller, subject, [picture])


def _measure(services: Services, rounds: int, branches: int) -> Times:
    watched = _shot(services, photographs.reshot(photographs.astronaut()))
    stranger = _shot(services, _mirrored(photographs.people()[0].portrait))
    times: Times = {}
    numbers = itertools.count(1)
    for number in range(rounds):
        branch = f"b{number % branches}"
        for what, record in _records(number, watched, stranger):
            event = EdgeEvent(
                EdgeCamera(TENANT, branch, CAMERA), next(numbers), record, datetime.now(UTC)
            )
            for step, seconds in _take(services, event):
                times.setdefault(f"{what}: {step}", []).append(seconds)
    return times


def _records(
    number: int, watched: FaceShot, stranger: FaceShot
) -> Iterator[tuple[str, EdgeRecord]]:
    now = datetime.now(UTC)
    for what, shot in (("somebody watched", watched), ("a stranger", stranger)):
        track = TrackRef(CAMERA, f"{what[0]}{number}")
        yield what, Sighting(track, now, now, now, (), replace(shot, captured_at=now))
    yield "still there", Sighting(TrackRef(CAMERA, f"s{number}"), now, datetime.now(UTC))
    zone = ZoneCount("queue", ZoneKind.QUEUE, 3, 4, 6.0, 30.0)
    heat = tuple(range(32 * 18))
    yield "counts", FlowSpan(CAMERA, now, 2.0, (LineCount("in", 1, 0),), (zone,), 3, 32, heat)


def _take(services: Services, event: EdgeEvent) -> Iterator[tuple[str, float]]:
    started = time.perf_counter()
    commit = services.lobby.intake.prepare(event)
    prepared = time.perf_counter()
    yield "prepare", prepared - started
    with services.database.write() as transaction:
        locked = time.perf_counter()
        commit(transaction)
        yield "in the transaction", time.perf_counter() - locked
    yield "transaction, durable", time.perf_counter() - prepared


def _mirrored(image: ImageRGB) -> ImageRGB:
    return np.ascontiguousarray(image[:, ::-1])


def _shot(services: Services, image: ImageRGB) -> FaceShot:
    """Return what a box would send of the face on a picture."""
    face = services.pipeline.analyzer.read(image, Select.LARGEST)
    left, top, right, bottom = face.box_xyxy
    room = MARGIN * max(right - left, bottom - top)
    x0, y0 = max(0, int(left - room)), max(0, int(top - room))
    shift = np.array([x0, y0], np.float32)
    crop = image[y0 : int(bottom + room) + 1, x0 : int(right + room) + 1]
    return FaceShot(
        picture=encode_jpeg(np.ascontiguousarray(crop)),
        captured_at=datetime.now(UTC),
        landmarks=face.landmarks - shift,
        box_xyxy=face.box_xyxy - np.tile(shift, 2),
        score=face.score,
        quality=face.quality.score,
        face_px=int(min(right - left, bottom - top)),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="of four records each")
    parser.add_argument("--branches", type=int, default=20)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    times = bench_intake(arguments.rounds, arguments.branches)
    for step, values in times.items():
        p50, p99 = statistics.median(values), statistics.quantiles(values, n=100)[98]
        print(f"{step:40} p50 {1e3 * p50:6.1f} ms   p99 {1e3 * p99:6.1f} ms")


if __name__ == "__main__":
    main()
