"""What a user's npm settings say, for a machine that has no npm."""

import json
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from base.errors import ModelDownloadError
from inference.sources.url import TIMEOUT_S, certificates

MAX_METADATA_BYTES = 8 << 20
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """A registry and how to speak to it. tokens: by address without its scheme."""

    registry: str
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None

    def headers(self, address: str) -> dict[str, str]:
        """Return the token for `address`, and for no other host."""
        bare = "//" + address.split("://", 1)[-1]
        for prefix, token in self.tokens.items():
            if bare.startswith(prefix.rstrip("/") + "/"):
                return {"Authorization": f"Bearer {token}"}
        return {}

    def context(self) -> ssl.SSLContext:
        """Return the certificates to trust."""
        return certificates(self.ca_file)


def read_settings(
    package: str, environment: Mapping[str, str] | None = None
) -> RegistrySettings | None:
    """Return the registry that environment or .npmrc name for `package`, None if none does."""
    environment = os.environ if environment is None else environment
    values = _read_npmrc(environment)
    by_name = {key.lower(): value for key, value in environment.items()}
    scope = package.split("/")[0] if package.startswith("@") else None
    registry = (
        (values.get(f"{scope}:registry") if scope else None)
        or by_name.get("npm_config_registry")
        or values.get("registry")
    )
    if not registry:
        return None
    suffix = ":_authToken"
    tokens = {k.removesuffix(suffix): v for k, v in values.items() if k.endswith(suffix)}
    ca_file = by_name.get("npm_config_cafile") or values.get("cafile")
    return RegistrySettings(registry.rstrip("/"), tokens, Path(ca_file) if ca_file else None)


def _read_npmrc(environment: Mapping[str, str]) -> dict[str, str]:
    home = Path(environment.get("HOME", "~")).expanduser()
    named = [environment.get("NPM_CONFIG_GLOBALCONFIG"), environment.get("NPM_CONFIG_USERCONFIG")]
    values: dict[str, str] = {}
    for path in [Path(named[0] or "/etc/npmrc"), Path(named[1] or home / ".npmrc")]:
        if path.is_file():
            values |= _parse(path.read_text(encoding="utf-8"), environment)
    return values


def _parse(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith((";", "#")):
            plain = value.strip().strip("\"'")
            values[key.strip()] = _VARIABLE.sub(lambda m: environment.get(m[1], ""), plain)
    return values


def tarball_address(settings: RegistrySettings, package: str, version: str) -> str:
    """Ask the registry where one version's tarball lies. Raises ModelDownloadError."""
    address = f"{settings.registry}/{urllib.parse.quote(package, safe='@')}/{version}"
    request = urllib.request.Request(address)
    for name, value in settings.headers(address).items():
        request.add_unredirected_header(name, value)
    try:
        with urllib.request.urlopen(
            request, timeout=TIMEOUT_S, context=settings.context()
        ) as response:
            answer = json.loads(response.read(MAX_METADATA_BYTES))
        tarball = answer["dist"]["tarball"]
    except (urllib.error.URLError, HTTPException, OSError, ValueError, LookupError) as error:
        raise ModelDownloadError(
            f"the registry does not tell of {package} {version}: {error}", package=package
        ) from error
    if not isinstance(tarball, str) or not tarball.startswith(("https://", "http://")):
        raise ModelDownloadError(f"the registry names no tarball of {package} {version}")
    return tarball
