"""The kit on this machine's models."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from base.errors import InvalidArgumentError
from evaluation.deepfake.pipeline import open_forgery_judge
from evaluation.injection.judges import ForgeryJudge, OpenJudge, WatchJudge
from evaluation.injection.methods import ATTACKS, CONTROLS
from evaluation.injection.result import KitReport
from evaluation.injection.run import SEED, Progress, run_kit
from evaluation.pipeline import open_eyes
from inference.manifest import load_manifest


@dataclass(frozen=True, slots=True)
class InjectionRun:
    """What to attack. is_whole: judge the look of the face as well as the course of the stream."""

    clips: tuple[Path, ...]
    seed: int = SEED
    is_whole: bool = False


def run_injection(
    run: InjectionRun, start_progress: Callable[[int], Progress] = lambda _: lambda _: None
) -> KitReport:
    """Try every method on every clip.

    start_progress: called with the number of streams; what it returns, with 1 for each.
    Raises InvalidArgumentError for clips that the kit cannot use, and what opening models raises.
    """
    missing = [path.name for path in run.clips if not path.is_file()]
    if missing:
        raise InvalidArgumentError(f"there is no file {missing[0]}", field="clips")
    with _open_judge(run.is_whole) as open_judge:
        progress = start_progress(len(run.clips) * (len(ATTACKS) + len(CONTROLS)))
        try:
            return run_kit(run.clips, open_judge, run.seed, progress=progress)
        except ValueError as error:
            raise InvalidArgumentError(str(error), field="clips") from error


@contextmanager
def _open_judge(is_whole: bool) -> Iterator[OpenJudge]:
    if is_whole:
        with open_forgery_judge() as opened:
            yield lambda: ForgeryJudge(opened.judge.forgery, opened.eyes.vision)
        return
    with open_eyes(load_manifest(), []) as eyes:
        yield lambda: WatchJudge(eyes.vision)
