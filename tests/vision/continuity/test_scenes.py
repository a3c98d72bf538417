"""Pictures that stand still, come again or become others; heads that are too fast."""

from dataclasses import replace

import numpy as np
import pytest

from decision.findings import Finding, Weight
from tests.support.scripted_faces import Pose, mesh_of
from vision.continuity.cuts import CutWatch, Scene, is_cut, is_jump
from vision.continuity.glance import Glance
from vision.continuity.motion import FaceMotion, measure_motion
from vision.continuity.repeats import FreezeWatch, LoopWatch
from vision.picture_hash import hash_of_grid


def motion_of(pose: Pose, time_s: float = 0.0) -> FaceMotion:
    return measure_motion(mesh_of(pose), time_s)


def glance_of(seed: int, noise: float = 0.0) -> Glance:
    room = np.random.default_rng(seed).integers(30, 220, (8, 8)).repeat(4, 0).repeat(4, 1)
    grey = room + np.random.default_rng(seed + 99).normal(0, noise or 1e-9, (32, 32))
    return Glance(np.clip(np.round(grey), 0, 255).astype(np.uint8))


class TestRepeats:
    def test_noise_alone_is_no_standstill_and_its_absence_is(self) -> None:
        for noise, is_found in ((1.0, False), (0.0, True)):
            watch = FreezeWatch()
            found = [
                watch.push(glance_of(step if noise else 0, noise), mesh_of(Pose()), step / 15, step)
                for step in range(20)
            ]
            assert any(found) is is_found

    def test_a_small_face_before_a_still_wall_is_no_standstill(self) -> None:
        """A living face in a picture free of noise was taken for a picture that stands still.

        It breathes; only what stands still to the point is none.
        """
        wall = Glance(np.full((32, 32), 90, np.uint8))
        for sway_px, is_found in ((1.0, False), (0.0, True)):
            watch = FreezeWatch()
            found = [
                watch.push(wall, mesh_of(Pose(x=sway_px * (step % 4))), step / 15, step)
                for step in range(30)
            ]
            assert any(found) is is_found

    def test_eyes_that_blink_alike_in_a_still_room_are_no_loop(self) -> None:
        """Two blinks of somebody who sat still, three seconds apart, were refused as a loop."""
        watch = LoopWatch()
        for step in range(150):
            grid = np.full((32, 32), 90, np.uint8)
            grid[10, 14:18] += 20 * (step % 45 < 3)
            assert watch.push(Glance(grid), step / 15, step) is None

    def test_a_loop_is_found_within_two_rounds(self) -> None:
        watch = LoopWatch()
        rooms = [glance_of(step % 30, 0.5) for step in range(60)]
        found = [watch.push(room, step / 15, step) for step, room in enumerate(rooms)]
        first = next(step for step, one in enumerate(found) if one)
        assert found[first] == Finding("CLIP_LOOPED", Weight.BREAKS, first)
        assert 45 <= first < 60

    def test_the_same_pictures_after_a_gap_repeat_nothing(self) -> None:
        watch = LoopWatch()
        assert not any(watch.push(glance_of(step), step * 0.5, step) for step in range(8))
        assert not any(watch.push(glance_of(step), 4 + step * 0.5, step) for step in range(8))

    def test_a_calm_picture_that_is_like_itself_is_no_loop(self) -> None:
        watch = LoopWatch()
        rooms = [Glance(np.full((32, 32), 90 + step % 3, np.uint8)) for step in range(90)]
        assert not any(watch.push(room, step / 15, step) for step, room in enumerate(rooms))


class TestCuts:
    def scene(self, seed: int = 1, pose: Pose | None = None, time_s: float = 0.0) -> Scene:
        glance = glance_of(seed, 1.0)
        return Scene(0, int(seed == 2) * (2**32 - 1), glance, motion_of(pose or Pose(), time_s))

    def test_another_picture_is_a_cut_and_another_light_is_not(self) -> None:
        before, after = self.scene(1), self.scene(2, time_s=0.07)
        assert is_cut(before, after)
        brighter = Glance((before.glance.grid // 2 + 100).astype(np.uint8))
        assert not is_cut(before, replace(after, glance=brighter))

    @pytest.mark.parametrize(
        ("pose", "is_one"),
        [
            (Pose(yaw_deg=25), False),
            (Pose(yaw_deg=50), True),
            (Pose(x=60), True),
            (Pose(x=9), False),
        ],
    )
    def test_a_head_has_a_top_speed(self, pose: Pose, is_one: bool) -> None:
        assert is_jump(self.scene(), self.scene(pose=pose), 1 / 15) is is_one

    def test_what_lies_in_a_gap_is_not_judged(self) -> None:
        watch = CutWatch()
        assert watch.push(self.scene(1)) is None
        assert watch.push(self.scene(2, time_s=0.7)) is None
        watch.restart()
        assert watch.push(self.scene(1, time_s=0.75)) is None

    @pytest.mark.parametrize("hidden_s", [0.2, 0.3, 0.45, 0.55])
    def test_a_cut_behind_black_is_another_scene(self, hidden_s: float) -> None:
        """A quarter of a second of black between two clips made a cut go unseen."""
        watch = CutWatch()
        assert watch.push(self.scene(1)) is None
        finding = watch.push(self.scene(2, time_s=hidden_s))
        assert finding is not None
        assert (finding.code, finding.weight) == ("SCENE_CHANGED", Weight.HOLDS)

    def test_a_fade_is_another_scene(self) -> None:
        """Faded over half a second, no two frames in a row differed enough."""
        watch, codes = CutWatch(), set()
        one, two = (self.scene(seed).glance.grey for seed in (1, 2))
        for step in range(9):
            grid = np.round(one + (two - one) * min(step / 6, 1)).astype(np.uint8)
            scene = replace(self.scene(time_s=step / 15), glance=Glance(grid))
            finding = watch.push(replace(scene, picture_hash=hash_of_grid(grid)))
            codes |= {finding.code} if finding else set()
        assert codes == {"SCENE_CHANGED"}

    def test_a_quick_turn_that_arrives_in_bursts_is_no_jump(self) -> None:
        """Frames that waited on the way and came at once made a head seem too fast."""
        watch, found = CutWatch(), []
        for step in range(24):
            late_s = 0.06 if step % 2 else 0.0
            pose = Pose(yaw_deg=24 * abs((step / 4) % 2 - 1))
            found.append(watch.push(self.scene(1, pose, step / 15 + late_s)))
        assert not any(found)

    def test_a_mesh_may_slip_and_not_again_and_again(self) -> None:
        watch = CutWatch()
        poses = [Pose(yaw_deg=60.0 * (step % 2)) for step in range(6)]
        found = [watch.push(self.scene(1, pose, step / 15)) for step, pose in enumerate(poses)]
        weights = [finding.weight for finding in found if finding]
        assert weights == [Weight.NOTE] * 2 + [Weight.HOLDS] * 3
