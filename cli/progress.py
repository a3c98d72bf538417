"""A progress bar on standard error, on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Advance = Callable[[int], None]


@contextmanager
def counting(what: str) -> Iterator[Callable[[int | None], Advance]]:
    """Yield a function that takes the total and returns what to call with each step done.

    A total of None is one that nobody knows beforehand.
    """
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:

        def start(total: int | None) -> Advance:
            task = bar.add_task(what, total=total)
            return lambda done: bar.advance(task, done)

        yield start
