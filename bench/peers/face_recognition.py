"""dlib's face_recognition, one process a core, since it works on one core at a time."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from base.errors import SettingsError
from bench.peers.environment import HERE, Say, peer_python

NAME = "face_recognition"


@dataclass(slots=True)
class PeerTally:
    """What the peer answered so far; a missed pair had no face for it."""

    pairs: int = 0
    matched: int = 0
    missed: int = 0


class FaceRecognitionPeer:
    """Worker processes that verify the same pairs; a context manager."""

    def __init__(self, pairs: Sequence[tuple[Path, Path]], workers: int, say: Say) -> None:
        python = peer_python(NAME, say)
        script = HERE / "face_recognition_worker.py"
        files = [str(path) for pair in pairs for path in pair]
        self.tally = PeerTally()
        self._workers = [
            subprocess.Popen(
                # -P: the worker's folder has a module of the same name as the peer's package.
                [str(python), "-P", "-W", "ignore", str(script), *files],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(workers)
        ]
        for worker in self._workers:
            _answer(worker)

    def pairs_per_s(self, pairs_each: int) -> float:
        """Let every worker verify `pairs_each` pairs at once; return pairs a second of all."""
        started = time.perf_counter()
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.write(f"{pairs_each}\n")
            worker.stdin.flush()
        for worker in self._workers:
            answer = _answer(worker)
            self.tally.pairs += answer["pairs"]
            self.tally.matched += answer["matched"]
            self.tally.missed += answer["missed"]
        return pairs_each * len(self._workers) / (time.perf_counter() - started)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            if worker.stdin is not None:
                worker.stdin.close()
        for worker in self._workers:
            try:
                worker.wait(timeout=10)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            if worker.stdout is not None:
                worker.stdout.close()


def _answer(worker: "subprocess.Popen[str]") -> dict[str, int]:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise SettingsError(f"{NAME} ended by itself with {worker.wait()}; its lines say why")
    answer: dict[str, int] = json.loads(line)
    return answer
