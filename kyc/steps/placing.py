"""What would make a participant's picture better, without looking at who it is."""

from liveness.presence import check_presence
from vision.continuity.glance import Glance
from vision.frame_analysis import FrameAnalysis


def advise_on_place(look: FrameAnalysis) -> str | None:
    """Return what would place and light the face better; None where nothing has to be mended."""
    return check_presence(look, Glance(look.grid)).advice
