"""One camera, from frames to news: real models on photographs that packages ship."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from branch_edge.news import FlowNews, SightingNews
from branch_edge.watch.camera_watch import MAX_GAP_S, CameraWatch, WatchNews
from branch_edge.watch.sightings import KEEP_ALIVE_S, MAX_SHOTS, SHOT_GAP_S
from branch_edge.watch.views import Eyes
from media.frame import Frame
from media.image import ImageRGB
from media.pictures import decode_picture
from tests.branch_edge.watch.conftest import BEGUN_AT
from vision.crowd_tracking import MAX_LOST_S
from vision.geometry import interocular_px
from vision.scene import CameraScene, Zone, ZoneKind

STEP_S = 0.2
ROOM = Zone("room", ZoneKind.AREA, ((0, 0), (1, 0), (1, 1), (0, 1)))
SCENE = CameraScene(zones=(ROOM,), min_face_px=40)
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
Put = Callable[..., ImageRGB]
Framed = Callable[..., Frame]


def play(
    watch: CameraWatch, framed: Framed, pictures: list[ImageRGB], from_s: float = 0.0
) -> list[WatchNews]:
    """Show pictures one after the other; everything that was told."""
    news: list[WatchNews] = []
    for number, picture in enumerate(pictures):
        news += watch.look(framed(picture, from_s + number * STEP_S))
    return news


def sightings(news: list[WatchNews]) -> list[SightingNews]:
    return [one for one in news if isinstance(one, SightingNews)]


def spans(news: list[WatchNews]) -> list[FlowNews]:
    return [one for one in news if isinstance(one, FlowNews)]


def at(seconds: float) -> datetime:
    return BEGUN_AT + timedelta(seconds=seconds)


def test_a_usable_face_is_told_at_once_with_a_shot_that_can_be_compared(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    (news,) = sightings(CameraWatch(SCENE, eyes).look(framed(put(astronaut, 200), 0.0)))
    shot = news.shot
    assert shot is not None
    assert (news.first_seen_at, news.face_at, shot.captured_at) == (at(0),) * 3
    assert (news.zones, news.is_final) == (("room",), False)
    crop = decode_picture(shot.picture)
    assert max(crop.shape[:2]) <= 320
    found = eyes.faces.look(crop, 256, 0.5).result()[0]
    assert np.abs(found.landmarks[0] - shot.landmarks).max() < 0.1 * interocular_px(shot.landmarks)
    assert shot.face_px >= SCENE.min_face_px
    assert shot.quality >= 40
    x1, y1, x2, y2 = shot.box_xyxy
    assert 0 <= x1 < x2 <= crop.shape[1]
    assert 0 <= y1 < y2 <= crop.shape[0]


@pytest.mark.parametrize("side_px", [200, 400, 540])
def test_landmarks_are_as_good_as_the_frame_and_not_as_the_canvas_allows(
    eyes: Eyes, framed: Framed, put: Put, visitor: ImageRGB, side_px: int
) -> None:
    """A face of 130 pixels is 40 on the canvas; its landmarks were off by a tenth of the face."""
    small_canvas = replace(SCENE, detect_width_px=320)
    news = CameraWatch(small_canvas, eyes).look(framed(put(visitor, 200, 0, side_px), 0.0))
    shot = sightings(news)[0].shot
    assert shot is not None
    crop = decode_picture(shot.picture)
    found = eyes.faces.look(crop, 384, 0.5).result()[0]
    away = np.abs(found.landmarks[0] - shot.landmarks).max()
    assert away < 0.15 * interocular_px(found.landmarks[0])


def test_who_stays_is_told_now_and_then_without_a_shot_and_once_more_at_the_end(
    eyes: Eyes, framed: Framed, put: Put, room: ImageRGB, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes)
    stays = play(watch, framed, [put(astronaut, 200)] * round(2 * KEEP_ALIVE_S / STEP_S))
    told = sightings(stays)
    assert [one.shot is not None for one in told] == [True, False]
    gone = play(watch, framed, [room] * 12, from_s=2 * KEEP_ALIVE_S)
    (last,) = sightings(gone)
    assert last.is_final
    assert last.last_seen_at == at(2 * KEEP_ALIVE_S - STEP_S)
    assert {one.track for one in told} == {last.track}
    assert not sightings(watch.end())


def test_a_person_who_comes_nearer_is_shot_again_but_not_often(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    nearer = [put(astronaut, 300 - 5 * k, 60, 260 + 14 * k) for k in range(20)]
    told = sightings(play(CameraWatch(SCENE, eyes), framed, nearer))
    shots = [one.shot for one in told if one.shot is not None]
    assert len({one.track for one in told}) == 1
    assert 2 <= len(shots) <= MAX_SHOTS
    assert shots[-1].face_px > shots[0].face_px
    for before, after in pairwise(shots):
        assert after.captured_at - before.captured_at >= timedelta(seconds=SHOT_GAP_S)


def test_two_people_are_two_tracks_with_names_of_their_own(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB, visitor: ImageRGB
) -> None:
    both = put(astronaut, 0, 60, 420)
    both[:, 500:] = put(visitor, 520, 60, 420)[:, 500:]
    tracks = []
    for _ in range(2):  # As after a restart.
        told = sightings(play(CameraWatch(SCENE, eyes), framed, [both] * 5))
        tracks += sorted({one.track for one in told})
    assert len(set(tracks)) == 4


def test_a_face_that_is_too_small_for_the_scene_is_not_told(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    picky = replace(SCENE, min_face_px=150)
    pictures = [put(astronaut, 300, 100, 300)] * 3
    assert not sightings(play(CameraWatch(picky, eyes), framed, pictures))
    assert sightings(play(CameraWatch(SCENE, eyes), framed, pictures))


def test_behind_a_mask_nobody_is_found_counted_or_shown(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(replace(SCENE, masks=(LEFT_HALF,)), eyes)
    news = play(watch, framed, [put(astronaut, 0, 60, 420)] * 12) + watch.end()
    assert not sightings(news)
    assert {span.person_count for span in spans(news)} == {0}


def test_a_shot_beside_a_mask_holds_nothing_of_what_is_behind_it(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    """The mask ends in the middle of the crop's margin."""
    mask = ((0.0, 0.0), (0.235, 0.0), (0.235, 1.0), (0.0, 1.0))
    watch = CameraWatch(replace(SCENE, masks=(mask,)), eyes)
    (news,) = sightings(watch.look(framed(put(astronaut, 30, 0, 540), 0.0)))
    assert news.shot is not None
    crop = decode_picture(news.shot.picture)
    assert crop[:, :2].max() < 40


