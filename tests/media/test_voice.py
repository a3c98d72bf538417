"""Speech is told from noise, music and silence, however its sound comes in."""

from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
import pytest

from base.errors import InvalidArgumentError, SettingsError
from inference.manifest import load_manifest
from inference.store import ModelStore
from media.frame import Samples
from media.sound import read_sound
from media.voice import (
    RATE_HZ,
    WINDOW,
    WINDOW_S,
    VoiceActivity,
    VoiceWindow,
    speech_spans,
)
from tests.support.speech import made_speech

_SECONDS = np.arange(2 * RATE_HZ) / RATE_HZ
NO_SPEECH = {
    "silence": np.zeros(len(_SECONDS)),
    "noise": np.random.default_rng(1).normal(scale=0.1, size=len(_SECONDS)),
    "tone": 0.3 * np.sin(2 * np.pi * 440 * _SECONDS),
    "struck chords": np.exp(-4 * (_SECONDS % 0.5))
    * sum(0.1 * np.sin(2 * np.pi * hertz * _SECONDS) for hertz in (220, 277, 330, 440)),
}


def heard(voice: VoiceActivity, samples: Samples, piece: int = 800) -> list[VoiceWindow]:
    listener = voice.open()
    return [
        window
        for start in range(0, len(samples), piece)
        for window in listener.push(samples[start : start + piece], RATE_HZ, start / RATE_HZ)
    ]


def test_made_speech_is_heard_and_its_pause_is_not(voice: VoiceActivity) -> None:
    speech = made_speech(seed=1, duration_s=3.0, from_s=1.0)
    spans = speech_spans(heard(voice, speech.samples))
    assert spans
    assert 0.8 < spans[0].start_s < 1.3


@pytest.mark.parametrize("name", NO_SPEECH)
def test_what_is_no_speech_is_not_heard_as_speech(voice: VoiceActivity, name: str) -> None:
    windows = heard(voice, NO_SPEECH[name].astype(np.float32))
    assert len(windows) == len(_SECONDS) // WINDOW
    assert speech_spans(windows) == ()


def test_pieces_of_any_length_give_the_same_answer(voice: VoiceActivity) -> None:
    samples = made_speech(seed=2, duration_s=2.0).samples
    assert heard(voice, samples, 333) == heard(voice, samples, 16_000)


def test_a_gap_begins_anew_and_times_stay_those_of_the_sound(voice: VoiceActivity) -> None:
    listener, samples = voice.open(), made_speech(seed=2, duration_s=1.0).samples
    before = list(listener.push(samples, RATE_HZ, 0.0))
    after = list(listener.push(samples, RATE_HZ, 5.0))
    assert [window.start_s - 5.0 for window in after] == pytest.approx(
        [window.start_s for window in before]
    )
    assert [w.probability for w in after] == [w.probability for w in before]


def test_another_rate_is_refused(voice: VoiceActivity) -> None:
    with pytest.raises(InvalidArgumentError, match="16000 Hz, got 8000 Hz"):
        list(voice.open().push(np.zeros(512, np.float32), 8000, 0.0))


def test_a_model_of_pictures_hears_nothing(voice: VoiceActivity) -> None:
    with pytest.raises(SettingsError, match="needs silero-vad"):
        VoiceActivity(voice._engine, load_manifest().model("fr-liveness"))


def test_spans_bridge_breaths_and_leave_out_clicks() -> None:
    sure = {*range(10, 20), *range(23, 30), 50}
    windows = [VoiceWindow(i * WINDOW_S, 0.9 if i in sure else 0.1) for i in range(60)]
    spans = speech_spans(windows)
    assert len(spans) == 1
    assert (spans[0].start_s, spans[0].end_s) == pytest.approx((10 * WINDOW_S, 30 * WINDOW_S))


def test_the_rewritten_model_answers_as_the_original(voice: VoiceActivity) -> None:
    manifest = load_manifest()
    spec = manifest.model(voice.model_id)
    original = ort.InferenceSession(
        (ModelStore(manifest).cache_dir / spec.id / f"{spec.sha256}.onnx").read_bytes()
    )
    samples, state = made_speech(seed=3, duration_s=1.0).samples, np.zeros((2, 1, 128), np.float32)
    context, expected = np.zeros(64, np.float32), []
    for start in range(0, len(samples) - WINDOW + 1, WINDOW):
        window = np.concatenate([context, samples[start : start + WINDOW]])
        feed = {"input": window[None], "state": state, "sr": np.array(RATE_HZ, np.int64)}
        probability, state = original.run(None, feed)
        context = window[-64:]
        expected.append(float(probability.item()))
    assert [w.probability for w in heard(voice, samples)] == pytest.approx(expected, abs=1e-6)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["chinese_news", "bus_chinese"])
def test_chinese_is_speech(voice: VoiceActivity, shared_data: Path, name: str) -> None:
    chunks = read_sound(shared_data / "talking" / "speech" / f"{name}.wav")
    samples = np.concatenate([chunk.samples for chunk in chunks])
    spans = speech_spans(heard(voice, samples))
    spoken_s = sum(span.end_s - span.start_s for span in spans)
    assert spoken_s > 0.6 * len(samples) / RATE_HZ
