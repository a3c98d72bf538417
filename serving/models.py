"""What an answer says about the model behind it."""

from dataclasses import dataclass
from typing import Literal

from vision.assembly import MIRRORED, SINGLE
from vision.embedding import MIRROR_SUFFIX


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model in use. variant: `single` or `mirrored`. provider: what it runs on."""

    model_id: str
    variant: str
    provider: str
    terms: Literal["open", "undisclosed-data", "research"]

    @property
    def marked_id(self) -> str:
        """The id as templates and the command line carry it, with its variant."""
        return self.model_id + (MIRROR_SUFFIX if self.variant == MIRRORED else "")


def variant_of(mirror: bool) -> str:
    """Return the name of the variant."""
    return MIRRORED if mirror else SINGLE
