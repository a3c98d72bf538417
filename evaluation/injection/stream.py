"""How shots come to a server: captured by a camera, numbered, and sent over some line."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from evaluation.injection.film import Film, Look, Shot, made_over
from media.chunks import decode_frame
from media.frame import Frame

_BEGUN = datetime(2026, 3, 2, 9, 30, 0, 417_293, UTC)
_MONOTONIC_S = 1_000.0
# A webcam's captures are this far off their rate; the least delay of a line.
_CAMERA_JITTER_S, _LEAST_DELAY_S = 0.0008, 0.03


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """One picture on its way. captured_s: by the camera's clock; arrival_s: by the server's."""

    data: bytes
    captured_s: float
    arrival_s: float

    def __repr__(self) -> str:
        return f"Sent({self.captured_s:.3f} s, {len(self.data)} bytes, picture=<hidden>)"


@dataclass(frozen=True, slots=True)
class Line:
    """A line between camera and server.

    loss, repeat: shares of pictures that are lost, or sent twice. jitter_s: mean of what each is
    late. stall_s: silence every three seconds, after which what waited comes at once. fps: that
    the client can send, None for the camera's. looks: that an adaptive client changes between.
    """

    loss: float = 0.0
    repeat: float = 0.0
    jitter_s: float = 0.004
    stall_s: float = 0.0
    fps: float | None = None
    looks: Sequence[Look] = ()


GOOD_LINE = Line()
_STALL_EVERY_S = 3.0


def send(shots: Film, dice: random.Random, line: Line = GOOD_LINE) -> tuple[Sent, ...]:
    """Return what arrives of shots that a camera takes at their times, in order of arrival."""
    sent, due_s, last_s = [], -1.0, 0.0
    for place, shot in enumerate(shots):
        if line.fps is not None and shot.time_s < due_s - 1e-3:
            continue
        due_s = shot.time_s + 1 / line.fps if line.fps is not None else due_s
        if place and dice.random() < line.loss:
            continue
        captured_s = shot.time_s + dice.gauss(0.0, _CAMERA_JITTER_S)
        arrival_s = shot.time_s + _LEAST_DELAY_S + dice.expovariate(1 / line.jitter_s)
        into_s = shot.time_s % _STALL_EVERY_S
        if line.stall_s and shot.time_s > _STALL_EVERY_S and into_s < line.stall_s:
            arrival_s += line.stall_s - into_s
        last_s = max(last_s, arrival_s)
        data = _adapted(shot, line, place, len(shots)).data
        sent.append(Sent(data, captured_s, last_s))
        if dice.random() < line.repeat:
            sent.append(Sent(data, captured_s + 0.001, last_s + 0.001))
            last_s += 0.001
    return tuple(sent)


def exactly_timed(sent: Sequence[Sent], fps: float) -> tuple[Sent, ...]:
    """Return the same pictures with captures at a perfect rate."""
    return tuple(replace(one, captured_s=place / fps) for place, one in enumerate(sent))


def frames_of(sent: Sequence[Sent]) -> Iterator[Frame]:
    """Yield the frames as a server decodes them."""
    for index, one in enumerate(sent):
        yield decode_frame(
            one.data,
            index,
            _MONOTONIC_S + one.arrival_s,
            pts_s=max(one.captured_s, 0.0),
            capture_time=_BEGUN + timedelta(seconds=one.captured_s),
        )


def _adapted(shot: Shot, line: Line, place: int, count: int) -> Shot:
    if not line.looks:
        return shot
    return made_over(shot, line.looks[place * len(line.looks) // max(count, 1)], place)
