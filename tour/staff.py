"""The staff of the tour's branches."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from base.errors import ServerNotReadyError
from tour.tablet import Tablet

_TIMEOUT_S = 20.0


def _new_password() -> str:
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in; the password is drawn anew for every tour."""

    name: str
    role: str
    branch: str | None = None
    duties: tuple[str, ...] = ()
    password: str = field(default_factory=_new_password, repr=False)

    @contextmanager
    def tablet(self, address: str, branch: str) -> Iterator[Tablet]:
        """Sign in and listen to a branch."""
        with Tablet.signed_in(address, self.name, self.password, branch) as tablet:
            yield tablet

    @contextmanager
    def browser(self, address: str) -> Iterator[httpx.Client]:
        """Sign in and ask."""
        with httpx.Client(base_url=f"http://{address}", timeout=_TIMEOUT_S) as client:
            sent = {"name": self.name, "password": self.password}
            client.post("/v1/staff:signIn", json=sent).raise_for_status()
            yield client


OPERATOR = Person("olga", "operator")


def add_staff(data_dir: Path, person: Person) -> None:
    """Add somebody by the command that an operator would use. Raises ServerNotReadyError."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(person.password)
        file.flush()
        words = ["staff", "add", person.name, "--role", person.role, "--password-file", file.name]
        words += ["--branch", person.branch] if person.branch else []
        for duty in person.duties:
            words += ["--duty", duty]
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            env=os.environ | {"SMARTBRANCH_DATA_DIR": str(data_dir)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ServerNotReadyError(f"{person.name} cannot be added: {done.stderr.strip()}")
