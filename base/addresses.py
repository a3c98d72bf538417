"""Where a server is, as `host:port`."""

import ipaddress
from typing import Annotated

from pydantic import Field

Address = Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$")]


def is_loopback(address: str) -> bool:
    """Return whether `host:port` can be reached from this machine only."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
