"""Plugin: a test that was skipped on CI for want of a browser or RTSP server is a failure."""

import os
from collections.abc import Generator

import pytest

_INSTALLED = ("browser", "rtsp")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip around: on CI everything that these tests need is installed."""
    report = yield
    on_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    if on_ci and report.skipped and any(item.get_closest_marker(kind) for kind in _INSTALLED):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure on CI: {report.longrepr}"
    return report
