"""Face login: the enrolled person, nobody else, and an end to guessing."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from base.errors import ErrorRateOutOfRangeError, SubjectNotFoundError, TooManyAttemptsError
from base.ids import SubjectName
from decision.outcome import MatchOutcome
from media.pictures import decode_picture
from tests.support.galleries import World, lenient, open_world
from vision.analysis import FaceReading
from vision.assembly import FacePipeline
from vision.match import FaceMatcher

Pictures = Mapping[str, list[bytes]]


@pytest.fixture
def name(world: World, pictures: Pictures) -> SubjectName:
    name = world.gallery().subject("c-1")
    world.service.enrol_subject(world.caller, name, pictures["seat-1"][:2])
    return name


def fail(world: World, name: SubjectName, pictures: Pictures, times: int) -> None:
    for _ in range(times):
        result = world.service.verify_subject(world.caller, name, pictures["seat-2"][0])
        assert result.outcome is MatchOutcome.NO_MATCH


def test_the_enrolled_person_is_let_in_and_another_is_not(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    own = world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    assert own.outcome is MatchOutcome.MATCH
    fail(world, name, pictures, 1)


def test_five_failures_lock_the_subject_for_a_while(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    fail(world, name, pictures, 5)
    with pytest.raises(TooManyAttemptsError) as caught:
        world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    assert caught.value.metadata["retry_after_s"] == "900"
    world.clock.advance(899)
    with pytest.raises(TooManyAttemptsError):
        world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    world.clock.advance(2)
    result = world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    assert result.outcome is MatchOutcome.MATCH


def test_a_success_forgives_and_old_failures_are_forgotten(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    fail(world, name, pictures, 4)
    world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    fail(world, name, pictures, 4)
    world.clock.advance(901)
    fail(world, name, pictures, 4)


def test_a_lock_survives_a_restart(tmp_path: Path, faces: FacePipeline, pictures: Pictures) -> None:
    with open_world(tmp_path, faces) as world:
        name = world.gallery().subject("c-1")
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
        fail(world, name, pictures, 5)
    with open_world(tmp_path, faces) as world, pytest.raises(TooManyAttemptsError):
        world.service.verify_subject(world.caller, name, pictures["seat-1"][3])


def test_attempts_made_at_the_same_time_are_all_counted(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: _attempt(world, name, pictures), range(24)))
    assert answers.count("NO_MATCH") <= 5
    assert set(answers) <= {"NO_MATCH", "TOO_MANY_ATTEMPTS"}


def _attempt(world: World, name: SubjectName, pictures: Pictures) -> str:
    try:
        result = world.service.verify_subject(world.caller, name, pictures["seat-2"][0])
    except TooManyAttemptsError as error:
        return error.reason
    return result.outcome.value


def test_an_inconclusive_picture_is_no_failure_but_has_an_end(
    tmp_path: Path, pipeline: FacePipeline, pictures: Pictures
) -> None:
    faces = lenient(pipeline)
    with open_world(tmp_path, faces) as world:
        name = world.gallery().subject("c-1")
        world.service.enrol_subject(world.caller, name, pictures["seat-1"][:1])
        probe = faces.analyzer.read(decode_picture(pictures["seat-2"][0]))
    strict = FaceMatcher(faces.matcher.table, faces.embedding_model_id, min_quality=99.9)
    strict_faces = FacePipeline(faces.detector, faces.embedder, faces.analyzer, strict)
    with open_world(tmp_path, strict_faces, max_inconclusive_attempts=8) as world:
        for _ in range(8):
            assert _verify(world, name, probe) is MatchOutcome.INCONCLUSIVE
        with pytest.raises(TooManyAttemptsError):
            _verify(world, name, probe)


def _verify(world: World, name: SubjectName, probe: FaceReading) -> MatchOutcome:
    return world.service.verify_subject(world.caller, name, probe).outcome


def test_a_question_that_cannot_be_answered_counts_nothing(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    for _ in range(6):
        with pytest.raises(ErrorRateOutOfRangeError):
            world.service.verify_subject(world.caller, name, pictures["seat-2"][0], 1e-12)
    with pytest.raises(SubjectNotFoundError):
        world.service.verify_subject(
            world.caller, name.parent.subject("c-2"), pictures["seat-2"][0]
        )
    fail(world, name, pictures, 1)


def test_a_refused_attempt_is_in_the_audit_log(
    world: World, name: SubjectName, pictures: Pictures
) -> None:
    fail(world, name, pictures, 5)
    with pytest.raises(TooManyAttemptsError):
        world.service.verify_subject(world.caller, name, pictures["seat-1"][3])
    last = list(world.audit.lines("bank-a"))[-1].event
    assert (last.action, last.outcome.value) == ("subject.verify", "refused")
