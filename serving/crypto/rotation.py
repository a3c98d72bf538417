"""Move everything from one master key to another."""

from base.clock import Clock
from serving.crypto.keyring import Keyring
from serving.storage.database import Database


def rotate_master_key(database: Database, old: Keyring, new: Keyring, clock: Clock) -> int:
    """Wrap every tenant and service key anew, all or none; return how many.

    Subject keys hang under tenant keys and stay as they are. Run it while no server runs on
    the old key, then start servers with the new one. Raises SecretsUnavailableError.
    """
    count = 0
    with database.write() as transaction:
        for tenant in transaction.tenants():
            records = transaction.tenant(tenant)
            wrapped = records.wrapped_key()
            assert wrapped is not None
            records.set_wrapped_key(_move(wrapped, f"tenants/{tenant}", old, new), clock.now())
            count += 1
        for name in transaction.service_keys.names():
            wrapped = transaction.service_keys.get(name)
            assert wrapped is not None
            transaction.service_keys.set(name, _move(wrapped, f"services/{name}", old, new))
            count += 1
    return count


def _move(wrapped: bytes, owner: str, old: Keyring, new: Keyring) -> bytes:
    return new.wrap(old.open_key(wrapped, owner), owner)
