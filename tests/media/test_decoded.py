"""A decoded frame gives its brightness at once and its colours when asked."""

import av
import cv2
import numpy as np
import pytest

from media.decoded import DecodedFrame
from tests.support.clips import RED, square_picture

# Broadcast range keeps white at 235, and rounds.
MAX_STEP = 24


@pytest.mark.parametrize("kind", ["yuv420p", "yuvj420p", "nv12", "yuyv422", "rgb24", "gray"])
@pytest.mark.parametrize("width", [96, 98], ids=["whole lines", "padded lines"])
def test_brightness_is_that_of_the_picture_whatever_the_decoder_gives(
    kind: str, width: int
) -> None:
    picture = square_picture(width=width)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=kind)
    luma = DecodedFrame(frame).luma()
    assert luma.shape == (64, width)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(int)
    assert np.abs(luma[4:28, 4:28].astype(int) - grey[4:28, 4:28]).max() <= MAX_STEP
    assert np.abs(luma[36:, 70:].astype(int) - grey[36:, 70:]).max() <= MAX_STEP


def test_colours_are_those_of_the_picture() -> None:
    frame = av.VideoFrame.from_ndarray(square_picture(), format="rgb24").reformat(format="yuv420p")
    decoded = DecodedFrame(frame)
    assert decoded.size_wh == (96, 64)
    assert np.abs(decoded.image()[10, 10].astype(int) - RED).max() <= 10
    assert decoded.pts_s is None
