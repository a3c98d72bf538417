"""The page and the real server, models and all: what a camera that shows no person gets."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from media.clips import read_frames
from media.image import ImageRGB
from tests.support.browser import CLIP_FPS, open_chromium, panned, write_camera_clip
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser
SESSION_LIMIT_MS = 90_000


def verdict_on(clip: Path, server: ServerProcess) -> tuple[str, list[str]]:
    """Run a session whose camera shows the clip; return kind and reasons as the page shows them."""
    with open_chromium(clip) as chromium:
        page = chromium.new_page(locale="en-GB")
        page.goto(f"http://{server.http}/try/liveness")
        page.click("#start")
        expect(page.locator("#outcome")).to_be_visible(timeout=SESSION_LIMIT_MS)
        return kind_of(page), page.locator(".reasons li").all_text_contents()


def kind_of(page: Page) -> str:
    kind = page.locator("#outcome").get_attribute("data-kind")
    assert kind is not None
    return kind


def test_a_photograph_before_the_camera_is_not_live(
    server: ServerProcess, astronaut: ImageRGB, tmp_path: Path
) -> None:
    large = np.asarray(cv2.resize(astronaut, (760, 760)), np.uint8)
    clip = write_camera_clip(tmp_path / "photograph.mjpeg", panned(large[:520]))
    kind, reasons = verdict_on(clip, server)
    assert kind in {"SPOOF", "INCONCLUSIVE"}
    assert reasons


@pytest.mark.slow
@pytest.mark.shared
def test_a_recorded_person_does_not_answer_the_prompts(
    server: ServerProcess, shared_data: Path, tmp_path: Path
) -> None:
    """A living face that talks; which rule holds it depends on what is drawn, and when."""
    clip_file = shared_data / "talking/interview/WDA_KatieHill_000.mp4"
    frames = read_frames(clip_file, target_fps=CLIP_FPS)
    pictures = [np.asarray(cv2.resize(frame.image, (480, 480)), np.uint8) for frame in frames]
    kind, reasons = verdict_on(write_camera_clip(tmp_path / "person.mjpeg", pictures), server)
    assert kind in {"SPOOF", "INCONCLUSIVE"}
    assert reasons
