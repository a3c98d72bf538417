"""The audit log of this machine, opened without any model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.clock import SystemClock
from serving.audit.log import AuditLog
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.settings import load_settings
from serving.storage.database import DATABASE_FILE, Database


@contextmanager
def open_audit(config: Path | None) -> Iterator[AuditLog]:
    """Open the audit log. Raises SettingsError, SecretsUnavailableError, StorageFailedError."""
    settings = load_settings(config)
    value = settings.master_key
    secret = None if value is None else value.get_secret_value()
    key = choose_master_key(secret, settings.master_key_file, settings.data_dir)
    database = Database.open_file(settings.data_dir / DATABASE_FILE)
    try:
        yield AuditLog(database, Keyring(key), SystemClock(), settings.data_dir / "audit")
    finally:
        database.close()
