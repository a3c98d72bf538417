"""Files that their owner alone can read."""

import os
from pathlib import Path

from base.errors import SecretsUnavailableError


def write_private(path: Path, text: str) -> None:
    """Replace a file that its owner alone can read, at once and durably.

    Raises SecretsUnavailableError.
    """
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SecretsUnavailableError(f"{path} cannot be written: {error.strerror}") from error
