import json
import subprocess
import sys

import pytest

KEYS = {"peer", "throughput_ratio", "single_caller_overhead", "concurrent_share"}


def run_bench(*words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "bench", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_face_measures_over_a_real_server_without_the_peer() -> None:
    report = run_bench("face", "--quick", "--no-peer")
    assert set(report) >= KEYS
    assert report["throughput_ratio"] is None
    share = report["concurrent_share"]
    assert isinstance(share, float)
    assert 0 < share < 3


def test_overload_is_refused_and_nothing_else_goes_wrong() -> None:
    report = run_bench("load", "--seconds", "2")
    codes = report["codes"]
    assert isinstance(codes, dict)
    assert codes["OK"] > 0
    assert codes["RESOURCE_EXHAUSTED"] > codes["OK"]
    assert report["other_codes"] == []


def test_memory_is_read_on_the_way() -> None:
    report = run_bench("memory", "--requests", "40")
    assert isinstance(report["growth"], float)
    curve = report["curve_mib"]
    assert isinstance(curve, dict)
    assert len(curve) > 10


@pytest.mark.slow
def test_the_server_is_ready_within_ten_seconds() -> None:
    slowest = run_bench("startup", "--rounds", "2")["slowest_s"]
    assert isinstance(slowest, float)
    assert slowest <= 10
