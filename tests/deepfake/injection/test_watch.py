"""What is noticed of injected media by scripted eyes, and what is not held against a person."""

from dataclasses import replace

import numpy as np
import pytest

from decision.rates import ErrorRateTable
from deepfake.injection.echo import MAX_KEPT, EchoWatch
from media.encoding import Encoding
from tests.deepfake.injection.life import encoded, poses, shoot, watch
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook, person

JPEG = Encoding("mjpeg", 640, 480, "one", True)


@pytest.mark.parametrize("seed", range(3))
def test_a_person_who_goes_on_living_is_let_be(seed: int) -> None:
    assert watch(shoot(poses(6, seed))).codes == {}


@pytest.mark.parametrize("fps", [10.0, 15.0])
def test_a_slow_line_that_loses_pictures_is_let_be(fps: float) -> None:
    looks = shoot(poses(7, 5, fps), ScriptedCamera(fps=fps))
    dice = np.random.default_rng(1)
    kept = [look for look in looks if dice.random() > 0.15]
    assert watch(kept).codes == {}


def dimmed(looks: list[ScriptedLook], gain: float, noise: float) -> list[ScriptedLook]:
    dice = np.random.default_rng(3)
    return [
        replace(look, grid=np.clip(look.grid * gain + dice.normal(0, noise, (32, 32)), 0, 255))
        for look in looks
    ]


def looped(order: str, seconds: float = 3.2) -> list[Pose]:
    part = poses(seconds, 7)
    if order == "backwards":
        return part + part[::-1] + part[:25]
    if order == "slower":
        return part + [pose for pose in part for _ in range(2)]
    return part * 2


@pytest.mark.parametrize("order", ["again", "backwards", "slower"])
def test_movements_that_come_again_are_refused(order: str) -> None:
    assert watch(shoot(looped(order))).codes["CLIP_LOOPED"] == "BREAKS"


def test_other_light_and_noise_hide_no_loop() -> None:
    looks = shoot(looped("again"))
    middle = len(looks) // 2
    disguised = dimmed(looks[:middle], 1.0, 0.8) + dimmed(looks[middle:], 0.85, 0.8)
    seen = [replace(look, grid=look.grid.astype(np.uint8)) for look in disguised]
    watched = watch(seen)
    assert watched.codes["CLIP_LOOPED"] == "BREAKS"
    moment = next(one for one in watched.moments if one.code == "CLIP_LOOPED")
    assert moment.signal == "repetition"
    assert moment.end_s is not None
    assert 0 <= moment.start_s < moment.end_s


def test_a_face_that_keeps_still_is_like_itself_and_no_loop() -> None:
    """Somebody who listens and blinks now and then was every time like the time before."""
    listening = [replace(pose, mouth=0.02, yaw_deg=pose.yaw_deg / 9) for pose in poses(7, 8)]
    still = [replace(pose, x=pose.x / 9, y=pose.y / 9, pitch_deg=0.0) for pose in listening]
    blinking = [replace(pose, eyes=0.1) if at % 60 < 4 else pose for at, pose in enumerate(still)]
    assert "CLIP_LOOPED" not in watch(shoot(blinking)).codes


@pytest.mark.parametrize(("seconds", "weight"), [(0.8, None), (1.5, "HOLDS"), (3.0, "BREAKS")])
def test_a_picture_stands_still_for_a_moment_at_most(seconds: float, weight: str | None) -> None:
    living = poses(3, 2)
    frozen = living + [living[-1]] * round(seconds * 25)
    camera = ScriptedCamera(fps=25.0, noise=0.3)
    assert watch(shoot(frozen, camera)).codes.get("FRAMES_REPEATED") == weight


def pushed_about(seconds: float, mouth: float) -> list[ScriptedLook]:
    """Return somebody who is shifted and zoomed all the time, and opens the mouth now and then."""
    moved = [
        Pose(
            size=1 + 0.05 * np.sin(at / 9),
            roll_deg=0.0,
            x=3 * np.sin(at / 7),
            y=np.cos(at / 5),
            mouth=0.02 + mouth * (at % 50 < 15),
        )
        for at in range(round(seconds * 25))
    ]
    return shoot(moved)


def test_a_still_picture_that_is_moved_about_is_held() -> None:
    watched = watch(pushed_about(6, mouth=0.0))
    assert watched.codes == {"FACE_MOTIONLESS": "HOLDS"}
    assert watched.moments[0].signal == "repetition"
    assert watched.moments[0].end_s == pytest.approx(4.0, abs=0.5)


def test_a_face_that_stirs_is_no_still_picture() -> None:
    assert "FACE_MOTIONLESS" not in watch(pushed_about(6, mouth=0.8)).codes
    assert "FACE_MOTIONLESS" not in watch(pushed_about(3, mouth=0.0)).codes


TABLE = ErrorRateTable((0.0, 0.1, 0.4), (0.5, 0.05, 1e-3), (0.0, 0.01, 0.05), 10**6, 10**4, "test")


@pytest.mark.parametrize(("seconds", "weight"), [(0.4, None), (0.9, "HOLDS"), (2.0, "BREAKS")])
def test_another_person_is_refused_who_stays(seconds: float, weight: str | None) -> None:
    """A picture that is compressed until a face dissolves shows a stranger for a moment."""
    camera, shown = ScriptedCamera(fps=25.0), poses(7, 9)
    looks = shoot(shown[:75], camera)
    camera.embedding = person(2)
    stay = 75 + round(seconds * 25)
    looks += shoot(shown[75:stay], camera)
    camera.embedding = person(1)
    assert (
        watch(looks + shoot(shown[stay:], camera), table=TABLE).codes.get("FACE_CHANGED") == weight
    )


