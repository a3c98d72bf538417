"""The rules on frames, one by one."""

import pytest

from decision.findings import Finding, Findings, Weight
from liveness.challenges import MIN_RESPONSE_S, ChallengeWatch, WatchState
from liveness.events import Challenge
from liveness.moves import MOVES, extent
from liveness.relief import is_flat, relief
from liveness.rest import RestWatch
from tests.support.scripted_faces import Pose, ScriptedCamera, mesh_of, person
from tests.support.scripted_sessions import TABLE
from vision.continuity.holding import Holding
from vision.continuity.identity import IdentityWatch, Sameness
from vision.continuity.motion import FaceMotion, measure_motion
from vision.continuity.order import FrameOrder

MOVES_ASKED = tuple(MOVES)


def motion_of(pose: Pose, time_s: float = 0.0) -> FaceMotion:
    return measure_motion(mesh_of(pose), time_s)


class TestMotion:
    def test_numbers_are_those_of_the_face(self) -> None:
        motion = motion_of(Pose(yaw_deg=12, pitch_deg=-3, mouth=0.4, smile=0.5, size=2.0))
        assert (motion.yaw_deg, motion.pitch_deg, motion.smile) == (12, -3, 0.5)
        assert motion.mouth_opening == pytest.approx(0.4, rel=0.1)
        assert motion.size_px == pytest.approx(2 * motion_of(Pose()).size_px)

    def test_the_size_does_not_change_when_the_head_turns(self) -> None:
        straight, turned = motion_of(Pose()).size_px, motion_of(Pose(yaw_deg=35)).size_px
        assert turned == pytest.approx(straight, rel=0.01)

    def test_closed_eyes_have_no_opening(self) -> None:
        assert motion_of(Pose(eyes=0.05)).eye_opening < 0.1 * motion_of(Pose()).eye_opening


class TestMoves:
    @pytest.mark.parametrize("challenge", MOVES_ASKED)
    def test_a_full_move_goes_far_enough_and_half_of_it_does_not(
        self, challenge: Challenge
    ) -> None:
        rest = motion_of(Pose())
        assert extent(challenge, motion_of(Pose().moved(challenge, 1.0)), rest) >= 1.0
        assert extent(challenge, motion_of(Pose().moved(challenge, 0.5)), rest) < 1.0
        assert extent(challenge, rest, rest) == pytest.approx(0.0)

    def test_left_is_the_persons_own(self) -> None:
        # A nose that points to the right of the picture belongs to a head turned to its left.
        assert extent(Challenge.TURN_LEFT, motion_of(Pose(yaw_deg=20)), motion_of(Pose())) > 1
        assert extent(Challenge.TURN_RIGHT, motion_of(Pose(yaw_deg=-20)), motion_of(Pose())) > 1

    def test_moves_are_measured_from_how_the_face_rests(self) -> None:
        rest = motion_of(Pose(smile=0.3, yaw_deg=8))
        assert extent(Challenge.SMILE, motion_of(Pose(smile=0.5)), rest) < 1
        assert extent(Challenge.TURN_LEFT, motion_of(Pose(yaw_deg=18)), rest) < 1

    def test_who_smiles_at_rest_can_still_smile(self) -> None:
        """A resting smile of 0.5 had to rise to 0.9, and nobody's does."""
        for at_rest, smiling, is_enough in (
            (0.0, 0.39, False),
            (0.0, 0.41, True),
            (0.5, 0.7, False),
            (0.5, 0.81, True),
        ):
            rest = motion_of(Pose(smile=at_rest))
            reached = extent(Challenge.SMILE, motion_of(Pose(smile=smiling)), rest) >= 1
            assert reached is is_enough


