from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from client.liveness_types import Challenge as Move
from client.liveness_types import (
    Event,
    LivenessCheck,
    LivenessDecision,
    LivenessOutcome,
    Opened,
    OperatingPoint,
    Prompt,
    Verdict,
)
from client.types import Face, Reason
from tour import photographs
from tour.door import Door
from tour.liveness import show_liveness


class CredulousDoor:
    """Takes everything for a living person, whatever it is shown."""

    def check_liveness(self, picture: bytes) -> LivenessCheck:
        return LivenessCheck(self._decision(), cast(Face, None))

    def run_session(
        self, pictures: Sequence[bytes], fps: float, challenge_count: int = 1
    ) -> tuple[tuple[Event, ...], Verdict]:
        opened = Opened("session", "00", datetime.now(UTC), fps, 1, False)
        prompt = Prompt(1, Move.BLINK, "Blink", 5.0)
        return (opened, prompt), Verdict(self._decision(), (), 1)

    def _decision(self) -> LivenessDecision:
        reason = Reason("LOOKS_LIVE", "It looks like a living face.")
        point = OperatingPoint(0.1, 0.1, "nothing")
        return LivenessDecision(LivenessOutcome.LIVE, (reason,), (), 0.9, point, ())


def test_a_server_that_takes_everything_for_live_breaks_the_promises() -> None:
    chapter = show_liveness(cast(Door, CredulousDoor()), photographs.people()[:2])
    kept = {finding.subject: finding.is_kept for finding in chapter.findings}
    assert kept == {
        "a photograph of a person": True,
        "2 faces on screens": False,
        "a wall": False,
        "two people": False,
        "a print in a hand, in a session": False,
        "a frozen picture, in a session": False,
    }
    assert "asked: Blink" in chapter.findings[-1].seen
