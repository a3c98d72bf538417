from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from cli.staff_local import open_accounts
from media.image import ImageRGB
from media.pictures import encode_jpeg
from serving.caller import Role
from tests.support.browser import open_chromium, panned, write_camera_clip
from tests.support.interview_socket import InterviewServer
from tests.support.liveness_socket import ScriptedServer
from tests.support.lobby_pages import LobbyServer
from tests.support.lobby_tablet import PASSWORD
from tests.support.server import ServerProcess

LOBBY = """rules = "rules.toml"

[[branch]]
tenant = "default"
id = "north"
display_name = "North Gate"
time_zone = "Asia/Shanghai"
"""
RULES = """[[rule]]
id = "covered"
kind = "camera"
severity = "urgent"
for_seconds = 1
roles = ["manager"]
"""
INTERVIEWS = """[[product]]
id = "short"

[product.consent]
version = "1"
en = "It is recorded."
zh = "将进行录制。"

[[product.participant]]
role = "customer"
steps = ["consent", "capture", "liveness"]

[product.attempts]
liveness = { count = 1, seconds = 10 }
"""
LOST = ("WebSocket connection to", "ERR_INTERNET_DISCONNECTED")
expect.set_options(timeout=15_000)  # A machine that is busy draws late.
PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def chromium(astronaut: ImageRGB, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera shows a photograph that moves slowly."""
    large = np.asarray(cv2.resize(astronaut, (760, 760)), np.uint8)
    path = tmp_path_factory.mktemp("camera") / "photograph.mjpeg"
    with open_chromium(write_camera_clip(path, panned(large[:520]))) as browser:
        yield browser


@pytest.fixture(scope="session")
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def is_fault(said: ConsoleMessage) -> bool:
    """A lost network is told to the visitor; the browser tells it here besides."""
    return said.type == "error" and not any(words in said.text for words in LOST)


@pytest.fixture
def page(chromium: Browser, scripted: ScriptedServer) -> Iterator[Page]:
    """The page on a telephone, in English; an error in it fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="en-GB")  # type: ignore[arg-type]
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
    opened.goto(f"{scripted.url}/try/liveness")
    yield opened
    context.close()
    assert not faults


@pytest.fixture(scope="session")
def interview_server() -> Iterator[InterviewServer]:
    with InterviewServer() as server:
        yield server


@pytest.fixture
def interviews(interview_server: InterviewServer) -> InterviewServer:
    """A server with an invitation that nobody has followed yet."""
    interview_server.play()
    return interview_server


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A participant's telephone, in English, with leave to say where it is."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        locale="en-GB",
        reduced_motion="reduce",
        permissions=["camera", "microphone", "geolocation"],
        geolocation={"latitude": 31.2, "longitude": 121.5},
    )
    yield context
    context.close()


@pytest.fixture
def interview_page(phone: BrowserContext, interviews: InterviewServer) -> Iterator[Page]:
    """The page as its link opens it; an error in it fails the test."""
    opened = phone.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(interviews.address)
    yield opened
    opened.close()
    assert not faults


@pytest.fixture(scope="module")
def staff_browser() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def lobby_server() -> Iterator[LobbyServer]:
    with LobbyServer() as server:
        yield server


@pytest.fixture
def lobby(lobby_server: LobbyServer) -> LobbyServer:
    """A branch in which nothing has happened yet."""
    lobby_server.reset()
    return lobby_server


@pytest.fixture(scope="session")
def grey_picture() -> bytes:
    """A small picture of nobody."""
    return encode_jpeg(np.full((64, 64, 3), 128, np.uint8))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The real server with a branch, its manager `mei`, and `tom` who operates."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "lobby.toml").write_text(LOBBY)
    (folder / "rules.toml").write_text(RULES)
    (folder / "interviews.toml").write_text(INTERVIEWS)
    files = {name: folder / f"{name}.toml" for name in ("lobby", "interviews")}
    settings = {"lobby_file": files["lobby"], "interview_policy_file": files["interviews"]}
    with ServerProcess(folder, **settings) as running:
        with open_accounts(running.config) as accounts:
            staff = {Role.LOBBY_STAFF}
            accounts.add("test", "default", "mei", PASSWORD, staff, "north", ("manager",))
            accounts.add("test", "default", "tom", PASSWORD, {Role.OPERATOR}, None, ())
        yield running