class TestChallengeWatch:
    def watch(self, asked: Challenge = Challenge.TURN_LEFT) -> ChallengeWatch:
        return ChallengeWatch(asked, motion_of(Pose()), 10.0, 5.0)

    def play(self, watch: ChallengeWatch, *poses: tuple[float, Pose]) -> WatchState:
        for time_s, pose in poses:
            watch.push(motion_of(pose, time_s))
        return watch.state

    def test_a_peak_of_one_frame_is_no_move(self) -> None:
        turned = Pose(yaw_deg=25)
        poses = [(10.1, Pose()), (10.6, turned), (10.7, Pose()), (10.9, turned), (11.0, Pose())]
        assert self.play(self.watch(), *poses) is WatchState.OPEN

    def test_the_soonest_answer_is_a_persons(self) -> None:
        turned = Pose(yaw_deg=25)
        for onset_s, state in (
            (MIN_RESPONSE_S - 0.03, WatchState.TOO_EARLY),
            (MIN_RESPONSE_S + 0.03, WatchState.PASSED),
        ):
            later = [(10.0 + onset_s + 0.1 * step, turned) for step in range(4)]
            assert self.play(self.watch(), (10.02, Pose()), *later) is state

    def test_who_sets_out_too_soon_may_come_back_and_answer(self) -> None:
        turned = Pose(yaw_deg=25)
        poses = [(10.02, Pose()), (10.08, turned), (10.15, Pose()), (10.3, Pose())]
        poses += [(10.8 + 0.1 * step, turned) for step in range(4)]
        assert self.play(self.watch(), *poses) is WatchState.PASSED

    def test_frames_from_before_the_prompt_do_not_count(self) -> None:
        watch = self.watch()
        assert self.play(watch, *[(9.0 + 0.1 * step, Pose(yaw_deg=25)) for step in range(9)]) is (
            WatchState.OPEN
        )

    def test_a_blink_must_last_and_end(self) -> None:
        shut = Pose(eyes=0.02)
        short = [(10.1, Pose()), (11.0, shut), (11.1, shut), (11.2, Pose())]
        assert self.play(self.watch(Challenge.BLINK), *short) is WatchState.OPEN
        long = [(10.1, Pose()), *[(11.0 + 0.1 * step, shut) for step in range(5)]]
        watch = self.watch(Challenge.BLINK)
        assert self.play(watch, *long) is WatchState.OPEN
        assert self.play(watch, (11.5, Pose())) is WatchState.PASSED

    def test_a_smile_on_the_way_fails_no_turn(self) -> None:
        smiling = Pose(yaw_deg=25, smile=0.9)
        poses = [(10.1, Pose()), *[(10.6 + 0.1 * step, smiling) for step in range(4)]]
        assert self.play(self.watch(), *poses) is WatchState.PASSED


class TestRestWatch:
    def test_a_face_rests_after_half_a_second_of_looking_straight(self) -> None:
        watch, camera = RestWatch(), ScriptedCamera()
        rests = [watch.push(motion_of(Pose(), step / 15)) for step in range(10)]
        assert [rest is not None for rest in rests] == [False] * 8 + [True] * 2
        assert camera.fps == 15

    @pytest.mark.parametrize(
        ("pose", "advice"),
        [
            (Pose(yaw_deg=25), "LOOK_STRAIGHT"),
            (Pose(pitch_deg=-30), "LOOK_STRAIGHT"),
            (Pose(mouth=0.6), "RELAX_FACE"),
            (Pose(smile=0.9), "RELAX_FACE"),
        ],
    )
    def test_what_is_no_rest_says_what_would_be(self, pose: Pose, advice: str) -> None:
        watch = RestWatch()
        assert not any(watch.push(motion_of(pose, step / 15)) for step in range(20))
        assert watch.obstacle(motion_of(pose, 2.0)) == advice

    def test_a_blink_disturbs_no_rest(self) -> None:
        watch = RestWatch()
        for step in range(9):
            rest = watch.push(motion_of(Pose(eyes=0.1 if step in (4, 5) else 1.0), step / 15))
        assert rest is not None
        assert rest.eye_opening == pytest.approx(motion_of(Pose()).eye_opening)

    def test_a_later_rest_is_near_the_first(self) -> None:
        watch = RestWatch(first=motion_of(Pose()))
        assert watch.obstacle(motion_of(Pose(size=1.5))) == "MOVE_BACK"
        assert watch.obstacle(motion_of(Pose(size=0.6))) == "MOVE_CLOSER"
        assert watch.obstacle(motion_of(Pose(yaw_deg=14))) == "LOOK_STRAIGHT"

    def test_a_moving_head_does_not_rest(self) -> None:
        watch = RestWatch()
        rests = [watch.push(motion_of(Pose(yaw_deg=step - 10.0), step / 15)) for step in range(20)]
        assert not any(rests)


