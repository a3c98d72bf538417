"""The kit's attacks and controls, in the terms of CEN/TS 18099.

An attack is an instrument (the media that is shown) brought in by a method (how it replaces what
the camera sees). A virtual camera's pictures are captured, signed and sent like a camera's; whoever
sits on the line changes what was signed.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from evaluation.injection import chains, instruments
from evaluation.injection.chains import Handling
from evaluation.injection.film import Film, Look
from evaluation.injection.stream import GOOD_LINE, Line

Instrument = Callable[[Film, Film, random.Random], Film]


class Injection(Enum):
    """How an instrument is brought in."""

    VIRTUAL_CAMERA = "virtual camera"
    ON_THE_LINE = "change on the line"
    NONE = "genuine"


@dataclass(frozen=True, slots=True)
class Method:
    """One way of making a stream of clips.

    shows: the instrument. line: what it is sent over. handling: what happens to the signed chain,
    which is then all that is judged. exact_fps: captures keep to this rate perfectly.
    """

    injection: Injection
    shows: Instrument = instruments.again
    line: Line = GOOD_LINE
    handling: Handling | None = None
    exact_fps: float | None = None


def _shown(instrument: Instrument) -> Method:
    return Method(Injection.VIRTUAL_CAMERA, instrument)


def _handled(handling: Handling) -> Method:
    return Method(Injection.ON_THE_LINE, handling=handling)


ATTACKS: Final[Mapping[str, Method]] = {
    "replay": _shown(instruments.again),
    "loop": _shown(instruments.looped),
    "loop_disguised": _shown(instruments.disguised_loop),
    "ping_pong": _shown(instruments.ping_pong),
    "freeze": _shown(instruments.frozen),
    "freeze_disguised": _shown(instruments.disguised_freeze),
    "splice": _shown(instruments.spliced),
    "splice_within": _shown(instruments.spliced_within),
    "splice_faded": _shown(instruments.cross_faded),
    "splice_other_encoder": _shown(instruments.spliced_from_another),
    "reorder": _shown(instruments.reordered),
    "reverse": _shown(instruments.reversed_in_time),
    "hurry": _shown(instruments.hurried),
    "other_encoder": _shown(instruments.encoded_by_another),
    "perfect_cadence": Method(Injection.VIRTUAL_CAMERA, exact_fps=25.0),
    "chain_edit": _handled(chains.edited),
    "chain_retime": _handled(chains.retimed),
    "chain_reorder": _handled(chains.moved),
    "chain_thin_out": _handled(chains.thinned),
    "chain_cut_off": _handled(chains.cut_off),
    "chain_strip": _handled(chains.stripped),
    "chain_other_session": _handled(chains.of_another_session),
}

_ADAPTING = tuple(Look(quality=quality) for quality in (85, 60, 40, 70))
_SHRINKING = (Look(quality=60), Look(quality=30, scale=0.75), Look(quality=45))


def _sent(line: Line) -> Method:
    return Method(Injection.NONE, line=line)


CONTROLS: Final[Mapping[str, Method]] = {
    "good_line": _sent(GOOD_LINE),
    "lossy": _sent(Line(loss=0.05, jitter_s=0.02)),
    "jittery": _sent(Line(loss=0.02, jitter_s=0.06, stall_s=0.3)),
    "poor": _sent(Line(0.15, 0.03, 0.05, 0.4, 15.0, _ADAPTING)),
    "very_poor": _sent(Line(0.25, 0.05, 0.08, 0.5, 12.0, _SHRINKING)),
    "slow": _sent(Line(jitter_s=0.03, fps=8.0)),
    "chain": Method(Injection.NONE, handling=chains.untouched),
    "chain_lossy": Method(Injection.NONE, handling=chains.lossy),
}
