"""`kill -9` while enrolling: what was acknowledged is there, nothing else is half there."""

import random
import subprocess
import sys
import threading
from itertools import islice
from pathlib import Path

import pytest

from base.ids import GalleryName
from serving.galleries.types import Subject
from tests.support.galleries import World, open_world, shots
from tour import photographs
from vision.assembly import FacePipeline

ROUNDS = 5


def run_until_killed(data_dir: Path, round_name: str, delay_s: float) -> list[str]:
    """Start the enrolling process, kill it a while after its first answer, return its lines."""
    command = [sys.executable, "-m", "tests.support.enrol_until_killed", str(data_dir), round_name]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        timer = threading.Timer(delay_s, process.kill)
        timer.start()
        lines += process.stdout.readlines()
        timer.join()
    assert process.returncode == -9
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


def acknowledged(lines: list[str]) -> tuple[set[str], set[str]]:
    """Return which subjects must be there, and which may be."""
    must: set[str] = set()
    may: set[str] = set()
    for line in lines:
        verb, subject = line.split()
        if verb == "try":
            may.add(subject)
        elif verb == "enrolled":
            must.add(subject)
        elif verb == "try-delete":
            must.discard(subject)
        else:
            may.discard(subject)
    return must, may


@pytest.mark.timeout(180)
def test_acknowledged_enrolments_survive_kill_9_and_nothing_is_half_there(
    tmp_path: Path, faces: FacePipeline
) -> None:
    seed = random.randrange(1 << 30)
    delays = random.Random(seed)
    with open_world(tmp_path, faces) as world:
        gallery = world.gallery()
    must: set[str] = set()
    may: set[str] = set()
    for number in range(ROUNDS):
        lines = run_until_killed(tmp_path, f"round-{number}", delays.uniform(0.05, 1.5))
        more_must, more_may = acknowledged(lines)
        must, may = must | more_must, may | more_may
        with open_world(tmp_path, faces, max_top_k=1000) as world:
            world.service.sweep()
            report = world.audit.verify()
            assert report.is_intact, (seed, report.first_broken)
            stored = _stored(world)
            assert must <= stored.keys() <= may, (seed, must - stored.keys())
            assert all(one.template_count == 1 for one in stored.values())
            assert all(one.display_name == "Somebody" for one in stored.values())
            assert _searchable(world) == stored.keys(), seed
            assert world.service.get_gallery(world.caller, gallery).template_count == len(stored)
    assert len(must) > ROUNDS


def _stored(world: World) -> dict[str, Subject]:
    page = world.service.list_subjects(world.caller, _gallery(world), page_size=1000)
    return {one.name.subject: one for one in page.subjects}


def _searchable(world: World) -> set[str]:
    (probe,) = islice(shots(photographs.people()[0].portrait), 1)
    found = world.service.search(world.caller, _gallery(world), probe, top_k=1000)
    return {hit.subject for hit in found.hits}


def _gallery(world: World) -> GalleryName:
    return GalleryName(world.caller.tenant, "staff")
