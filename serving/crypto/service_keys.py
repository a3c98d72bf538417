"""Keys that belong to the service itself: made on first use, wrapped by the master key."""

from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.storage.database import Database


def service_key(database: Database, keyring: Keyring, name: str) -> Key:
    """Return the key of that name, made if there is none. Raises SecretsUnavailableError."""
    owner = f"services/{name}"
    with database.write() as transaction:
        wrapped = transaction.service_keys.get(name)
        if wrapped is None:
            key, wrapped = keyring.new_key(owner)
            transaction.service_keys.set(name, wrapped)
            return key
    return keyring.open_key(wrapped, owner)
