"""Seals and opens what belongs to one tenant; contexts bind each ciphertext to its place."""

import json

import numpy as np
import numpy.typing as npt

from base.clock import Clock
from base.ids import SubjectName
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.storage.records import TenantRecords

Floats = npt.NDArray[np.float32]


class TenantVault:
    """The open tenant key and what is done with it."""

    def __init__(self, key: Key) -> None:
        self._key = key

    @property
    def key(self) -> Key:
        """The tenant's key."""
        return self._key

    def new_subject(self, name: SubjectName) -> tuple["SubjectVault", bytes]:
        """Return the vault of a new subject and its wrapped data key."""
        key = Key.generate()
        return SubjectVault(name, key), self._key.wrap(key, str(name))

    def subject(self, name: SubjectName, wrapped_key: bytes) -> "SubjectVault":
        """Return the vault of a stored subject. Raises SecretsUnavailableError."""
        return SubjectVault(name, self._key.unwrap(wrapped_key, str(name)))

    def picture_mac(self, gallery_id: int, picture: bytes) -> bytes:
        """Return what tells whether a picture came before; useless without the key."""
        return self._key.mac(picture, f"picture:{gallery_id}")


class SubjectVault:
    """A subject's open data key; destroying its wrapped form erases all that it sealed."""

    def __init__(self, name: SubjectName, key: Key) -> None:
        self._name = name
        self._key = key

    def seal_profile(self, display_name: str) -> bytes:
        """Seal the personal fields."""
        text = json.dumps({"display_name": display_name})
        return self._key.seal(text.encode(), f"{self._name}#profile")

    def open_profile(self, sealed: bytes) -> str:
        """Return the display name."""
        fields = json.loads(self._key.open(sealed, f"{self._name}#profile"))
        return str(fields["display_name"])

    def seal_vector(self, template: str, model_id: str, vector: Floats) -> bytes:
        """Seal a template as float16, the precision in which it is searched."""
        return self._key.seal(vector.astype("<f2").tobytes(), self._at(template, model_id))

    def open_vector(self, template: str, model_id: str, sealed: bytes) -> Floats:
        """Return a template, (D,) float32 of length 1."""
        halves = np.frombuffer(self._key.open(sealed, self._at(template, model_id)), "<f2")
        vector = halves.astype(np.float32)
        unit: Floats = vector / np.linalg.norm(vector)
        return unit

    def seal_crop(self, template: str, png: bytes) -> bytes:
        """Seal an aligned crop."""
        return self._key.seal(png, f"{self._name}/templates/{template}#crop")

    def open_crop(self, template: str, sealed: bytes) -> bytes:
        """Return an aligned crop as PNG."""
        return self._key.open(sealed, f"{self._name}/templates/{template}#crop")

    def _at(self, template: str, model_id: str) -> str:
        return f"{self._name}/templates/{template}#{model_id}"


class Vaults:
    """Opens the vault of a tenant."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def open(self, records: TenantRecords) -> TenantVault:
        """Return the vault of a tenant, with a new key in a tenant's first write transaction.

        Raises SecretsUnavailableError.
        """
        owner = f"tenants/{records.tenant}"
        wrapped = records.wrapped_key()
        if wrapped is not None:
            return TenantVault(self._keyring.open_key(wrapped, owner))
        key, wrapped = self._keyring.new_key(owner)
        records.set_wrapped_key(wrapped, self._clock.now())
        return TenantVault(key)
