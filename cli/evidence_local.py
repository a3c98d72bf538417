"""Evidence on this machine, without any model and, to verify, without any secret."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from base.clock import SystemClock
from base.errors import EvidenceInvalidError, InvalidArgumentError
from kyc.evidence.signing import MAX_KEY_BYTES
from kyc.evidence.types import EvidenceReport
from kyc.evidence.verify import verify_pack
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.interview.evidence_check import check_audit_line, known_keys
from serving.interview.evidence_keys import EvidenceKeys
from serving.settings import load_settings
from serving.storage.database import DATABASE_FILE, Database


def verify_pack_here(
    file: Path, key_files: Sequence[Path], data_dir: Path | None
) -> EvidenceReport:
    """Check a pack, and the audit line behind it if there is a data folder.

    Raises EvidenceInvalidError and InvalidArgumentError.
    """
    trusted = [_read_key(path) for path in key_files]
    if data_dir is None:
        return verify_pack(file, trusted)
    path = data_dir / DATABASE_FILE
    if not path.is_file():
        raise InvalidArgumentError(f"there is no database {path}", field="data_dir")
    database = Database.open_file(path)
    try:
        report = verify_pack(file, [*trusted, *known_keys(database)])
        if not report.ok or report.manifest is None:
            return report
        check = check_audit_line(database, report.manifest)
    finally:
        database.close()
    return replace(report, checks=(*report.checks, check))


def public_key_here(tenant: str, config: Path | None) -> bytes:
    """Return the key that checks a tenant's packs, PEM.

    Raises SettingsError, SecretsUnavailableError and StorageFailedError.
    """
    settings = load_settings(config)
    value = settings.master_key
    secret = None if value is None else value.get_secret_value()
    master = choose_master_key(secret, settings.master_key_file, settings.data_dir)
    database = Database.open_file(settings.data_dir / DATABASE_FILE)
    try:
        return EvidenceKeys(database, Keyring(master), SystemClock()).signer(tenant).public_key
    finally:
        database.close()


def _read_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise EvidenceInvalidError(f"the key {path} cannot be read: {error.strerror}") from None
