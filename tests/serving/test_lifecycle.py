"""Start, overload, cancellation and drain of a real process."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from base.errors import ModelTermsNotAcceptedError, SmartBranchError
from client import ApiError, Retry, SmartBranchClient
from client.errors import to_api_error
from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from serving.__main__ import check_world
from serving.open_models import choose_all_models, choose_models
from serving.settings import load_settings
from serving.telemetry.logs import make_logger
from tests.support.server import ROOT, ServerProcess, clean_environment, write_settings

pytestmark = pytest.mark.timed

ONCE = Retry(attempts=1)
START_LIMIT_S = 10.0


@pytest.fixture
async def small_server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A server that takes four requests at once."""
    settings = {"max_in_flight": 4, "workers": 1, "rate_per_s": 10_000, "rate_burst": 10_000}
    with ServerProcess(tmp_path, **settings) as running:
        yield running


def rss_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


async def test_ten_times_too_much_is_refused_at_once_and_passes(
    small_server: ServerProcess, portrait: bytes
) -> None:
    async with SmartBranchClient(small_server.grpc, retry=ONCE) as client:
        await client.verify_faces(portrait, portrait)
        assert small_server.process is not None
        before = rss_bytes(small_server.process.pid)
        calls = [client.verify_faces(portrait, portrait) for _ in range(40)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, ApiError)]
        assert {(error.reason, error.code) for error in refused} == {
            ("SERVER_BUSY", "RESOURCE_EXHAUSTED")
        }
        assert 4 <= len(answers) - len(refused) < 40
        assert rss_bytes(small_server.process.pid) - before < 150 * 1024 * 1024
        started_s = time.monotonic()
        await client.verify_faces(portrait, portrait)
        assert time.monotonic() - started_s < 2.0


async def test_a_list_without_end_takes_no_memory(small_server: ServerProcess) -> None:
    """30 MB of empty pictures were parsed into 600 MB, and everybody waited meanwhile."""
    assert small_server.process is not None
    pid = small_server.process.pid
    number = messages.EnrolSubjectRequest.DESCRIPTOR.fields_by_name["pictures"].number
    data = bytes([number << 3 | 2, 0]) * (15 * 2**20)
    options = [("grpc.max_send_message_length", -1)]
    async with grpc.aio.insecure_channel(small_server.grpc, options=options) as channel:
        enrol: Any = channel.unary_unary("/smartbranch.vision.v1.GalleryService/EnrolSubject")
        before = rss_bytes(pid)
        for _ in range(3):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await enrol(data)
            assert to_api_error(caught.value).reason == "ARGUMENT_INVALID"
    assert rss_bytes(pid) - before < 300 * 2**20


async def test_a_missed_deadline_cancels_the_work(
    small_server: ServerProcess, portrait: bytes
) -> None:
    async with SmartBranchClient(small_server.grpc, retry=ONCE) as client:
        await client.verify_faces(portrait, portrait)
        late = [client.verify_faces(portrait, portrait, timeout_s=0.03) for _ in range(4)]
        answers = await asyncio.gather(*late, return_exceptions=True)
        codes = {answer.code for answer in answers if isinstance(answer, ApiError)}
        assert "DEADLINE_EXCEEDED" in codes
        await asyncio.sleep(0.3)
        # Every slot is free again although nobody fetched the answers.
        calls = [client.verify_faces(portrait, portrait) for _ in range(4)]
        assert len(await asyncio.gather(*calls)) == 4
    async with httpx.AsyncClient() as browser:
        text = (await browser.get(f"http://{small_server.http}/metrics")).text
    assert "smartbranch_requests_in_flight 0.0" in text


