"""How long a visit lasts, and how much of strangers is remembered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrangerMatch:
    """From which similarity on two faces that nobody knows are taken for one person.

    min_similarity: what the operating point of `model_id` asks for at `fmr`.
    """

    min_similarity: float
    fmr: float
    model_id: str

    def __post_init__(self) -> None:
        if not -1 <= self.min_similarity <= 1:
            raise ValueError(f"min_similarity must be -1 to 1, got {self.min_similarity:g}")
        if not 0 < self.fmr < 1:
            raise ValueError(f"fmr must be above 0 and below 1, got {self.fmr:g}")


@dataclass(frozen=True, slots=True)
class VisitLimits:
    """When a visit ends, when it goes on, and what is forgotten when.

    gone_after_s: silence after which a visit ends. gone_after_final_s: the same where every
    camera said that it has lost the person. rejoin_s: absence of a known person that is still the
    same visit. stranger_memory_s: life of a stranger's embeddings after being last seen.
    place_hold_s: time for which another camera's zone does not replace the present one.
    split_faces: faces in a row of another known person that move a track to another visit.
    """

    gone_after_s: float = 300.0
    gone_after_final_s: float = 90.0
    rejoin_s: float = 300.0
    stranger_memory_s: float = 300.0
    place_hold_s: float = 10.0
    split_faces: int = 2
    embeddings_per_visit: int = 4
    max_embeddings: int = 512
    max_open: int = 2000
    max_ended: int = 1000

    def __post_init__(self) -> None:
        for name in ("gone_after_s", "gone_after_final_s", "rejoin_s", "stranger_memory_s",
                     "place_hold_s"):  # fmt: skip
            if not 0 < getattr(self, name) <= 86_400:
                raise ValueError(f"{name} must be above 0 and at most a day")
        for name in ("split_faces", "embeddings_per_visit", "max_embeddings", "max_open",
                     "max_ended"):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.gone_after_final_s > self.gone_after_s:
            raise ValueError("gone_after_final_s must be at most gone_after_s")
