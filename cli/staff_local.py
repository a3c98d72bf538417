"""Staff accounts of this machine's data, opened without any model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.clock import SystemClock
from serving.audit.log import AuditLog
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.settings import load_settings
from serving.staff.accounts import StaffAccounts
from serving.storage.database import DATABASE_FILE, Database


@contextmanager
def open_accounts(config: Path | None) -> Iterator[StaffAccounts]:
    """Open the accounts. Raises SettingsError, SecretsUnavailableError, StorageFailedError."""
    settings, clock = load_settings(config), SystemClock()
    value = settings.master_key
    secret = None if value is None else value.get_secret_value()
    key = choose_master_key(secret, settings.master_key_file, settings.data_dir)
    database = Database.open_file(settings.data_dir / DATABASE_FILE)
    try:
        audit = AuditLog(database, Keyring(key), clock, settings.data_dir / "audit")
        yield StaffAccounts(database, audit, clock)
    finally:
        database.close()
