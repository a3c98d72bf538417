"""What an attendance goes on from after a restart and nobody else understands."""

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from base.errors import InvalidArgumentError
from decision.outcome import Reason
from deepfake.outcome import ForgeryOutcome
from vision.embedding import Embedding

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one stretch of the stream showed of forgery. length_s: of it."""

    outcome: ForgeryOutcome
    reasons: tuple[Reason, ...]
    length_s: float
    fake_score: float | None = None
    model_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Carry:
    """Templates and evidence of one participant.

    portrait: of the document. face: of the living person, as it was captured. stretches: judged so
    far. is_judging: whether one was under way; a restart loses it. is_done: whether every step is
    finished and only the verdict is missing.
    """

    portrait: Embedding | None = None
    face: Embedding | None = None
    stretches: tuple[Stretch, ...] = ()
    is_judging: bool = False
    is_done: bool = False

    def __repr__(self) -> str:
        return f"Carry({len(self.stretches)} stretches, is_done={self.is_done}, faces=<hidden>)"

    def with_stretch(self, stretch: Stretch) -> "Carry":
        """Return it with one more stretch judged."""
        return replace(self, stretches=(*self.stretches, stretch))

    def to_bytes(self) -> bytes:
        """Return it as it is sealed."""
        plain = {
            "version": _VERSION,
            "portrait": _face_to_plain(self.portrait),
            "face": _face_to_plain(self.face),
            "stretches": [_stretch_to_plain(one) for one in self.stretches],
            "is_judging": self.is_judging,
            "is_done": self.is_done,
        }
        return json.dumps(plain, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, sealed: bytes) -> "Carry":
        """Read what `to_bytes` made; nothing is read as nothing.

        Raises InvalidArgumentError if it is something else.
        """
        if not sealed:
            return cls()
        try:
            plain = json.loads(sealed)
            if plain["version"] != _VERSION:
                raise ValueError(f"version {plain['version']}")
            return cls(
                portrait=_face_from_plain(plain["portrait"]),
                face=_face_from_plain(plain["face"]),
                stretches=tuple(_stretch_from_plain(one) for one in plain["stretches"]),
                is_judging=bool(plain["is_judging"]),
                is_done=bool(plain["is_done"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidArgumentError(
                "what an attendance left to go on from cannot be read; the participant has to be "
                "invited anew",
                field="sealed",
            ) from error


def _face_to_plain(face: Embedding | None) -> dict[str, Any] | None:
    if face is None:
        return None
    vector = base64.b64encode(face.vector.astype("<f4").tobytes()).decode()
    return {"vector": vector, "model": face.model_id, "length": face.raw_length}


def _face_from_plain(plain: dict[str, Any] | None) -> Embedding | None:
    if plain is None:
        return None
    vector = np.frombuffer(base64.b64decode(plain["vector"]), "<f4").astype(np.float32)
    return Embedding(vector, str(plain["model"]), float(plain["length"]))


def _stretch_to_plain(stretch: Stretch) -> dict[str, Any]:
    return {
        "outcome": stretch.outcome.value,
        "reasons": [[reason.code, reason.text] for reason in stretch.reasons],
        "length_s": stretch.length_s,
        "fake_score": stretch.fake_score,
        "models": list(stretch.model_ids),
    }


def _stretch_from_plain(plain: dict[str, Any]) -> Stretch:
    return Stretch(
        outcome=ForgeryOutcome(plain["outcome"]),
        reasons=tuple(Reason(code, text) for code, text in plain["reasons"]),
        length_s=float(plain["length_s"]),
        fake_score=plain["fake_score"],
        model_ids=tuple(plain["models"]),
    )
