"""Made speech is labelled where it sounds, and heard as rooms and microphones would have it."""

import numpy as np
import pytest

from tests.support.speech import made_speech
from training.sync_speech import Sentences, Spoken, phones_at
from training.sync_views import PACE, view

SAID = Spoken(made_speech(2, 2.0).samples, (("pau", 0.1), ("b", 0.2), ("ow", 0.5)))


def test_each_time_has_its_phone_and_what_follows_is_silence() -> None:
    times = np.array([0.05, 0.15, 0.3, 0.49, 0.9])
    assert phones_at(SAID, times) == ["pau", "b", "ow", "ow", "pau"]


def test_sentences_are_drawn_again_from_the_same_seed() -> None:
    first, again, other = (Sentences(seed) for seed in (1, 1, 2))
    said = [first.draw() for _ in range(20)]
    assert said == [again.draw() for _ in range(20)]
    assert said != [other.draw() for _ in range(20)]
    assert len(set(said)) > 10


@pytest.mark.parametrize("seed", range(6))
def test_a_view_is_as_long_as_its_pace_says_and_is_sound(seed: int) -> None:
    samples, pace = view(np.random.default_rng(seed), SAID, [SAID])
    assert PACE[0] <= pace <= PACE[1]
    assert len(samples) == pytest.approx(len(SAID.samples) / pace, abs=2)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert samples.std() > 0
