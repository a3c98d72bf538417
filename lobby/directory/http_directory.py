"""Customers asked from the bank's own service, one at a time."""

import ipaddress
import json
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from base.errors import DirectoryInvalidError, DirectoryUnavailableError, SettingsError
from decision.outcome import Reason
from lobby.customer import Customer
from lobby.directory.record import customer_of, read_record

MAX_ANSWER_BYTES = 64 * 1024
MAX_CONNECTIONS = 8


class HttpDirectory:
    """Asks `GET {url}/tenants/{tenant}/customers/{subject}`; 404 is a customer unknown there.

    url: https, or http to this machine alone. token_file: a bearer token, read for every request,
    so that it can be changed. ca_file: authorities to trust in place of the system's.
    timeout_s: for the whole of one question. Redirects are not followed.
    Raises SettingsError for an address or file that cannot be used.
    """

    def __init__(
        self,
        url: str,
        timeout_s: float,
        token_file: Path | None = None,
        ca_file: Path | None = None,
    ) -> None:
        _check_address(url)
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._token_file = token_file
        self._client = httpx.Client(
            timeout=timeout_s,
            verify=_trust(ca_file),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            trust_env=False,  # A proxy that nobody named would see every customer.
        )

    def __repr__(self) -> str:
        return f"HttpDirectory({urlsplit(self._url).hostname})"

    def find(self, tenant: str, subject: str) -> Customer | None:
        """Return a customer, None for one that the service does not know.

        Raises DirectoryUnavailableError and, for an answer that cannot be read,
        DirectoryInvalidError.
        """
        body = self._get(f"{self._url}/tenants/{tenant}/customers/{subject}")
        if body is None:
            return None
        try:
            values = json.loads(body)
        except ValueError:
            raise DirectoryInvalidError("the customer directory's answer is no JSON") from None
        return customer_of(subject, read_record(values, "the customer directory's answer"))

    @property
    def problem(self) -> Reason | None:
        """Nothing can be seen without asking."""
        return None

    def forget(self, tenant: str, subject: str) -> int:
        """Do nothing, for nothing is kept here."""
        return 0

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _get(self, url: str) -> bytes | None:
        until_s = time.monotonic() + self._timeout_s
        headers = {"accept": "application/json"} | self._authorization()
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise DirectoryUnavailableError(
                        f"the customer directory answers {answer.status_code}",
                        status=answer.status_code,
                    )
                return _bounded(answer, until_s)
        except httpx.HTTPError as error:
            raise DirectoryUnavailableError(
                f"the customer directory cannot be asked: {type(error).__name__}"
            ) from None  # The address in the error may hold an id.

    def _authorization(self) -> dict[str, str]:
        if self._token_file is None:
            return {}
        try:
            token = self._token_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise DirectoryUnavailableError(
                f"the directory's token {self._token_file.name} cannot be read"
            ) from error
        return {"authorization": f"Bearer {token}"}


def _bounded(answer: httpx.Response, until_s: float) -> bytes:
    """Read an answer that may neither be long nor come in drops."""
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise DirectoryInvalidError(
                f"the customer directory's answer is longer than {MAX_ANSWER_BYTES} bytes"
            )
        if time.monotonic() > until_s:
            raise DirectoryUnavailableError("the customer directory answers too slowly")
    return bytes(body)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError("the directory's url must be like https://host/path")
    if parts.username or parts.password:
        raise SettingsError("the directory's url must not hold a password; use token_file")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise SettingsError("the directory's url must be https, since customers are sent over it")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(f"the directory's ca_file cannot be used: {error}") from error
