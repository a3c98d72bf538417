"""The typed async client of a bank's app, an edge box or a script."""

from client.client import SmartBranchClient
from client.connection import Retry, TlsFiles
from client.errors import ApiError

__all__ = ["ApiError", "Retry", "SmartBranchClient", "TlsFiles"]
