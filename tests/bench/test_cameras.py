"""What reading cameras costs is measured on a real server."""

from pathlib import Path

import pytest

from bench.cameras import CamerasPlan, bench_cameras, halves
from bench.footage import FPS, encode_h264
from bench.rtsp_server import PACKAGES, has_rtsp_server
from tests.support.clips import square_picture


@pytest.mark.rtsp
def test_every_camera_is_read_at_its_rate_and_sampled_at_five(tmp_path: Path) -> None:
    if not has_rtsp_server():
        pytest.skip(f"there is no RTSP server; apt-get install {PACKAGES}")
    footage = tmp_path / "camera.h264"
    footage.write_bytes(encode_h264([square_picture()] * FPS))
    said: list[str] = []
    plan = CamerasPlan(counts=(1, 2), span_s=1.5, warm_s=0.7)
    report = bench_cameras(plan, said.append, footage)
    assert report["cameras"] == 2
    assert isinstance(report["cores_by_cameras"], dict)
    assert set(report["cores_by_cameras"]) == {"1", "2"}
    assert 0 < float(str(report["decode_cores"])) < 2
    assert 5 < float(str(report["decoded_fps"])) < 40
    assert 1 < float(str(report["taken_fps"])) < 7
    assert len(said) == 2


def test_cameras_are_counted_up_in_doublings() -> None:
    assert halves(4) == (1, 2, 4)
    assert halves(6) == (1, 3, 6)
    assert halves(1) == (1,)