async def test_sigterm_lets_running_requests_end_and_refuses_new_ones(
    tmp_path: Path, portrait: bytes
) -> None:
    with ServerProcess(tmp_path, workers=1) as server:
        async with SmartBranchClient(server.grpc, retry=ONCE) as client:
            await client.verify_faces(portrait, portrait)
            running = [
                asyncio.create_task(client.verify_faces(portrait, portrait)) for _ in range(16)
            ]
            await asyncio.sleep(0.05)
            server.signal()
            await asyncio.to_thread(server.wait_for, "draining")
            with pytest.raises(ApiError) as caught:
                await client.verify_faces(portrait, portrait)
            assert caught.value.code == "UNAVAILABLE"
            assert caught.value.reason in {"DRAINING", "UNAVAILABLE"}
            answers = await asyncio.gather(*running, return_exceptions=True)
        # Whoever was let in got an answer; whoever came too late was told so.
        refused = [answer for answer in answers if isinstance(answer, ApiError)]
        assert {error.reason for error in refused} <= {"DRAINING"}
        assert len(answers) - len(refused) >= 1
        assert await asyncio.to_thread(server.stop) == 0
        assert server.events("stopped")
        assert not server.events("requests were cut off")


async def test_a_start_is_quick_and_health_tells_when_it_is_over(tmp_path: Path) -> None:
    started_s = time.monotonic()
    with ServerProcess(tmp_path) as server:
        assert time.monotonic() - started_s < START_LIMIT_S
        async with SmartBranchClient(server.grpc) as client:
            assert await client.is_serving()


def run_serving(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "serving", *arguments],
        cwd=ROOT,
        env={**clean_environment(), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_dry_run_checks_the_world_and_ends(tmp_path: Path) -> None:
    done = run_serving("--dry-run", "--config", str(write_settings(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert "ready to serve" in done.stderr


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"embedder": "no-such-model"}, "MODEL_UNKNOWN"),
        ({"providers": ["cuda"]}, "PROVIDER_UNAVAILABLE"),
        ({"cache": "/nonexistent"}, "MODEL_NOT_PULLED"),
        ({"master_key_file": "/nonexistent"}, "SECRETS_UNAVAILABLE"),
        ({"grpc_listen": "0.0.0.0:0"}, "SETTINGS_INVALID"),
        ({"insightface_pack": "/nonexistent"}, "SETTINGS_INVALID"),
        ({"jwt_key_file": "/nonexistent"}, "SETTINGS_INVALID"),
    ],
    ids=["model", "provider", "weights", "key", "public address", "pack", "issuer"],
)
def test_what_stands_in_the_way_of_a_start_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, object],
    reason: str,
) -> None:
    # The environment goes before the file.
    monkeypatch.delenv("SMARTBRANCH_CACHE", raising=False)
    config = write_settings(tmp_path, **settings)
    with pytest.raises(SmartBranchError) as caught:
        check_world(load_settings(config), make_logger("error", sys.stderr))
    assert caught.value.reason == reason


def test_a_misspelled_variable_is_an_error(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    done = run_serving("--dry-run", "--config", str(config), SMARTBRANCH_GRPC_LISTN="x:1")
    assert done.returncode == 1
    assert "SMARTBRANCH_GRPC_LISTN" in done.stderr
    assert "SMARTBRANCH_GRPC_LISTEN" in done.stderr


def test_production_insists_on_accepted_terms(tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.write_text("00" * 32)
    key.chmod(0o600)
    token_key = tmp_path / "jwt.secret"
    token_key.write_text("s" * 40)
    settings: dict[str, object] = {
        "mode": "production",
        "master_key_file": key,
        "jwt_key_file": token_key,
        "jwt_algorithm": "HS256",
        "jwt_issuer": "bank",
    }
    with pytest.raises(ModelTermsNotAcceptedError):
        choose_models(load_settings(write_settings(tmp_path, **settings)))
    settings["accepted_models"] = ["retinaface-mnet025", "mobilefacenet-fr"]
    _, detector, embedder = choose_models(load_settings(write_settings(tmp_path, **settings)))
    assert (detector.terms, embedder.terms) == ("research", "undisclosed-data")
    with pytest.raises(ModelTermsNotAcceptedError) as caught:
        choose_all_models(load_settings(write_settings(tmp_path, **settings)))
    assert caught.value.metadata["models"] == (
        "pad-texture,forgery-blend,silero-vad,face-landmarker,"
        "ppocr-text-finder,ppocr-text-reader,ppocr-text-turner"
    )
