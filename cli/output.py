"""What every command says and how it ends: answers, errors, exit codes.

Exit 0 for any answer, 2 for a request that was wrong, 1 for a fault. With `--json` exactly one
object goes to standard output; everything else goes to standard error.
"""

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

from base.errors import AccessError, InvalidInputError, SmartBranchError, StateError

EXIT_FAULT = 1
EXIT_BAD_INPUT = 2
_CALLERS_TO_MEND = (InvalidInputError, StateError, AccessError)

T = TypeVar("T")


def emit(
    payload: Mapping[str, Any],
    as_json: bool,
    human: Callable[[Mapping[str, Any]], str] | str | None = None,
) -> None:
    """Print one answer on standard output.

    payload: the answer as plain JSON values; printed as one object if `as_json`.
    human: the same answer for people, ready or made from the payload; None prints nothing.
    """
    if as_json:
        # Infinity and NaN are no JSON; an answer that holds one is a fault, not an answer.
        print(json.dumps(payload, ensure_ascii=False, allow_nan=False))
        return
    text = human(payload) if callable(human) else human
    if text is not None:
        print(text)


def note(text: str) -> None:
    """Print a line beside the answer, on standard error."""
    print(text, file=sys.stderr)


def exit_code(error: BaseException) -> int:
    """Return 2 if the caller can mend it by a different request, else 1."""
    return EXIT_BAD_INPUT if isinstance(error, _CALLERS_TO_MEND) else EXIT_FAULT


def report_error(error: Exception, as_json: bool) -> int:
    """Say what went wrong in one line and return the exit code.

    An error that is not of our tree also leaves its trace on standard error.
    """
    if isinstance(error, SmartBranchError):
        _say(error.reason, error.message, error.metadata, as_json)
    else:
        traceback.print_exception(error)
        _say("INTERNAL", f"unexpected {type(error).__name__}", {}, as_json)
    return exit_code(error)


def report_usage(error: typer.TyperException, as_json: bool) -> int:
    """Say in one line what is wrong with the command line and return the exit code."""
    message = " ".join(error.format_message().split())
    if message:
        _say("USAGE", message, {}, as_json)
    return error.exit_code


def _say(reason: str, message: str, metadata: Mapping[str, str], as_json: bool) -> None:
    note(f"error {reason}: {message}")
    if as_json:
        emit({"error": {"reason": reason, "message": message, "metadata": metadata}}, as_json)


@contextmanager
def errors_reported(as_json: bool) -> Iterator[None]:
    """Turn every error inside the block into one line and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except Exception as error:
        raise typer.Exit(report_error(error, as_json)) from error


def run(action: Callable[[], T], as_json: bool = False) -> T:
    """Return what `action` returns; its errors become one line and an exit code."""
    with errors_reported(as_json):
        return action()
