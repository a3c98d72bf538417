"""What a browser's own recorder writes is read."""

import base64
import string

import numpy as np
import pytest

from media.clips import read_frames
from media.containers import is_clip
from tests.support.browser import open_chromium
from tests.support.clips import GREY, RED

RECORD = string.Template("""
async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 240];
  const pen = canvas.getContext("2d");
  const draw = () => {
    pen.fillStyle = "rgb($background)"; pen.fillRect(0, 0, 320, 240);
    pen.fillStyle = "rgb($square)"; pen.fillRect(0, 0, 120, 120);
  };
  draw();
  const timer = setInterval(draw, 40);
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((done) => { recorder.onstop = done; });
  recorder.start(200);
  await new Promise((done) => setTimeout(done, 1500));
  recorder.stop();
  await stopped;
  clearInterval(timer);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
""")
# A recorder that must keep up spends few bits on colour.
MAX_COLOUR_STEP = 28


@pytest.mark.browser
def test_chromiums_webm_is_read_without_a_length_in_its_header() -> None:
    colours = {"background": ",".join(map(str, GREY)), "square": ",".join(map(str, RED))}
    script = RECORD.substitute(colours)
    with open_chromium() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        clip = base64.b64decode(page.evaluate(script))
    assert is_clip(clip)
    frames = list(read_frames(clip))
    assert len(frames) >= 10
    arrivals = [frame.received_monotonic_s for frame in frames]
    assert np.all(np.diff(arrivals) >= 0)
    assert 0.5 < arrivals[-1] < 3.0
    assert np.abs(frames[-1].image[60, 60].astype(int) - RED).max() <= MAX_COLOUR_STEP
    assert np.abs(frames[-1].image[200, 280].astype(int) - GREY).max() <= MAX_COLOUR_STEP
