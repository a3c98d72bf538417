"""The attack kit on clips that a test makes: what it shows, what it counts, what it keeps."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from decision.findings import Weight
from deepfake.outcome import Moment
from evaluation.injection import instruments
from evaluation.injection.film import Film, FilmLimits, Look, Shot, made_over, read_film
from evaluation.injection.methods import ATTACKS, CONTROLS, Injection
from evaluation.injection.result import Answer, Trial, answer_of
from evaluation.injection.run import run_kit
from evaluation.injection.stream import Line, exactly_timed, frames_of, send
from media.encoding import picture_encoding
from media.frame import Frame
from tests.support.clips import make_clip, square_picture

LIMITS = FilmLimits(length_s=3.0)
CHAIN_ATTACKS = {name: one for name, one in ATTACKS.items() if one.handling is not None}
CHAIN_CONTROLS = {name: one for name, one in CONTROLS.items() if one.handling is not None}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two clips of two seconds each, of a square on grey that wanders in brightness."""
    folder, paths = tmp_path_factory.mktemp("clips"), []
    for number in range(2):
        pictures = [square_picture((40 + 3 * at, 200 - 60 * number, 90)) for at in range(50)]
        paths.append(folder / f"{number}.mp4")
        paths[-1].write_bytes(make_clip(pictures=pictures))
    return paths


@pytest.fixture(scope="module")
def films(clips: list[Path]) -> tuple[Film, Film]:
    return read_film(clips[0], LIMITS), read_film(clips[1], LIMITS)


@dataclass
class ScriptedJudge:
    """Says the same of every stream; counts its frames."""

    weight: Weight | None = None
    frames: list[Frame] = field(default_factory=list)

    def look(self, frame: Frame) -> bool:
        self.frames.append(frame)
        return False

    def conclude(self) -> tuple[Moment, ...]:
        return () if self.weight is None else (Moment("VIDEO_CUT", self.weight, "continuity", 0),)


SHOWN = {
    name: method.shows for name, method in ATTACKS.items() if method.shows is not instruments.again
}


@pytest.mark.parametrize("shows", SHOWN.values(), ids=SHOWN)
def test_every_instrument_plays_evenly_from_its_start(
    shows: Callable[[Film, Film, random.Random], Film], films: tuple[Film, Film]
) -> None:
    shown = shows(*films, random.Random(1))
    times = [shot.time_s for shot in shown]
    assert times[0] == 0
    assert times == sorted(times)
    assert len(shown) >= 25
    assert shown != films[0]


def test_a_loop_shows_again_what_it_showed(films: tuple[Film, Film]) -> None:
    shown = instruments.looped(*films, random.Random(1))
    quarter = len(shown) // 4
    assert [one.data for one in shown[:quarter]] == [one.data for one in shown[quarter:][:quarter]]


def test_what_is_made_over_looks_otherwise_and_is_encoded_otherwise(
    films: tuple[Film, Film],
) -> None:
    shot = films[0][0]
    smaller, noisy = (made_over(shot, look) for look in (Look(scale=0.75), Look(noise=6.0)))
    other = picture_encoding(made_over(shot, Look(is_own_maker=True)).data)
    assert smaller.image.shape[1] == round(shot.image.shape[1] * 0.75)
    assert np.abs(noisy.image.astype(int) - shot.image).mean() > 2
    assert other is not None
    assert other.is_standard is False


def test_a_line_loses_delays_and_repeats_and_never_brings_back(films: tuple[Film, Film]) -> None:
    line = Line(loss=0.3, repeat=0.2, jitter_s=0.05, stall_s=0.4, looks=(Look(quality=40),))
    sent = send(films[0], random.Random(2), line)
    frames = list(frames_of(sent))
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert arrivals == sorted(arrivals)
    assert len({one.data for one in sent}) < len(films[0])
    assert len({one.data for one in sent}) < len(sent)


def test_a_perfect_rate_is_perfect(films: tuple[Film, Film]) -> None:
    frames = list(frames_of(exactly_timed(send(films[0], random.Random(2)), 25.0)))
    times = [frame.capture_time for frame in frames if frame.capture_time is not None]
    assert {(b - a).microseconds for a, b in itertools.pairwise(times)} == {40_000}


def test_chains_are_proven_and_their_attacks_found(clips: list[Path]) -> None:
    report = run_kit(
        clips, ScriptedJudge, attacks=CHAIN_ATTACKS, controls=CHAIN_CONTROLS, limits=LIMITS
    )
    passed = {one.name: one.shares[Answer.PASSED].count for one in report.attacks}
    assert passed == dict.fromkeys(CHAIN_ATTACKS, 0)
    refused = {one.name for one in report.attacks if one.shares[Answer.REFUSED].count == 2}
    assert refused == set(CHAIN_ATTACKS) - {"chain_thin_out", "chain_cut_off"}
    assert all(one.shares[Answer.PASSED].count == 2 for one in report.controls)


def test_what_a_judge_says_is_counted(clips: list[Path]) -> None:
    few = {name: ATTACKS[name] for name in ("loop", "splice")}
    seen: list[int] = []
    report = run_kit(
        clips,
        lambda: ScriptedJudge(Weight.HOLDS),
        attacks=few,
        controls={},
        limits=LIMITS,
        progress=seen.append,
    )
    assert len(seen) == len(report.trials) == 4
    plain = report.to_plain()
    assert plain["clips"] == 2
    assert report.attacks[0].to_plain()["held"] == {
        "count": 2,
        "total": 2,
        "interval": [pytest.approx(0.158, abs=0.001), 1.0],
    }
    assert report.attacks[0].codes == {"VIDEO_CUT": 2}
    assert not any(path.name in str(plain) for path in clips)


def test_the_same_seed_makes_the_same_streams(clips: list[Path]) -> None:
    def frames(seed: int) -> list[float]:
        judge = ScriptedJudge()
        one = {"lossy": CONTROLS["lossy"]}
        run_kit(clips, lambda: judge, seed, attacks={}, controls=one, limits=LIMITS)
        return [frame.received_monotonic_s for frame in judge.frames]

    assert frames(1) == frames(1) != frames(2)


def test_one_clip_or_a_short_one_is_refused(clips: list[Path], tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(make_clip())
    for wrong, why in (([clips[0]], "two clips"), ([clips[0], short], "8 frames")):
        with pytest.raises(ValueError, match=why):
            run_kit(wrong, ScriptedJudge, limits=LIMITS)


def test_the_weightiest_moment_answers() -> None:
    held, note = (Moment("A_B", weight, "timing", 0.0) for weight in (Weight.HOLDS, Weight.NOTE))
    assert answer_of([note]) == (Answer.PASSED, ())
    assert answer_of([note, held, held]) == (Answer.HELD, ("A_B",))


def test_halves_are_by_name_and_pictures_hide_themselves(films: tuple[Film, Film]) -> None:
    halves = {Trial(f"{at}.mp4", "loop", Answer.HELD).is_kept_back for at in range(20)}
    assert halves == {True, False}
    assert "hidden" in repr(films[0][0])
    assert isinstance(films[0][0], Shot)


def test_controls_are_genuine_and_attacks_are_not() -> None:
    assert {one.injection for one in CONTROLS.values()} == {Injection.NONE}
    assert Injection.NONE not in {one.injection for one in ATTACKS.values()}
