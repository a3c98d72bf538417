"""Seals and opens what belongs to one case; contexts bind each ciphertext to its place."""

from base.ids import InterviewName
from serving.crypto.key import Key
from serving.galleries.vault import TenantVault


class CaseVault:
    """A case's open data key; destroying its wrapped form erases all that it sealed."""

    def __init__(self, name: InterviewName, key: Key) -> None:
        self._name = name
        self.key = key

    @classmethod
    def new(cls, name: InterviewName, tenant: TenantVault) -> tuple["CaseVault", bytes]:
        """Return the vault of a new case and its wrapped data key."""
        key = Key.generate()
        return cls(name, key), tenant.key.wrap(key, str(name))

    @classmethod
    def of(cls, name: InterviewName, tenant: TenantVault, wrapped_key: bytes) -> "CaseVault":
        """Return the vault of a stored case. Raises SecretsUnavailableError."""
        return cls(name, tenant.key.unwrap(wrapped_key, str(name)))

    def seal(self, plain: bytes, place: str) -> bytes:
        """Seal what stands at a place within the case, such as `participants/p-1#findings`."""
        return self.key.seal(plain, f"{self._name}/{place}")

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed at a place. Raises SecretsUnavailableError."""
        return self.key.open(sealed, f"{self._name}/{place}")
