"""How one clip is to be checked."""

from dataclasses import dataclass

# Every frame of a usual camera: leaving out one of six would make its steps uneven, by which lids,
# lips and edges are timed. More would show nothing else.
LOOK_FPS = 30.0


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """What is known of a clip before it comes, and what is wanted.

    is_live: whether frames come from a camera as they are taken; a file's times of arrival are
        made up, and rules about them do not apply. wants_heat: whether to keep a heat map of the
        frame that looks most forged. look_fps: frames a second that are looked at, at most.
    """

    is_live: bool
    wants_heat: bool = False
    look_fps: float = LOOK_FPS
