"""A virtual environment for one peer, made once and kept in the cache."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from base.errors import SettingsError
from inference.store import default_cache_dir

HERE = Path(__file__).resolve().parent
Say = Callable[[str], None]


def peers_dir() -> Path:
    """Return the folder that holds the environments, beside the cache of weights."""
    return default_cache_dir().parent / "peers"


def peer_python(peer: str, say: Say, cache_dir: Path | None = None) -> Path:
    """Return the interpreter of a peer's environment, making it if it is not there.

    peer: name of a `bench/peers/<peer>.txt` with pinned and hashed requirements. An environment
    belongs to the text of that file; one that was interrupted is made anew.
    Raises SettingsError if the packages cannot be installed.
    """
    requirements = HERE / f"{peer}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = (cache_dir or peers_dir()) / f"{peer}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = folder / "bin" / "python"
        if not (folder / "ready").exists():
            say(f"installing {peer} into {folder} (once; some minutes)")
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            _install(python, requirements)
            (folder / "ready").touch()
    return python


def _install(python: Path, requirements: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-deps", "--require-hashes", "-r", str(requirements)],
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode:
        raise SettingsError(
            f"the peer's packages could not be installed (pip ended with {done.returncode}); "
            "its lines above say why"
        )
