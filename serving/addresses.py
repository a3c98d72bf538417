"""Where a server listens."""

from base.addresses import Address, is_loopback

__all__ = ["Address", "is_loopback"]
