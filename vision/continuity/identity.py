"""Whether it is one person all along, by the error rates of face comparison."""

from enum import Enum

from decision.findings import Finding, Weight
from decision.rates import ErrorRateTable
from vision.embedding import Embedding

CHANGED = "FACE_CHANGED"
# At or above the first rate's similarity it is the same person: one in a thousand strangers
# gets there. Below the second's it is another: one in twenty strangers would be taken for the
# person, and one in three hundred pictures of the person for a stranger.
SAME_FMR, OTHER_FMR = 1e-3, 0.05
# One look may catch a blurred face; two in a row do not.
_LOOKS_TO_BE_SURE = 2


class Sameness(Enum):
    """What one look says about the person."""

    SAME = "SAME"
    UNSURE = "UNSURE"
    OTHER = "OTHER"


class IdentityWatch:
    """Compares faces with the first one that was good.

    table: None where the embedder was not measured: no look is then sure.
    """

    def __init__(self, table: ErrorRateTable | None) -> None:
        self._limits: tuple[float, float] | None = None
        if table is not None:
            self._limits = table.threshold_at(SAME_FMR), table.threshold_at(OTHER_FMR)
        self._reference: Embedding | None = None
        self._others_in_a_row = 0
        self.lowest_similarity: float | None = None
        self.confirmed_s: float | None = None

    @property
    def has_reference(self) -> bool:
        """Whether a first face is known."""
        return self._reference is not None

    def push(self, embedding: Embedding, time_s: float, is_good: bool = True) -> Sameness:
        """Take one look; the first becomes the reference.

        is_good: whether the face is fit for comparison. One that is not may turn out to be the
        same person, and never another. confirmed_s: when a look last said that it is the same.
        """
        if self._reference is None:
            self._reference = embedding
            self.confirmed_s = time_s
            return Sameness.SAME
        similarity = float(self._reference.vector @ embedding.vector)
        lowest = self.lowest_similarity
        self.lowest_similarity = similarity if lowest is None else min(lowest, similarity)
        sameness = self._judge(similarity)
        if sameness is Sameness.OTHER and not is_good:
            sameness = Sameness.UNSURE
        is_other = sameness is Sameness.OTHER
        self._others_in_a_row = self._others_in_a_row + 1 if is_other else 0
        if sameness is Sameness.SAME:
            self.confirmed_s = time_s
        return sameness

    @property
    def is_doubtful(self) -> bool:
        """Whether the last look showed somebody else."""
        return self._others_in_a_row > 0

    def finding(self, frame_index: int) -> Finding | None:
        """Return that the person has changed, once that is sure."""
        if self._others_in_a_row < _LOOKS_TO_BE_SURE:
            return None
        return Finding(CHANGED, Weight.BREAKS, frame_index)

    def is_confirmed_since(self, time_s: float) -> bool:
        """Return whether a look at or after a time said that it is the same person."""
        return self.confirmed_s is not None and self.confirmed_s >= time_s

    def _judge(self, similarity: float) -> Sameness:
        if self._limits is None:
            return Sameness.UNSURE
        same, other = self._limits
        if similarity >= same:
            return Sameness.SAME
        return Sameness.OTHER if similarity < other else Sameness.UNSURE
