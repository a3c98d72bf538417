"""How one clip is to be checked."""

from dataclasses import dataclass

# Lips are followed at every frame that a usual camera gives; more would show nothing else.
LOOK_FPS = 25.0


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
