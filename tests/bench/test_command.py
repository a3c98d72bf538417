import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timed

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


@pytest.mark.slow
def test_face_measures_over_a_real_server_without_the_peer() -> None:
    report = run_bench("face", "--quick", "--no-peer")
    assert set(report) >= KEYS
    assert report["throughput_ratio"] is None
    share = report["concurrent_share"]
    assert isinstance(share, float)
    assert 0 < share < 3


def test_sessions_are_counted_and_their_steps_timed() -> None:
    report = run_bench("liveness", "--quick")
    steps = report["steps_ms"]
    assert isinstance(steps, dict)
    assert set(steps) == {"decode", "detect", "landmarks", "passive", "embed"}
    for median, low, high in steps.values():
        assert 0 < low <= median <= high
    judged, budget = report["passive_and_landmarks_ms"], report["budget_ms"]
    assert isinstance(judged, float)
    assert judged == pytest.approx(steps["passive"][0] + steps["landmarks"][0], abs=0.02)
    assert budget == 35
    sessions, cores, per_core = (report[key] for key in ("sessions", "cores", "sessions_per_core"))
    assert isinstance(sessions, float)
    assert isinstance(cores, int)
    assert per_core == pytest.approx(sessions / cores, abs=0.01)
    paced = report["paced"]
    assert isinstance(paced, list)
    assert all(0 < one["looked_at"] <= 1 for one in paced)


@pytest.mark.slow
def test_a_clip_is_checked_against_how_fast_it_plays() -> None:
    report = run_bench("deepfake", "--quick")
    assert report["clip_frames"] == report["looked_at"] == 50
    numbers = [
        report[key]
        for key in ("realtime_factor", "realtime_factor_together", "ms_a_frame", "resident_mib")
    ]
    assert all(isinstance(number, float) and number > 0 for number in numbers)
    judged = report["judged_by_frame_model"]
    assert isinstance(judged, int)
    assert 4 <= judged <= 50


@pytest.mark.slow
def test_overload_is_refused_and_nothing_else_goes_wrong() -> None:
    report = run_bench("load", "--seconds", "2")
    codes = report["codes"]
    assert isinstance(codes, dict)
    assert codes["OK"] > 0
    assert codes["RESOURCE_EXHAUSTED"] > codes["OK"]
    assert report["other_codes"] == []


@pytest.mark.slow
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


@pytest.mark.slow
def test_every_alert_is_on_every_tablet_of_its_branch_and_on_no_other() -> None:
    report = run_bench("lobby", "--quick", "--branches", "3", "--tablets", "2", "--alerts", "6")
    assert (report["alerts"], report["deliveries"]) == (60, 120)
    assert (report["missing"], report["strays"]) == (0, 0)


@pytest.mark.slow
def test_an_interview_is_advised_and_decided_over_a_real_server() -> None:
    report = run_bench("interview", "--quick", "--participants", "1")
    assert report["participants"] == 1
    assert report["advice_count"] == 4
    advice, verdict = report["advice_p95_ms"], report["verdict_after_last_frame_ms"]
    assert isinstance(advice, float)
    assert isinstance(verdict, float)
    assert 0 < advice <= 3000
    assert 0 < verdict
