"""The budgets of the house, printed for all to see; file length is the one gate."""

import statistics
from collections.abc import Iterable

import pytest

from tests.support.source_tree import (
    ROOT,
    comment_count,
    files_of_tests,
    function_lines,
    functions,
    is_typed,
    line_count,
    source_files,
)

MAX_FILE_LINES = 400


def test_a_file_can_be_read_in_one_sitting() -> None:
    files = [*source_files(), *files_of_tests()]
    assert not {str(path) for path in files if line_count(path) > MAX_FILE_LINES}


def test_the_budgets_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(budget_lines()))


def budget_lines() -> Iterable[str]:
    files = [path for path in source_files() if line_count(path)]
    every = [(path, node) for path in files for node in functions(path)]
    if not every:
        return
    lengths = sorted(function_lines(node) for _, node in every)
    modules = [line_count(path) for path in files]
    tests = sum(line_count(path) for path in files_of_tests())
    comments = 100 * sum(comment_count(path) for path in files) / sum(modules)
    typed = sum(is_typed(node) for _, node in every) / len(every)
    longest = max(every, key=lambda one: function_lines(one[1]))
    yield "budget                      is        aim"
    yield f"module lines, median        {statistics.median(modules):<9g} <= 150"
    yield f"module lines, longest       {max(modules):<9} <= 300, gate {MAX_FILE_LINES}"
    yield f"function lines, median      {statistics.median(lengths):<9g} <= 10"
    yield f"function lines, p90         {lengths[int(0.9 * len(lengths))]:<9} <= 35"
    yield (
        f"function lines, longest     {lengths[-1]:<9} <= 60 "
        f"({longest[0].relative_to(ROOT)}: {longest[1].name})"
    )
    yield f"comments in 100 lines       {comments:<9.1f} 2 to 5"
    yield f"functions fully typed       {typed:<9.1%} 100 %"
    yield f"test lines : source lines   {tests / sum(modules):<9.2f} >= 1"
