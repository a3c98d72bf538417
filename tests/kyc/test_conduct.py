"""What is noticed about scene and conduct, and what is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import cv2
import numpy as np
import pytest

from kyc.case import CheckName, CheckOutcome, Position, Severity, VerdictOutcome
from kyc.conduct.background import BackgroundChanged, compare, room_of
from kyc.conduct.camera_covered import CameraCovered
from kyc.conduct.episode import Edge, Episode
from kyc.conduct.log import MAX_EVENTS, ConductLog
from kyc.conduct.position import Place, distance_m, place_of
from kyc.conduct.virtual_camera import is_virtual
from kyc.events import Noticed, PromptKind
from kyc.policy import Fence
from media.image import ImageRGB
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook, person
from tests.support.scripted_interviews import PRODUCT, Sitting, codes, looked, pose_of
from vision.geometry import Floats

FENCE = Fence(31.2304, 121.4737, 100.0)
BOX: Floats = np.array([260, 160, 380, 320], np.float32)


def test_an_episode_is_one_event_with_an_end() -> None:
    episode = Episode(after_s=1.0, clear_s=0.5)
    times = [number / 4 for number in range(40)]
    edges = [episode.push(2.0 <= time_s < 6.0 or time_s == 1.0, time_s) for time_s in times]
    assert [edge for edge in edges if edge] == [Edge(True, 2.0), Edge(False, 6.0)]


def test_what_cannot_be_told_neither_begins_nor_ends_an_episode() -> None:
    episode = Episode(after_s=1.0, clear_s=0.0)
    assert episode.push(True, 0.0) is None
    assert episode.push(None, 5.0) is None
    assert episode.push(True, 6.0) == Edge(True, 0.0)
    assert episode.push(None, 60.0) is None
    assert episode.stop(61.0) == Edge(False, 61.0)


def in_questions(**changes: object) -> Sitting:
    """Return somebody who is asked a question and takes time."""
    sitting = Sitting(answers={}, **changes)  # type: ignore[arg-type]
    sitting.play_to(PromptKind.ANSWER_QUESTION)
    return sitting


def play(sitting: Sitting, seconds: float) -> None:
    end_s = sitting.now_s + seconds
    sitting.play_until(lambda: sitting.now_s >= end_s)


def away(sitting: Sitting) -> ScriptedLook:
    return sitting.camera.shoot(None)


def two(sitting: Sitting) -> ScriptedLook:
    sitting.camera.people = 2
    look = sitting.camera.shoot(pose_of(sitting))
    sitting.camera.people = 1
    return look


def swapped(sitting: Sitting) -> ScriptedLook:
    look = sitting.camera.shoot(pose_of(sitting))
    return replace(look, embedding=person(2))


def dark(sitting: Sitting) -> ScriptedLook:
    look = sitting.camera.shoot(None)
    return replace(look, grid=np.full((32, 32), 3, np.uint8))


@pytest.mark.parametrize(
    ("code", "shoot", "seconds"),
    [
        ("FACE_LOST", away, 5.0),
        ("SECOND_FACE", two, 2.0),
        ("FACE_SWAPPED", swapped, 2.0),
        ("CAMERA_COVERED", dark, 2.0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_lasts_is_one_timed_event_with_a_snapshot(
    code: str, shoot: Callable[[Sitting], ScriptedLook], seconds: float
) -> None:
    sitting = in_questions()
    assert not sitting.recorded[-1].findings.events
    begun_s = sitting.now_s
    sitting.shoot = shoot
    play(sitting, seconds)
    sitting.shoot = None
    play(sitting, 2.5)
    events = {event.code: event for event in sitting.recorded[-1].findings.events}
    event = events[code]
    assert event.severity is Severity.WARNING
    lasted = timedelta(seconds=0) if event.ended_at is None else event.ended_at - event.started_at
    assert lasted.total_seconds() == pytest.approx(seconds, abs=1.1)
    began = event.started_at - sitting.clock.now()
    assert began.total_seconds() == pytest.approx(begun_s - sitting.now_s, abs=1.1)
    assert event.has_snapshot
    assert f"event-{event.number}" in [picture.name for picture in sitting.snapshots]
    assert sitting.notices.count(code) == 1


def test_an_event_is_written_down_before_it_is_told() -> None:
    sitting = in_questions()
    sitting.shoot = two
    play(sitting, 2.0)
    told = next(one for one in sitting.events if isinstance(one, Noticed) and one.event)
    before = sitting.events[sitting.events.index(told) - 1]
    assert before in sitting.recorded
    assert told.event == sitting.recorded[-1].findings.events[-1]


def test_a_glance_aside_and_a_passer_by_are_no_events() -> None:
    sitting = in_questions()
    for shoot, seconds in ((away, 2.5), (None, 2.0), (two, 0.5), (None, 2.0)):
        sitting.shoot = shoot
        play(sitting, seconds)
    assert not sitting.recorded[-1].findings.events


def test_a_warning_leaves_it_to_a_person_and_a_note_does_not() -> None:
    for severity, outcome in (
        (Severity.WARNING, VerdictOutcome.INCONCLUSIVE),
        (Severity.NOTE, VerdictOutcome.PASSED),
    ):
        product = replace(PRODUCT, severities={"VIRTUAL_CAMERA": severity})
        sitting = Sitting(product=product, camera_label="OBS Virtual Camera")
        verdict = sitting.play()
        assert verdict.outcome is outcome
        assert sitting.notices.count("VIRTUAL_CAMERA") == 1


@pytest.mark.parametrize(
    ("label", "virtual"),
    [
        ("FaceTime HD Camera", False),
        ("Integrated Webcam (0bda:5684)", False),
        ("", False),
        ("OBS Virtual Camera", True),
        ("ManyCam Video Source", True),
        ("Dummy video device (0x0000)", True),
    ],
)
def test_cameras_that_call_themselves_programs_are_known(label: str, virtual: bool) -> None:
    assert is_virtual(label) is virtual


def test_pictures_that_stop_are_missed() -> None:
    sitting = in_questions()
    sitting.shoot = lambda run: None
    play(sitting, 6.0)
    assert sitting.notices.count("PICTURES_MISSING") == 1


def test_events_have_an_end() -> None:
    sitting = in_questions()
    log = ConductLog(sitting.attendance._ledger)
    for number in range(3 * MAX_EVENTS):
        log.note("SECOND_FACE", float(number), number)
    events = sitting.attendance._ledger.findings.events
    assert len(events) == MAX_EVENTS + 1
    assert events[-1].code == "EVENTS_OMITTED"


def room(seed: int) -> ImageRGB:
    """Return a room with shelves and pictures, by chance."""
    rng = np.random.default_rng(seed)
    picture = np.full((480, 640, 3), 140, np.uint8)
    for _ in range(40):
        x, y = int(rng.integers(0, 640)), int(rng.integers(0, 480))
        size = tuple(int(side) for side in rng.integers(30, 160, 2))
        colour = tuple(int(value) for value in rng.integers(20, 235, 3))
        cv2.rectangle(picture, (x, y), (x + size[0], y + size[1]), colour, -1)
    return picture


def lit(picture: ImageRGB, gain: float, lift: float) -> ImageRGB:
    noise = np.random.default_rng(0).normal(0, 3, picture.shape)
    return np.clip(picture * gain + lift + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("gain", "lift", "shift_px"), [(1.0, 0, 0), (0.55, 5, 0), (1.3, 20, 0), (0.8, 10, 22)]
)
def test_light_exposure_and_a_swaying_hand_leave_the_room_the_same(
    gain: float, lift: float, shift_px: int
) -> None:
    before = room_of(room(1), BOX)
    after = room_of(np.roll(lit(room(1), gain, lift), shift_px, axis=1), BOX)
    likeness = compare(before, after)
    assert likeness is not None
    assert likeness > 0.5


def test_another_room_is_another_room() -> None:
    likenesses = [compare(room_of(room(1), BOX), room_of(room(seed), BOX)) for seed in range(2, 12)]
    assert all(likeness is not None and likeness < 0.5 for likeness in likenesses)


def test_a_plain_wall_tells_nothing() -> None:
    wall = lit(np.full((480, 640, 3), 150, np.uint8), 1.0, 0)
    assert compare(room_of(wall, BOX), room_of(wall, BOX)) is None


def test_a_background_that_changes_is_an_event_until_it_has_settled() -> None:
    watch, episode = BackgroundChanged(), Episode(1.1, 1.1)
    camera = ScriptedCamera(fps=5.0)
    edges, rooms = [], (room(1), room(9))
    for number in range(90):
        look = camera.shoot(Pose())
        picture = rooms[number >= 30]
        frame = replace(look.frame, image=picture)
        face = replace(look.face, box_xyxy=BOX) if look.face else None
        seen = replace(look, frame=frame, face=face)
        edge = episode.push(
            watch.judge(looked(seen), seen.frame.received_monotonic_s), frame.index / 5
        )
        edges += [edge] if edge else []
    assert [edge.began for edge in edges] == [True, False]
    assert edges[0].at_s == pytest.approx(6.0, abs=0.5)
    assert edges[1].at_s < 14


def test_a_smeared_lens_is_covered_and_a_room_without_anybody_is_not() -> None:
    watch, camera = CameraCovered(), ScriptedCamera()
    with_face = camera.shoot(Pose())
    sharp, smeared = room(3), np.asarray(cv2.GaussianBlur(room(3), (0, 0), 25), np.uint8)
    seen = replace(with_face, frame=replace(with_face.frame, image=sharp))
    assert watch.judge(looked(seen), 0.0) is False
    empty = camera.shoot(None)
    for picture, covered in ((sharp, False), (smeared, True)):
        look = replace(empty, frame=replace(empty.frame, image=picture))
        assert watch.judge(looked(look), 1.0) is covered


@pytest.mark.parametrize(
    ("latitude", "accuracy_m", "place"),
    [
        (31.2304, 20.0, Place.INSIDE),
        (31.2304, 500.0, Place.IMPRECISE),
        (31.2404, 20.0, Place.OUTSIDE),
        (31.2404, 2000.0, Place.IMPRECISE),
    ],
)
def test_a_position_is_inside_only_with_its_whole_radius(
    latitude: float, accuracy_m: float, place: Place
) -> None:
    assert place_of(Position(latitude, 121.4737, accuracy_m, None), FENCE) is place


def test_distances_are_those_of_the_earth() -> None:
    # A degree of latitude, and from Shanghai to Beijing over a sphere.
    assert distance_m(0, 0, 1, 0) == pytest.approx(111_195, rel=1e-3)
    assert distance_m(31.2304, 121.4737, 39.9042, 116.4074) == pytest.approx(1_067_000, rel=5e-3)


@pytest.mark.parametrize(
    ("position", "outcome", "code"),
    [
        (Position(31.2304, 121.4737, 10.0, None), VerdictOutcome.PASSED, "EVERY_CHECK_PASSED"),
        (
            Position(31.2304, 121.4737, 900.0, None),
            VerdictOutcome.INCONCLUSIVE,
            "POSITION_IMPRECISE",
        ),
        (Position(39.9, 116.4, 10.0, None), VerdictOutcome.INCONCLUSIVE, "OUTSIDE_FENCE"),
        (None, VerdictOutcome.INCONCLUSIVE, "POSITION_MISSING"),
    ],
)
def test_a_fence_asks_for_a_position_inside(
    position: Position | None, outcome: VerdictOutcome, code: str
) -> None:
    sitting = Sitting(product=replace(PRODUCT, fence=FENCE))
    sitting.start()
    if position is not None:
        sitting.hear(sitting.attendance.locate(position, sitting.now_s))
    verdict = sitting.go_on()
    assert verdict.outcome is outcome
    assert codes(verdict)[0] == code


def test_who_was_outside_once_was_outside() -> None:
    sitting = Sitting(product=replace(PRODUCT, fence=FENCE))
    sitting.start()
    for latitude in (39.9, 31.2304):
        position = Position(latitude, 121.4737, 10.0, None)
        sitting.hear(sitting.attendance.locate(position, sitting.now_s))
    sitting.go_on()
    assert sitting.outcome(CheckName.POSITION) is CheckOutcome.FAILED
