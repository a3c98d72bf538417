"""The keyring: opens tenant keys with the master key, and subject keys with tenant keys."""

from base.errors import SecretsUnavailableError
from serving.crypto.key import Key

_FINGERPRINT_BYTES = 8


class Keyring:
    """Holds the master key; wrapped keys live in the database, open ones only in memory."""

    def __init__(self, master: Key) -> None:
        self._master = master

    def __repr__(self) -> str:
        return f"Keyring(master={self.master_id})"

    @property
    def master_id(self) -> str:
        """Name of the master key in use, safe to show."""
        return self._master.fingerprint().hex()

    def new_key(self, owner: str) -> tuple[Key, bytes]:
        """Return a new key for `owner` (a tenant or a service) and its wrapped form."""
        key = Key.generate()
        return key, self.wrap(key, owner)

    def wrap(self, key: Key, owner: str) -> bytes:
        """Return the wrapped form of the key of `owner`."""
        return self._master.fingerprint() + self._master.wrap(key, owner)

    def open_key(self, wrapped: bytes, owner: str) -> Key:
        """Return the key of `owner`.

        Raises SecretsUnavailableError if another master key wrapped it or it was changed.
        """
        master_id, sealed = wrapped[:_FINGERPRINT_BYTES], wrapped[_FINGERPRINT_BYTES:]
        if master_id != self._master.fingerprint():
            raise SecretsUnavailableError(
                f"the data was sealed under master key {master_id.hex()}, but the master key "
                f"given is {self.master_id}; give the one that the data was sealed under",
                expected=master_id.hex(),
                given=self.master_id,
            )
        return self._master.unwrap(sealed, owner)

    def is_wrapped_by_us(self, wrapped: bytes) -> bool:
        """Return whether this keyring's master key wrapped it."""
        return wrapped[:_FINGERPRINT_BYTES] == self._master.fingerprint()
