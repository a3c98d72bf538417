"""What one file was answered, and a book that keeps answers while a long run goes on."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from base.errors import InvalidArgumentError
from deepfake.outcome import ForgeryOutcome
from evaluation.manifest import LabelledFile


@dataclass(frozen=True, slots=True)
class ForgeryAnswer:
    """What one picture or clip got.

    outcome: None for no response. fake_score: None if nothing could be measured.
    reason: the code of the first reason, or of the error where there was no response.
    scores: of each signal that has one. moments: codes of what was noticed in a clip.
    logits: what the frame model gave each frame that it looked at, fit or not.
    """

    outcome: ForgeryOutcome | None
    fake_score: float | None
    reason: str
    is_clip: bool = False
    scores: Mapping[str, float] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    logits: tuple[float, ...] = ()


class AnswerBook:
    """Answers in a file of one line each, so that a run that was cut off goes on where it was.

    path: None keeps nothing. stamp: what the answers hang on, such as the models' hashes.
    Safe to share between threads. Raises InvalidArgumentError for a file that is no book of
    this stamp.
    """

    def __init__(self, path: Path | None, stamp: Mapping[str, str]) -> None:
        self._known: dict[str, ForgeryAnswer] = {}
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        if path is None:
            return
        is_old = path.is_file() and path.stat().st_size > 0
        if is_old:
            self._read(path, stamp)
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise InvalidArgumentError(
                f"{path.name} cannot be written: {error.strerror}", field="answers"
            ) from error
        if not is_old:
            self._write({"stamp": dict(stamp)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def get(self, row: LabelledFile) -> ForgeryAnswer | None:
        """Return what a file was answered before, None if it was not or has changed."""
        return self._known.get(_key(row))

    def put(self, row: LabelledFile, answer: ForgeryAnswer) -> None:
        """Keep an answer."""
        if self._file is not None:
            self._write({"file": _key(row), "answer": _to_plain(answer)})

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self._file is not None
        with self._lock:
            self._file.write(json.dumps(line, allow_nan=False) + "\n")
            self._file.flush()

    def _read(self, path: Path, stamp: Mapping[str, str]) -> None:
        try:
            with path.open(encoding="utf-8") as file:
                first = json.loads(next(file))
                if first.get("stamp") != dict(stamp):
                    raise InvalidArgumentError(
                        f"the answers in {path.name} were given by other models than are used "
                        "now; name another file",
                        field="answers",
                    )
                for text in file:
                    self._keep(text)
            _drop_half_line(path)
        except (
            OSError,
            UnicodeDecodeError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:
            raise InvalidArgumentError(
                f"{path.name} holds no answers of this command", field="answers"
            ) from error

    def _keep(self, text: str) -> None:
        if not text.endswith("\n"):
            return  # Cut off while it was written; the file is judged again.
        line = json.loads(text)
        self._known[line["file"]] = _from_plain(line["answer"])


def _drop_half_line(path: Path) -> None:
    """Cut off what was being written when a run ended."""
    with path.open("r+b") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)


def _key(row: LabelledFile) -> str:
    """Return what a file is known by; another one under its name has another."""
    state = row.path.stat()
    return f"{row.name}|{state.st_size}|{state.st_mtime_ns}"


def _to_plain(answer: ForgeryAnswer) -> dict[str, Any]:
    outcome = answer.outcome
    return asdict(answer) | {"outcome": outcome.value if outcome else None}


def _from_plain(plain: Mapping[str, Any]) -> ForgeryAnswer:
    outcome = plain["outcome"]
    return ForgeryAnswer(
        outcome=ForgeryOutcome(outcome) if outcome else None,
        fake_score=plain["fake_score"],
        reason=plain["reason"],
        is_clip=plain["is_clip"],
        scores=plain["scores"],
        moments=tuple(plain["moments"]),
        logits=tuple(plain["logits"]),
    )