def test_counts_come_every_span_and_hold_who_is_there(
    eyes: Eyes, framed: Framed, put: Put, room: ImageRGB, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes, slice_s=1.0)
    news = play(watch, framed, [put(astronaut, 200)] * 11 + [room] * 16)
    counted = [span.zones[0].person_count for span in spans(news)]
    assert counted[0] == 1
    assert counted[-1] == 0
    assert [stay for span in spans(news) for stay in span.zones[0].stays_s] == [
        pytest.approx(2.0, abs=0.3)
    ]


def test_another_scene_is_taken_with_the_next_frame_and_nobody_is_lost(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes)
    (first,) = sightings(play(watch, framed, [put(astronaut, 200)] * 4))
    door = Zone("door", ZoneKind.ENTRANCE, ROOM.polygon)
    watch.apply(replace(SCENE, version=7, zones=(door,)))
    news = play(watch, framed, [put(astronaut, 200)] * 20, from_s=4 * STEP_S)
    assert spans(news)[0].scene_version == 0
    assert {span.scene_version for span in spans(news)[1:]} == {7}
    assert {(one.track, one.zones) for one in sightings(news)} == {(first.track, ("door",))}
    assert watch.scene.version == 7


@pytest.mark.parametrize("what", ["wants_faces", "wants_flow"])
def test_what_is_not_wanted_is_not_told(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB, what: str
) -> None:
    scene = replace(SCENE, wants_faces=what != "wants_faces", wants_flow=what != "wants_flow")
    watch = CameraWatch(scene, eyes)
    news = play(watch, framed, [put(astronaut, 200)] * 12)
    assert bool(sightings(news)) is scene.wants_faces
    assert bool(spans(news)) is scene.wants_flow


def test_without_a_person_detector_nothing_is_counted_rather_than_nobody(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, replace(eyes, persons=None))
    news = play(watch, framed, [put(astronaut, 200)] * 12) + watch.end()
    assert sightings(news)
    assert not spans(news)


def test_a_change_of_resolution_in_mid_stream_is_survived(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes)
    whole = put(astronaut, 200)
    small = np.ascontiguousarray(whole[::2, ::2])
    news = play(watch, framed, [whole] * 3 + [small] * 12 + [whole] * 3)
    assert spans(news)[-1].person_count == 1


@pytest.mark.parametrize("step_s", [1.0, 5.0])
def test_who_stands_still_is_one_track_where_frames_are_rare_and_one_misses_them(
    eyes: Eyes, framed: Framed, put: Put, room: ImageRGB, astronaut: ImageRGB, step_s: float
) -> None:
    """Where nothing moves a camera gives a frame a second, or less if it is told so."""
    watch = CameraWatch(SCENE, eyes)
    news: list[WatchNews] = []
    for number in range(8):
        picture = room if number in (3, 5) else put(astronaut, 200)
        news += watch.look(framed(picture, number * step_s))
    assert len({one.track for one in sightings(news)}) == 1
    assert not any(one.is_final for one in sightings(news))


@pytest.mark.parametrize("jump_s", [-3600.0, MAX_GAP_S + 1], ids=["set back", "away"])
def test_a_jump_of_the_clock_ends_everybody_and_begins_anew(
    eyes: Eyes, framed: Framed, put: Put, astronaut: ImageRGB, jump_s: float
) -> None:
    watch = CameraWatch(SCENE, eyes)
    (first,) = sightings(play(watch, framed, [put(astronaut, 200)] * 3))
    after = sightings(play(watch, framed, [put(astronaut, 200)] * 3, from_s=0.4 + jump_s))
    assert [(one.track == first.track, one.is_final) for one in after] == [
        (True, True),
        (False, False),
    ]


def test_a_frame_that_is_older_than_the_last_tells_nothing(
    eyes: Eyes, framed: Framed, put: Put, room: ImageRGB, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes)
    watch.look(framed(room, 1.0))
    assert watch.look(framed(put(astronaut, 200), 0.9)) == []
    assert watch.look(framed(put(astronaut, 200), 1.0)) == []


def test_a_frame_without_a_time_is_refused(eyes: Eyes, framed: Framed, room: ImageRGB) -> None:
    with pytest.raises(ValueError, match="capture time"):
        CameraWatch(SCENE, eyes).look(replace(framed(room, 0.0), capture_time=None))


def test_nothing_of_a_person_is_kept_when_they_have_gone(
    eyes: Eyes, framed: Framed, put: Put, room: ImageRGB, astronaut: ImageRGB
) -> None:
    watch = CameraWatch(SCENE, eyes)
    play(watch, framed, [put(astronaut, 200)] * 3)
    play(watch, framed, [room] * round(MAX_LOST_S / STEP_S + 3), from_s=0.6)
    assert len(watch._crowd) == 0
    assert not watch._sightings._told
    assert not watch._sightings._tried
