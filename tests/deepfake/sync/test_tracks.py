"""What is kept of lips and sound is bounded, in its place, and honest about gaps."""

import numpy as np
import pytest

from deepfake.sync.lips import GAP, JAW, SPREAD, LipTrack, lips_of
from deepfake.sync.loudness import Loudness
from deepfake.sync.sound_track import SoundTrack
from media.frame import Samples
from tests.deepfake.sync.conftest import Ears
from tests.support.made_mouths import made_mesh
from tests.support.speech import RATE_HZ, made_speech


def test_lips_are_measured_in_units_of_the_face() -> None:
    near, far = lips_of(made_mesh(0.5)), lips_of(made_mesh(0.5, scale=0.2))
    np.testing.assert_allclose(near, far, rtol=1e-5)
    shut, wide = lips_of(made_mesh(0.0)), lips_of(made_mesh(1.0))
    assert wide[GAP] > shut[GAP] + 0.2
    assert wide[JAW] > shut[JAW]
    assert wide[SPREAD] < shut[SPREAD]


def test_lips_are_not_guessed_in_a_gap_nor_outside_of_what_was_seen() -> None:
    track = LipTrack(10.0)
    for time_s in (*np.arange(1.0, 2.0, 0.04), *np.arange(3.0, 4.0, 0.04)):
        track.push(lips_of(made_mesh(0.5)), float(time_s))
    lips, is_seen = track.between(0.0, 250)
    assert lips.shape == (250, 5)
    times = np.arange(250) * 0.02
    assert not is_seen[(times < 0.98) | ((times > 2.0) & (times < 2.98)) | (times > 4.0)].any()
    assert is_seen[(times > 1.02) & (times < 1.9)].all()


def test_lips_before_two_frames_are_not_seen() -> None:
    track = LipTrack(10.0)
    track.push(lips_of(made_mesh(0.5)), 0.0)
    track.push(lips_of(made_mesh(0.5)), 0.0)  # The same instant again.
    assert not track.between(0.0, 10)[1].any()


def test_old_lips_are_forgotten() -> None:
    track = LipTrack(2.0)
    for index in range(1000):
        track.push(lips_of(made_mesh(0.5)), index / 25)
    assert len(track._times) <= 2.0 * 25 + 1


@pytest.fixture
def sound(ears: Ears) -> SoundTrack:
    return SoundTrack(ears[0], kept_s=3.0)


def ramp(seconds: float) -> Samples:
    return np.linspace(0.1, 0.2, round(seconds * RATE_HZ)).astype(np.float32)


def test_sound_lies_where_it_was_and_gaps_are_silent(sound: SoundTrack) -> None:
    sound.push(ramp(1.0), RATE_HZ, 0.0)
    sound.push(ramp(0.5), RATE_HZ, 2.0)
    heard = sound.between(-0.5, 150).reshape(150, -1)
    is_silent = (heard == 0).all(axis=1)
    times = -0.5 + np.arange(150) * 0.02
    np.testing.assert_array_equal(
        is_silent, (times < -0.01) | ((times > 0.99) & (times < 1.99)) | (times > 2.49)
    )


def test_uneven_arrival_does_not_tear_sound(sound: SoundTrack) -> None:
    whole, rng = ramp(1.0), np.random.default_rng(3)
    for start in range(0, len(whole), 1600):
        sound.push(whole[start : start + 1600], RATE_HZ, start / RATE_HZ + rng.uniform(0, 0.1))
    heard = sound.between(sound.end_s - 1.0, 50)
    np.testing.assert_allclose(heard[100:-100], whole[100:-100], atol=1e-4)


def test_old_sound_is_forgotten_however_it_comes(sound: SoundTrack) -> None:
    for index in range(40):
        sound.push(ramp(0.25), RATE_HZ, index * 0.25)
    sound.push(ramp(8.0), RATE_HZ, 10.0)
    assert sum(len(piece) for _, piece in sound._pieces) <= 2 * 3.0 * RATE_HZ
    assert (sound.between(0.0, 50) == 0).all()


def test_the_lips_may_move_a_little_before_speech_is_heard(sound: SoundTrack) -> None:
    sound.push(made_speech(seed=1, duration_s=2.5, from_s=1.0).samples, RATE_HZ, 0.0)
    spoken = sound.speech(0.0, 125)
    first_s = np.flatnonzero(spoken)[0] * 0.02
    assert 0.7 < first_s < 1.1


def test_loudness_is_what_a_tenth_is_below_and_a_tenth_above() -> None:
    dice = np.random.default_rng(1)
    loudness = Loudness()
    assert loudness.spread_db == 0.0
    for scale in (0.001, 0.1):
        loudness.push(dice.normal(scale=scale, size=16_000).astype(np.float32))
    assert loudness.spread_db == pytest.approx(40, abs=1)


def test_the_loudest_and_the_softest_are_counted_and_missing_sound_is_not() -> None:
    loudness = Loudness()
    loudness.push(np.zeros(3_200, np.float32))
    assert loudness.spread_db == 0.0
    loudness.push(np.full(3_200, 3.0, np.float32))
    loudness.push(np.full(3_200, 1e-9, np.float32))
    assert loudness.spread_db == 100.0