def blank(looks: list[ScriptedLook]) -> list[ScriptedLook]:
    """Return the looks with black pictures in their place."""
    black = np.zeros((32, 32), np.uint8)
    return [replace(look, grid=black, mesh=None, face=None, reading=None) for look in looks]


@pytest.mark.parametrize("count", [1, 20])
def test_a_blank_between_two_takes_is_held(count: int) -> None:
    looks = shoot(poses(6, 2))
    watched = watch(looks[:60] + blank(looks[60 : 60 + count]) + looks[60 + count :])
    assert watched.codes["PICTURE_GONE"] == "HOLDS"
    moment = next(one for one in watched.moments if one.code == "PICTURE_GONE")
    assert moment.start_s == pytest.approx(2.4)
    assert moment.end_s == pytest.approx(2.4 + count / 25)


def test_a_clip_may_begin_and_end_with_a_blank() -> None:
    looks = shoot(poses(6, 2))
    watched = watch(blank(looks[:30]) + looks[30:120] + blank(looks[120:]))
    assert "PICTURE_GONE" not in watched.codes


def test_two_takes_of_one_person_in_one_place_are_seen_to_be_two() -> None:
    """The scene stays the same, and so does the person: only the step between them is odd."""
    one, two = poses(3, 11), poses(3, 12)
    shifted = [replace(pose, x=pose.x + 9, yaw_deg=pose.yaw_deg + 12) for pose in two]
    watched = watch(shoot(one + shifted))
    assert watched.codes["VIDEO_SPLICED"] == "BREAKS"
    moment = next(one for one in watched.moments if one.code == "VIDEO_SPLICED")
    assert moment.start_s == pytest.approx(3.0, abs=0.05)


def test_what_is_lost_in_a_short_stall_is_no_seam() -> None:
    """Pictures that waited arrive at once, so a step over lost ones seemed to take no time."""
    turn = [min(max(at - 79, 0), 4) for at in range(150)]
    turning = [
        replace(pose, x=pose.x + 3 * step, yaw_deg=pose.yaw_deg + 4 * step)
        for pose, step in zip(poses(6, 14), turn, strict=True)
    ]
    looks = shoot(turning)
    kept = looks[:80] + looks[83:]
    late_s = kept[82].frame.received_monotonic_s
    for at in range(79, 82):
        late = replace(kept[at].frame, received_monotonic_s=late_s)
        kept[at] = replace(kept[at], frame=late)
    assert "VIDEO_SPLICED" not in watch(kept).codes


def test_a_lamp_that_is_switched_changes_the_picture_and_not_the_face() -> None:
    looks = shoot(poses(6, 3))
    lit = [replace(look, grid=_lit(look.grid)) for look in looks[75:]]
    assert "VIDEO_SPLICED" not in watch(looks[:75] + lit).codes


def _lit(grid: np.ndarray) -> np.ndarray:
    lamp = np.linspace(0, 60, 32)[None, :]
    return np.clip(grid + lamp, 0, 255).astype(np.uint8)


def test_another_room_is_a_cut() -> None:
    camera = ScriptedCamera(fps=25.0)
    looks = shoot(poses(2, 1), camera)
    camera.scene = 2
    assert watch(looks + shoot(poses(2, 2), camera)).codes["VIDEO_CUT"] == "BREAKS"


def test_a_change_of_scene_and_of_source_together_are_refused() -> None:
    camera = ScriptedCamera(fps=25.0)
    one = encoded(shoot(poses(2, 1), camera), JPEG)
    camera.scene = 2
    other = encoded(shoot(poses(2, 2), camera), replace(JPEG, is_standard=False))
    codes = watch(one + other).codes
    assert codes["ENCODER_CHANGED"] == "HOLDS"
    assert codes["SOURCE_CHANGED"] == "BREAKS"


def test_a_telephone_that_is_turned_is_held_and_not_refused() -> None:
    """The picture becomes another one as a whole; that is the turn and no cut."""
    camera = ScriptedCamera(fps=25.0)
    one = encoded(shoot(poses(2, 1), camera), JPEG)
    camera.scene = 2
    turned = encoded(shoot(poses(2, 2), camera), replace(JPEG, width=480, height=640))
    assert watch(one + turned).codes == {"PICTURE_TURNED": "HOLDS"}


def test_scores_say_what_was_compared() -> None:
    signals = {one.name: one for one in watch(shoot(looped("again"))).watch.conclude().signals}
    assert signals["repetition"].score == pytest.approx(1.0, abs=0.1)
    assert signals["repetition"].llr is None
    assert signals["encoding"].score is None


def test_a_long_clip_fills_no_memory() -> None:
    echo, dice = EchoWatch(), np.random.default_rng(1)
    for at in range(500):
        echo.push(dice.integers(0, 255, (32, 32), np.uint8), None, at * 0.33)
    assert MAX_KEPT <= echo._count <= len(echo._moves) == 2 * MAX_KEPT
    echo.push(np.zeros((32, 32), np.uint8), None, 1e6)
    assert echo._count == 1


def test_nobody_in_the_picture_is_nothing_odd() -> None:
    assert watch(shoot([None] * 60)).codes == {}
