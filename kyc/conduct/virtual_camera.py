"""Whether a camera calls itself a program. Programs can call themselves anything: one sign only."""

CODE = "VIRTUAL_CAMERA"
# As the programs name the devices that they make.
_NAMES = (
    "virtual", "obs-camera", "obs camera", "manycam", "snap camera", "splitcam", "xsplit",
    "v4l2loopback", "loopback", "dummy video", "e2esoft", "vcam", "webcamoid", "sparkocam",
    "droidcam", "iriun", "epoccam", "camtwist", "mmhmm", "fake_device", "fake device",
)  # fmt: skip


def is_virtual(label: str) -> bool:
    """Return whether a label is that of a program known for it."""
    lowered = label.casefold()
    return any(name in lowered for name in _NAMES)
