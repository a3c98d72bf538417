"""A real Chromium for the tests of pages, with a clip as its camera where one is wanted."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from media.image import ImageRGB
from media.pictures import encode_jpeg

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Chromium plays a file of JPEG pictures at this rate, whatever made it.
CLIP_FPS = 30
GRAVE = frozenset({"serious", "critical"})


@contextmanager
def open_chromium(camera: Path | None = None) -> Iterator[Browser]:
    """Start a browser. camera: a file of JPEG pictures that its camera shows, over and over."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}; apt-get install chromium")
    flags = list(FLAGS)
    if camera is not None:
        flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        flags.append(f"--use-file-for-fake-video-capture={camera}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def write_camera_clip(path: Path, pictures: Sequence[ImageRGB]) -> Path:
    """Write pictures as a clip that a browser takes for its camera."""
    path.write_bytes(b"".join(encode_jpeg(picture, 90) for picture in pictures))
    return path


def panned(portrait: ImageRGB, width: int = 640, height: int = 480) -> list[ImageRGB]:
    """Return two seconds of a photograph that moves slowly before the camera, there and back.

    portrait: larger than width and height.
    """
    spare_x, spare_y = portrait.shape[1] - width, portrait.shape[0] - height
    phases = (1 - np.cos(np.linspace(0, 2 * np.pi, 2 * CLIP_FPS, endpoint=False))) / 2
    return [
        np.ascontiguousarray(portrait[y : y + height, x : x + width])
        for x, y in ((round(p * spare_x), round(p * spare_y)) for p in phases)
    ]


def grave_findings(page: Page) -> list[str]:
    """Return what axe finds on the page as it is, as far as it is serious or critical."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {json.dumps([node['target'] for node in one['nodes']])}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]