class TestRelief:
    @pytest.mark.parametrize("pose", [Pose(yaw_deg=16), Pose(pitch_deg=11), Pose(pitch_deg=-12)])
    def test_a_head_shows_depth_and_a_picture_of_it_does_not(self, pose: Pose) -> None:
        assert not is_flat(mesh_of(Pose()), mesh_of(pose))
        assert is_flat(mesh_of(Pose(), depth=0), mesh_of(pose, depth=0))

    def test_moving_the_picture_or_the_mouth_shows_no_depth(self) -> None:
        moved = Pose(x=9, y=-4, size=1.4, mouth=0.8, eyes=0.1)
        assert relief(mesh_of(Pose()), mesh_of(moved)) < 0.001


class TestIdentity:
    def test_one_person_is_the_same_and_another_is_not(self) -> None:
        watch = IdentityWatch(TABLE)
        assert watch.push(person(1), 0.0) is Sameness.SAME
        assert watch.push(person(1), 1.0) is Sameness.SAME
        assert watch.is_confirmed_since(1.0)
        assert watch.push(person(2), 2.0) is Sameness.OTHER
        assert watch.is_doubtful
        assert watch.finding(0) is None
        assert watch.push(person(3), 3.0) is Sameness.OTHER
        assert watch.finding(7) == Finding("FACE_CHANGED", Weight.BREAKS, 7)
        assert not watch.is_confirmed_since(1.5)

    def test_a_poor_picture_never_shows_another_person(self) -> None:
        watch = IdentityWatch(TABLE)
        watch.push(person(1), 0.0)
        assert watch.push(person(2), 1.0, is_good=False) is Sameness.UNSURE
        assert watch.push(person(1), 2.0, is_good=False) is Sameness.SAME

    def test_an_embedder_without_error_rates_confirms_nobody(self) -> None:
        watch = IdentityWatch(None)
        watch.push(person(1), 0.0)
        assert watch.push(person(1), 1.0) is Sameness.UNSURE
        assert not watch.is_confirmed_since(0.5)


class TestOrder:
    def test_the_rate_is_that_of_arrival(self) -> None:
        order, camera = FrameOrder(), ScriptedCamera(fps=8.0)
        for _ in range(30):
            order.push(camera.shoot(None).frame)
        assert order.fps(camera.time_s - 1 / 8) == pytest.approx(8.0, rel=0.05)
        assert order.mean_fps == pytest.approx(8.0)
        assert order.is_slow(camera.time_s + 2.5)

    def test_a_track_may_begin_before_its_zero(self) -> None:
        order, camera = FrameOrder(), ScriptedCamera()
        camera.pts_of = lambda time_s: time_s - 0.5
        assert all(order.push(camera.shoot(None).frame).is_next for _ in range(9))

    def test_an_arrival_before_the_last_one_is_left_out(self) -> None:
        order, camera = FrameOrder(), ScriptedCamera()
        camera.pts_of = lambda _: None
        assert order.push(camera.shoot(None).frame).is_next
        camera.time_s -= 1
        assert not order.push(camera.shoot(None).frame).is_next


class TestFindings:
    def test_the_weightier_finding_of_a_code_stays(self) -> None:
        findings = Findings()
        assert findings.add(Finding("A", Weight.NOTE, 1))
        assert not findings.add(Finding("A", Weight.NOTE, 2))
        assert findings.add(Finding("A", Weight.HOLDS, 3))
        assert not findings.add(Finding("A", Weight.NOTE, 4))
        assert findings.of(Weight.HOLDS) == (Finding("A", Weight.HOLDS, 3),)
        assert findings.of(Weight.NOTE) == ()


def test_holding_starts_anew_after_a_gap() -> None:
    holding = Holding()
    assert [holding.update(True, time_s) for time_s in (0.0, 0.2, 0.4)] == [0.0, 0.2, 0.4]
    assert holding.update(True, 1.0) == 0.0
    assert holding.count == 1
