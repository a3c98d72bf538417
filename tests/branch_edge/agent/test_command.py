"""`smartbranch edge` as an administrator runs it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.edge import app
from media.pictures import decode_picture
from tests.support.certificates import Authority
from tests.support.edge_server import ScriptedServer
from tests.support.server import clean_environment

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 60.0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(Authority(tmp_path)) as server:
        yield server


@pytest.fixture
def pictures(tmp_path: Path, table_photograph: bytes) -> Path:
    """A folder that stands for a camera: six people at a table."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "table.jpg").write_bytes(table_photograph)
    return folder


def write_config(tmp_path: Path, address: str, camera: str | Path, code: str = "good-code") -> Path:
    (tmp_path / "code").write_text(code)
    config = tmp_path / "edge.toml"
    config.write_text(
        f'server = "{address}"\ninsecure = true\ncode_file = "{tmp_path}/code"\n'
        f'data_dir = "{tmp_path}/data"\nmax_backoff_s = 0.2\n'
        f'[[camera]]\nid = "door"\naddress = "{camera}"\nloop = true\n'
    )
    return config


async def start(*words: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "edge", *words, cwd=ROOT, env=clean_environment(),
        stdout=pipe, stderr=pipe,
    )  # fmt: skip


async def test_a_box_sees_faces_tells_the_server_and_ends_when_asked(
    server: ScriptedServer, pictures: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path, server.address, pictures)
    process = await start("run", "--config", str(config))
    try:
        await server.until(lambda: len(shots(server)) >= 6, LIMIT_S)
        await server.until(
            lambda: any(one.HasField("flow") for one in server.books.records), LIMIT_S
        )
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT_S):
            said, log = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, log.decode()
    assert said == b""
    events = [json.loads(line)["event"] for line in log.decode().splitlines()]
    assert [one for one in events if one in ("registered", "running", "link up", "stopped")] == [
        "registered", "running", "link up", "stopped",
    ]  # fmt: skip
    assert "good-code" not in log.decode()
    picture, landmarks = shots(server)[0]
    assert len(landmarks) == 10
    assert decode_picture(picture).shape[2] == 3
    assert server.books.missing_count == 0


def shots(server: ScriptedServer) -> list[tuple[bytes, list[float]]]:
    found = [one.sighting.shot for one in server.books.records if one.sighting.HasField("shot")]
    return [(shot.picture, list(shot.landmarks)) for shot in found]


async def test_a_used_code_ends_with_one_line_and_a_code_of_its_own(
    server: ScriptedServer, pictures: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path, server.address, pictures, code="old-code")
    process = await start("register", "--config", str(config))
    async with asyncio.timeout(LIMIT_S):
        said, log = await process.communicate()
    assert (process.returncode, said) == (2, b"")
    (line,) = log.decode().splitlines()
    assert line.startswith("error DEVICE_CODE_INVALID: the code is unknown, used or expired")


def test_a_dry_run_says_what_is_there_and_what_is_not(pictures: Path, tmp_path: Path) -> None:
    config = write_config(tmp_path, "127.0.0.1:9", pictures)
    with config.open("a") as file:
        file.write('[[camera]]\nid = "hall"\naddress = "rtsp://me:hunter2@127.0.0.1:9/x"\n')
    done = CliRunner().invoke(app, ["run", "--config", str(config), "--dry-run", "--json"])
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["ready"] is False
    found = {one["name"]: one["good"] for one in answer["checks"]}
    assert found == {
        "models": True, "data_dir": True, "device": True, "server": False,
        "camera door": True, "camera hall": False,
    }  # fmt: skip
    assert "hunter2" not in done.output
    assert not (tmp_path / "data" / "identity.json").exists()


def test_settings_that_are_wrong_end_with_one_line(tmp_path: Path) -> None:
    config = tmp_path / "edge.toml"
    config.write_text("cameras = 4\n")
    done = CliRunner().invoke(app, ["run", "--config", str(config)])
    assert done.exit_code == 1
    assert "SETTINGS_INVALID" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
