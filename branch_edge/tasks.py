"""Tasks that belong together: when one ends, so do the others."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_first_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, then end the others and return, or raise what one of them raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    # Every one is asked, or the loop would tell of those that nobody did.
    failures = [task.exception() for task in tasks if not task.cancelled()]
    for failure in failures:
        if failure is not None:
            raise failure
