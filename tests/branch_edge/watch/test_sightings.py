"""How often faces are looked at closely, and what is told of them; the closer look is scripted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pytest

from branch_edge.watch import sightings
from branch_edge.watch.people import Someone
from branch_edge.watch.shots import RatedShot
from branch_edge.watch.sightings import (
    CLEARLY_BETTER,
    MAX_CLOSE_LOOKS,
    MAX_RETRY_S,
    MAX_SHOTS,
    SHOT_GAP_S,
    Seen,
    Sightings,
)
from branch_edge.watch.views import Eyes
from media.image import ImageRGB
from tests.branch_edge.watch.conftest import BEGUN_AT
from vision.face_shot import FaceShot
from vision.faces import Faces
from vision.network import DetectorNetwork

STEP_S = 0.2
IMAGE = np.zeros((540, 960, 3), np.uint8)
# A face of 100 pixels that looks straight ahead.
BOX = np.array([0, 0, 100, 120], np.float32)
POINTS = np.array([[30, 45], [70, 45], [50, 68], [35, 92], [65, 92]], np.float32)


@dataclass
class CloserLooks:
    """Answers with a merit that the test names; None for a face that is not fit."""

    merit_of: Callable[[int], float | None]
    rows: list[tuple[datetime, int]] = field(default_factory=list)

    def __call__(
        self, network: DetectorNetwork, image: ImageRGB, face: Faces, scale: float, at: datetime
    ) -> RatedShot | None:
        row = round(float(face.boxes_xyxy[0, 0]) / 110)
        self.rows.append((at, row))
        merit = self.merit_of(row)
        if merit is None:
            return None
        return RatedShot(FaceShot(b"jpeg", at, POINTS, BOX, 0.9, 80, 100), merit)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CloserLooks]:
    def script(merit_of: Callable[[int], float | None]) -> CloserLooks:
        made = CloserLooks(merit_of)
        monkeypatch.setattr(sightings, "take_shot", made)
        return made

    return script


def crowd(count: int) -> tuple[Faces, list[Someone]]:
    faces = Faces(
        BOX + np.array([[110 * n, 0, 110 * n, 0] for n in range(count)], np.float32),
        np.full(count, 0.9, np.float32),
        POINTS + np.array([[[110 * n, 0]] for n in range(count)], np.float32),
    )
    people = [
        Someone(n, f"track-{n}", BEGUN_AT, BEGUN_AT, 0.0, 0.0, faces.boxes_xyxy[n], 3, n)
        for n in range(count)
    ]
    return faces, people


def play(book: Sightings, count: int, seconds: float) -> list[tuple[float, int, bool]]:
    """Show the same people for some time: second, number of the person, whether with a shot."""
    faces, people = crowd(count)
    told = []
    for frame in range(round(seconds / STEP_S)):
        at_s = frame * STEP_S
        for one in people:
            one.last_seen_s = at_s
        seen = Seen(IMAGE, faces, 1.0, {}, BEGUN_AT + timedelta(seconds=at_s), at_s)
        for news in book.see(seen, people, min_face_px=48):
            told.append((at_s, int(news.track[6:]), news.shot is not None))
    return told


def test_everybody_of_a_group_has_a_shot_within_few_frames(
    eyes: Eyes, looks: Callable[..., CloserLooks]
) -> None:
    script = looks(lambda row: 50.0)
    told = play(Sightings(eyes.faces), 8, 0.4)
    assert {number for _, number, has_shot in told if has_shot} == set(range(8))
    assert len(script.rows) == 8
    assert (
        max(sum(at == when for at, _ in script.rows) for when, _ in script.rows) <= MAX_CLOSE_LOOKS
    )


def test_a_face_that_is_never_fit_is_not_told_and_looked_at_ever_less(
    eyes: Eyes, looks: Callable[..., CloserLooks]
) -> None:
    script = looks(lambda row: None)
    assert play(Sightings(eyes.faces), 1, 10.0) == []
    times = [(at - BEGUN_AT).total_seconds() for at, _ in script.rows]
    assert times[:3] == pytest.approx([0.0, 0.2, 0.4])
    gaps = np.diff(times)
    assert gaps[-1] == pytest.approx(MAX_RETRY_S, abs=STEP_S)
    assert len(times) < 20


def test_a_shot_that_is_a_little_better_is_not_sent(
    eyes: Eyes, looks: Callable[..., CloserLooks]
) -> None:
    merits = iter([50.0, *[50.0 * CLEARLY_BETTER - 1] * 100])
    looks(lambda row: next(merits))
    told = play(Sightings(eyes.faces), 1, 8.0)
    assert [has_shot for _, _, has_shot in told].count(True) == 1


def test_clearly_better_shots_are_sent_in_their_time_and_only_so_many(
    eyes: Eyes, looks: Callable[..., CloserLooks]
) -> None:
    merits = iter([10.0 * CLEARLY_BETTER**n for n in range(100)])
    looks(lambda row: next(merits))
    shots = [at_s for at_s, _, has_shot in play(Sightings(eyes.faces), 1, 10.0) if has_shot]
    assert len(shots) == MAX_SHOTS
    assert (np.diff(shots) >= SHOT_GAP_S - 1e-6).all()


def test_who_was_never_told_ends_in_silence(eyes: Eyes, looks: Callable[..., CloserLooks]) -> None:
    looks(lambda row: None if row == 0 else 50.0)
    book = Sightings(eyes.faces)
    play(book, 2, 1.0)
    _, people = crowd(2)
    assert [(one.track, one.is_final) for one in book.end(people)] == [("track-1", True)]
    assert book.end(people) == []
