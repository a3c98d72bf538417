"""What the watches notice in clips of honest people, and in the same with other sound."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.watched_clips import WatchedClip

pytestmark = pytest.mark.shared
Watch = Callable[..., WatchedClip]
# The limits of lips were set on the first three, d0 and d3.
GRID = [f"talking/grid/{name}.mpg" for name in ("bbaf2n", "brbk7n", "lbax4n", "lrwp9a", "pwij3p")]
UNSEEN = "talking/interview/WDA_KatieHill_000.mp4"
SILENT = "talking/head_motion/d3.mp4"


@pytest.mark.parametrize("name", GRID[3:])
def test_whoever_speaks_is_heard_to_be_that_mouth(watch: Watch, name: str) -> None:
    seen = watch(name, end_s=2.7)
    assert seen.agreement.speaks is True
    assert seen.events == ()


def test_a_voice_beside_a_closed_mouth_is_noticed(watch: Watch) -> None:
    seen = watch(SILENT, sound="talking/speech/chinese_news.wav", from_s=3.0, end_s=9.0, fps=8.0)
    assert seen.agreement.speaks is False
    assert "VOICE_WITHOUT_MOUTH" in seen.codes


# Where no limit was set: talking people, mostly from near. The others are honest clips of the data
# on which the limits of the room behind a person were set.
HONEST = (
    *("talking/blink/*", "talking/grid/*", "talking/head_motion/*", "talking/interview/*"),
    *("pad/videos/*real*", "deepfake/videos/camera_*"),
)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("pattern", HONEST)
def test_honest_clips_give_no_alarms(watch: Watch, shared_data: Path, pattern: str) -> None:
    """Prints events a minute, by source; `-s` shows them."""
    counts: Counter[str] = Counter()
    length_s = 0.0
    for path in sorted(shared_data.glob(pattern)):
        seen = watch(str(path.relative_to(shared_data)))
        counts.update(seen.codes)
        length_s += seen.length_s
    print(f"{pattern}: {length_s:.0f} s, {dict(counts)}")
    assert length_s > 5
    assert counts.total() <= length_s / 60
