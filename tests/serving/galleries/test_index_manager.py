"""The index says what the database says, whatever happened to either."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from base.ids import GalleryName
from decision.outcome import MatchOutcome
from tests.support.direct_enrolment import Floats, enrol_vectors, random_face, reading_of
from tests.support.galleries import ManualClock, World, open_world
from vision.assembly import FacePipeline

SUBJECTS = st.integers(0, 7)
SERVERS = st.integers(0, 1)


class GalleryMachine(RuleBasedStateMachine):
    """Two servers on one database against a plain dict."""

    faces: FacePipeline

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.rng = np.random.default_rng(7)
        self.clock = ManualClock()
        self.stacks: list[ExitStack] = []
        self.worlds: list[World] = []
        for _ in range(2):
            self._start()
        self.gallery = self.worlds[0].gallery()
        self.model: dict[int, tuple[Floats, float | None]] = {}
        self.gone: list[Floats] = []

    def _start(self) -> None:
        stack = ExitStack()
        world = open_world(
            self.folder, self.faces, self.clock, snapshot_every=3, max_loaded_galleries=1
        )
        self.worlds.append(stack.enter_context(world))
        self.stacks.append(stack)

    @rule(subject=SUBJECTS, server=SERVERS, lives_s=st.sampled_from([None, 50.0, 200.0]))
    def enrol(self, subject: int, server: int, lives_s: float | None) -> None:
        if subject in self.model:
            return
        vectors = [random_face(self.rng) for _ in range(2)]
        enrol_vectors(self.worlds[server], self.gallery, {f"s-{subject}": vectors}, lives_s)
        end = None if lives_s is None else self.clock.monotonic() + lives_s
        self.model[subject] = (vectors[1], end)

    @rule(subject=SUBJECTS, server=SERVERS)
    def delete(self, subject: int, server: int) -> None:
        if subject not in self.model:
            return
        world = self.worlds[server]
        world.service.delete_subject(world.caller, self.gallery.subject(f"s-{subject}"))
        self.gone.append(self.model.pop(subject)[0])

    @rule(seconds=st.sampled_from([10.0, 60.0]), server=SERVERS, sweeps=st.booleans())
    def wait(self, seconds: float, server: int, sweeps: bool) -> None:
        self.clock.advance(seconds)
        if sweeps:
            self.worlds[server].service.sweep()
            for subject in [one for one in self.model if not self._is_live(one)]:
                self.gone.append(self.model.pop(subject)[0])

    @rule(server=SERVERS)
    def restart(self, server: int) -> None:
        self.stacks[server].close()
        stack = ExitStack()
        world = open_world(self.folder, self.faces, self.clock, snapshot_every=3)
        self.worlds[server] = stack.enter_context(world)
        self.stacks[server] = stack

    @rule(server=SERVERS)
    def look_elsewhere(self, server: int) -> None:
        """Use another gallery, so that the first one leaves memory."""
        world = self.worlds[server]
        other = GalleryName("bank-a", f"other-{server}")
        with world.database.read() as transaction:
            is_there = transaction.tenant("bank-a").galleries.find(other.gallery) is not None
        if not is_there:
            world.gallery(other.gallery)
        self._search(world, other, random_face(self.rng))

    def _is_live(self, subject: int) -> bool:
        end = self.model[subject][1]
        return end is None or end > self.clock.monotonic()

    def _search(self, world: World, gallery: GalleryName, vector: Floats) -> list[str]:
        probe = reading_of(vector, self.faces.embedding_model_id)
        found = world.service.search(world.caller, gallery, probe)
        return [hit.subject for hit in found.hits]

    @invariant()
    def both_servers_find_the_living_and_nobody_else(self) -> None:
        for world in self.worlds:
            for subject, (vector, _) in self.model.items():
                expected = [f"s-{subject}"] if self._is_live(subject) else []
                assert self._search(world, self.gallery, vector) == expected
            for vector in self.gone[-3:]:
                assert self._search(world, self.gallery, vector) == []

    def teardown(self) -> None:
        for world in self.worlds:
            assert world.audit.verify().is_intact
        for stack in self.stacks:
            stack.close()
        shutil.rmtree(self.folder)


def test_index_and_database_agree_with_a_plain_dict(faces: FacePipeline) -> None:
    GalleryMachine.faces = faces
    run_state_machine_as_test(
        GalleryMachine,
        settings=settings(
            max_examples=5,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def big(world: World) -> tuple[World, GalleryName, dict[str, list[Floats]]]:
    rng = np.random.default_rng(3)
    people = {f"p-{number}": [random_face(rng)] for number in range(3000)}
    gallery = world.gallery()
    enrol_vectors(world, gallery, people, None)
    return world, gallery, people


def test_an_index_comes_back_from_its_snapshot_and_the_log(
    big: tuple[World, GalleryName, dict[str, list[Floats]]],
    faces: FacePipeline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, gallery, people = big
    probe = reading_of(people["p-1234"][0], faces.embedding_model_id)
    assert world.service.search(world.caller, gallery, probe).gallery_size == 3000
    world.service.close()
    late = {"late": [random_face(np.random.default_rng(4))]}
    enrol_vectors(world, gallery, late, None)
    with open_world(world.data_dir, faces) as second:
        with monkeypatch.context() as patch:
            patch.setattr(
                "serving.storage.templates.TemplateRecords.sealed_after", _must_not_be_called
            )
            found = second.service.search(second.caller, gallery, probe)
        assert (found.hits[0].subject, found.gallery_size) == ("p-1234", 3001)
        own = reading_of(late["late"][0], faces.embedding_model_id)
        assert second.service.search(second.caller, gallery, own).hits[0].subject == "late"


def _must_not_be_called(*_args: object) -> None:
    raise AssertionError("the templates were read although there is a snapshot")


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "moved"])
def test_a_damaged_snapshot_is_not_believed(
    big: tuple[World, GalleryName, dict[str, list[Floats]]], faces: FacePipeline, damage: str
) -> None:
    world, gallery, people = big
    probe = reading_of(people["p-77"][0], faces.embedding_model_id)
    world.service.search(world.caller, gallery, probe)
    world.service.close()
    (snapshot,) = world.data_dir.rglob("*.snapshot")
    content = bytearray(snapshot.read_bytes())
    assert people["p-77"][0].astype("<f2").tobytes() not in content
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "changed":
        content[len(content) // 2] ^= 1
    elif damage == "emptied":
        content.clear()
    else:
        content = bytearray(bytes(content).replace(b'"revision": 3000', b'"revision": 2999'))
    snapshot.write_bytes(content)
    with open_world(world.data_dir, faces) as second:
        found = second.service.search(second.caller, gallery, probe)
        assert found.decision.outcome is not MatchOutcome.NO_MATCH
        assert (found.hits[0].subject, found.gallery_size) == ("p-77", 3000)
