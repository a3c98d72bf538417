"""Plugin: a browser test that was skipped on CI is a failure."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip around: on CI everything that a browser test needs is installed."""
    report = yield
    on_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    if on_ci and report.skipped and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure on CI: {report.longrepr}"
    return report
