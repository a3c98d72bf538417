"""Where the master key comes from: a value from the environment, a file, or made on first use."""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from base.errors import SecretsUnavailableError
from serving.crypto.key import KEY_BYTES, Key

MASTER_KEY_FILE = "master.key"
_RULE = "expected 32 random bytes, written as 64 hexadecimal digits or in base64"


def choose_master_key(value: str | None, file: Path | None, data_dir: Path) -> Key:
    """Return the master key from a value, else from a file, else made in the data folder.

    Raises SecretsUnavailableError.
    """
    if value is not None:
        return parse_master_key(value)
    if file is not None:
        return read_master_key(file)
    return make_master_key(data_dir / MASTER_KEY_FILE)


def parse_master_key(text: str) -> Key:
    """Read a master key as it stands in a file or environment variable.

    Raises SecretsUnavailableError; the message never repeats the text.
    """
    stripped = text.strip()
    for decode in (bytes.fromhex, _from_base64):
        try:
            material = decode(stripped)
        except (ValueError, binascii.Error):
            continue
        if len(material) == KEY_BYTES:
            return Key(material)
    raise SecretsUnavailableError(f"the master key cannot be read; {_RULE}")


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def read_master_key(path: Path) -> Key:
    """Read the master key from a file that its owner alone may read.

    Raises SecretsUnavailableError if it is missing, open to others or no key.
    """
    try:
        with path.open("rb") as file:
            info = os.fstat(file.fileno())
            _check_private(path, info)
            return parse_master_key(file.read(1024).decode("ascii", errors="replace"))
    except OSError as error:
        raise SecretsUnavailableError(
            f"the master key file {path} cannot be read: {error.strerror}", path=path
        ) from None


def _check_private(path: Path, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise SecretsUnavailableError(f"the master key {path} is no regular file", path=path)
    if stat.S_IMODE(info.st_mode) & 0o077:
        raise SecretsUnavailableError(
            f"the master key file {path} can be read by others "
            f"(mode {stat.S_IMODE(info.st_mode):04o}); make it private with chmod 600",
            path=path,
        )


def make_master_key(path: Path) -> Key:
    """Return the key of `path`, made on first use, as development and demonstrations want it.

    Two processes that start together end up with one key. Raises SecretsUnavailableError.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        _write_private(draft, secrets.token_hex(KEY_BYTES) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_master_key(path)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
