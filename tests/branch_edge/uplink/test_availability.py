from base.errors import CameraTakenOverError, DeviceRevokedError, LinkLostError
from branch_edge.uplink.availability import LinkWatch
from tests.support.edge_links import capturing_log

LOST = LinkLostError("the connection broke")
REVOKED = DeviceRevokedError("the device was revoked")


def test_a_link_of_many_cameras_goes_and_comes_back_once() -> None:
    log, capture = capturing_log()
    watch = LinkWatch(log)
    for camera in ("a", "b"):
        watch.opened(camera)
    for _ in range(3):
        for camera in ("a", "b"):
            watch.lost(camera, LOST, is_slow=False)
    for camera in ("a", "b"):
        watch.opened(camera)
    assert [one["event"] for one in capture.entries] == ["link up", "link unavailable", "link back"]
    assert watch.is_up


def test_one_camera_that_is_lost_leaves_the_link_up() -> None:
    log, capture = capturing_log()
    watch = LinkWatch(log)
    watch.opened("a")
    watch.opened("b")
    watch.lost("a", LOST, is_slow=False)
    assert watch.is_up
    assert [one["event"] for one in capture.entries] == ["link up"]


def test_a_refusal_of_the_box_is_told_once_for_all_cameras_and_again_after_it_was_lifted() -> None:
    log, capture = capturing_log()
    watch = LinkWatch(log)
    for _ in range(2):
        for camera in ("a", "b"):
            watch.lost(camera, REVOKED, is_slow=True)
    watch.opened("a")
    watch.lost("a", REVOKED, is_slow=True)
    refusals = [one for one in capture.entries if one["event"] == "server refuses the box"]
    assert [one["reason"] for one in refusals] == ["DEVICE_REVOKED"] * 2


def test_a_camera_that_was_taken_over_is_named() -> None:
    log, capture = capturing_log()
    watch = LinkWatch(log)
    for camera in ("a", "b", "a"):
        watch.lost(camera, CameraTakenOverError("a newer stream"), is_slow=True)
    refusals = [one for one in capture.entries if one["event"] == "server refuses the box"]
    assert [one["camera"] for one in refusals] == ["a", "b"]
