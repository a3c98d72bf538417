"""Sound and lips go together, are apart, or it is said that nothing can be told."""

import numpy as np
import pytest

from base.errors import SettingsError
from decision.findings import Weight
from deepfake.clip_signal import Heard
from deepfake.sync.sound_sync import SoundSync
from deepfake.sync.spoken_mouth import SpokenMouth
from inference.manifest import load_manifest
from media.frame import SoundChunk
from tests.deepfake.sync.conftest import Ears
from tests.support.made_mouths import play
from tests.support.speech import MadeSpeech, made_speech

DURATION_S = 8.0
# The voice activity model takes these for speech throughout.
SEED, OTHER_SEEDS = 2, (9, 20, 26, 28)


@pytest.fixture(scope="module")
def speech() -> MadeSpeech:
    return made_speech(SEED, DURATION_S)


def code(heard: Heard) -> str:
    (moment,) = heard.moments
    assert moment.signal == "sound_in_step"
    return moment.code


def offset_ms(heard: Heard) -> float | None:
    named = {signal.name: signal for signal in heard.signals}
    assert all(signal.llr is None for signal in heard.signals)
    return named["sound_in_step"].score


def evidence(heard: Heard) -> float:
    named = {signal.name: signal for signal in heard.signals}
    return named["sound_agreement"].score or 0.0


def test_a_mouth_and_what_it_says_go_together(ears: Ears, speech: MadeSpeech) -> None:
    heard = play(SoundSync(*ears), speech.opening_at, speech.chunks(), DURATION_S)
    assert code(heard) == "SOUND_IN_STEP"
    assert offset_ms(heard) == pytest.approx(0, abs=60)
    assert heard.moments[0].weight is Weight.NOTE


@pytest.mark.parametrize("shift_s", [-0.8, 0.6])
def test_shifted_sound_holds_a_clip_and_says_by_how_much(
    ears: Ears, speech: MadeSpeech, shift_s: float
) -> None:
    def mouth(time_s: float) -> float:
        return speech.opening_at(time_s + shift_s)

    heard = play(SoundSync(*ears), mouth, speech.chunks(), DURATION_S)
    assert code(heard) == "SOUND_SHIFTED"
    assert offset_ms(heard) == pytest.approx(1000 * shift_s, abs=60)
    assert heard.moments[0].weight is Weight.HOLDS


def test_most_sound_of_others_is_noticed_and_none_fits_as_well(
    ears: Ears, speech: MadeSpeech
) -> None:
    own = play(SoundSync(*ears), speech.opening_at, speech.chunks(), DURATION_S)
    told = [
        play(
            SoundSync(*ears), speech.opening_at, made_speech(seed, DURATION_S).chunks(), DURATION_S
        )
        for seed in OTHER_SEEDS
    ]
    assert sum(heard.moments[0].weight is Weight.HOLDS for heard in told) > len(told) / 2
    assert max(evidence(heard) for heard in told) < evidence(own)


def test_a_moment_out_of_the_middle_of_talk_holds_nothing(ears: Ears, speech: MadeSpeech) -> None:
    chunks = [chunk for chunk in speech.chunks() if chunk.received_monotonic_s < 2.8]
    heard = play(SoundSync(*ears), lambda time_s: speech.opening_at(time_s + 0.6), chunks, 2.8)
    assert heard.moments[0].weight is Weight.NOTE


def test_sound_under_noise_as_loud_as_speech_holds_nothing(ears: Ears, speech: MadeSpeech) -> None:
    """Somebody's own sound was taken for another's beside music."""
    noise = np.random.default_rng(1).normal(scale=speech.samples.std(), size=len(speech.samples))
    noisy = MadeSpeech((speech.samples + noise).astype(np.float32), speech.opening)
    heard = play(
        SoundSync(*ears), lambda time_s: speech.opening_at(time_s + 0.6), noisy.chunks(), DURATION_S
    )
    assert code(heard) == "SOUND_SHIFTED"
    assert heard.moments[0].weight is Weight.NOTE


@pytest.mark.parametrize("fps", [10.0, 30.0])
def test_other_rates_and_late_sound_are_compared_as_well(
    ears: Ears, speech: MadeSpeech, fps: float
) -> None:
    signal = SoundSync(*ears)
    heard = play(signal, speech.opening_at, speech.chunks(), DURATION_S, fps=fps, late_s=1.5)
    assert code(heard) == "SOUND_IN_STEP"


def test_a_listener_whose_lips_rest_is_not_blamed_for_another_s_voice(
    ears: Ears, speech: MadeSpeech
) -> None:
    heard = play(SoundSync(*ears), lambda time_s: 0.1, speech.chunks(), DURATION_S)
    assert code(heard) == "SOUND_UNCLEAR"
    assert heard.moments[0].weight is Weight.NOTE
    assert offset_ms(heard) is None


def test_a_silent_clip_and_one_without_speech_say_so_and_hold_nothing(
    ears: Ears, speech: MadeSpeech
) -> None:
    noise = np.random.default_rng(1).normal(scale=0.05, size=3 * 16_000).astype(np.float32)
    humming = MadeSpeech(noise, noise).chunks()
    for chunks, expected in (([], "SOUND_SILENT"), (humming, "SOUND_WITHOUT_SPEECH")):
        heard = play(SoundSync(*ears), speech.opening_at, chunks, 3.0)
        assert code(heard) == expected
        assert heard.moments[0].weight is Weight.NOTE
        assert heard.moments[0].end_s == pytest.approx(3.0, abs=0.1)
        assert offset_ms(heard) is None


def test_sound_at_another_rate_is_named_once_and_nothing_is_told(ears: Ears) -> None:
    signal = SoundSync(*ears)
    chunk = SoundChunk(np.zeros(800, np.float32), 8000, 0, None, None, 0.0)
    assert [moment.code for moment in signal.hear(chunk, 0.0)] == ["SOUND_UNREADABLE"]
    assert signal.hear(chunk, 0.1) == ()
    assert signal.conclude().moments == ()


def test_without_a_model_nothing_is_told() -> None:
    heard = SoundSync(None).conclude()
    assert (heard.moments, offset_ms(heard)) == ((), None)


def test_a_model_of_another_family_is_refused(ears: Ears) -> None:
    with pytest.raises(SettingsError, match="need sync-mouth"):
        SpokenMouth(ears[1]._engine, load_manifest().model("silero-vad"))


def test_the_level_of_the_sound_does_not_matter(ears: Ears, speech: MadeSpeech) -> None:
    loud, quiet = (ears[1].submit(level * speech.samples[:32_000]).result() for level in (1, 0.1))
    assert np.abs(loud - quiet)[:, :3].mean() < 0.02
    assert loud.shape == (101, 4)
