"""Sound comes as one channel at one rate, in step with the pictures."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import BrokenClipError, ClipTooLongError, InvalidInputError, UnsupportedClipError
from media.clips import read_frames
from media.containers import ClipLimits
from media.frame import Samples, SoundChunk
from media.sound import read_sound
from tests.support.clips import TONE_HZ, make_clip, make_wav, tone


def joined(chunks: list[SoundChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def pitch_hz(samples: Samples, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))


def stereo(rate_hz: int, left: float = 1.0, right: float = 1.0) -> bytes:
    both = np.stack([left * tone(1.0, rate_hz), right * tone(1.0, rate_hz)])
    return make_wav((both * 32_767).astype(np.int16), rate_hz)


@pytest.mark.parametrize("codec", ["mp4-h264", "webm-vp8", "mpeg-mpeg2", "avi-mpeg4"])
def test_a_clips_sound_is_one_channel_at_16_khz(codec: str) -> None:
    chunks = list(read_sound(make_clip(codec, tone_s=2.0)))
    samples = joined(chunks)
    assert {chunk.rate_hz for chunk in chunks} == {16_000}
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(32_000, abs=1_000)
    assert pitch_hz(samples, 16_000) == pytest.approx(TONE_HZ, abs=2)
    assert 0.45 < np.abs(samples).max() <= 1.0


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_a_wav_file_of_any_rate_is_read(rate_hz: int) -> None:
    samples = joined(list(read_sound(stereo(rate_hz))))
    assert len(samples) == pytest.approx(16_000, abs=100)
    assert pitch_hz(samples, 16_000) == pytest.approx(TONE_HZ, abs=2)


def test_two_channels_become_their_mean() -> None:
    samples = joined(list(read_sound(stereo(16_000, left=1.0, right=0.0))))
    assert np.abs(samples).max() == pytest.approx(0.25, abs=0.02)


def test_another_rate_can_be_asked_for() -> None:
    chunks = list(read_sound(stereo(16_000), rate_hz=8_000))
    assert len(joined(chunks)) == pytest.approx(8_000, abs=50)


def test_pieces_join_without_gaps() -> None:
    chunks = list(read_sound(make_clip(tone_s=2.0), started_monotonic_s=50.0))
    for before, after in pairwise(chunks):
        assert before.pts_s is not None
        assert after.pts_s == pytest.approx(before.pts_s + before.duration_s)
        assert after.received_monotonic_s >= before.received_monotonic_s >= 50.0


def test_sound_and_pictures_of_a_clip_share_their_times() -> None:
    """MPEG starts its times at half a second."""
    clip = make_clip("mpeg-mpeg2", tone_s=1.0)
    frame, chunk = next(read_frames(clip)), next(read_sound(clip))
    assert frame.pts_s is not None
    assert chunk.pts_s == pytest.approx(frame.pts_s, abs=0.05)
    assert chunk.received_monotonic_s == pytest.approx(frame.received_monotonic_s, abs=0.05)


def test_a_silent_film_has_no_sound() -> None:
    assert list(read_sound(make_clip())) == []


def test_too_long_a_recording_is_refused() -> None:
    with pytest.raises(ClipTooLongError):
        list(read_sound(stereo(16_000), ClipLimits(max_duration_s=0.5)))


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(UnsupportedClipError):
        list(read_sound(b"notes\n"))


def test_an_empty_recording_is_broken() -> None:
    with pytest.raises(BrokenClipError):
        list(read_sound(b"RIFF\x04\x00\x00\x00WAVE"))


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), kept=st.floats(0.001, 1))
def test_damage_gives_sound_or_an_error_of_the_tree(place: float, value: int, kept: float) -> None:
    wav = bytearray(stereo(8_000)[:4_000])
    wav[int(place * 60)] = value  # The header, where damage matters.
    try:
        for chunk in read_sound(bytes(wav[: int(len(wav) * kept)])):
            assert np.isfinite(chunk.samples).all()
    except InvalidInputError:
        pass
