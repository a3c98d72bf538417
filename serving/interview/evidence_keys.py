"""The keys that sign evidence: one for each tenant, made on first use, sealed."""

import threading

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from base.clock import Clock
from kyc.evidence.signing import ED25519, Ed25519Signer, Signer
from serving.crypto.keyring import Keyring
from serving.crypto.service_keys import service_key
from serving.storage.database import Database
from serving.storage.evidence_schema import EvidenceKeyRow

KEY_NAME = "evidence"


class EvidenceKeys:
    """Signs for tenants. Blocking, safe to share between threads and processes."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._lock = threading.Lock()
        self._signers: dict[str, Signer] = {}

    def signer(self, tenant: str) -> Signer:
        """Return who signs for a tenant. Raises SecretsUnavailableError."""
        with self._lock:
            if tenant not in self._signers:
                self._signers[tenant] = self._read_or_make(tenant)
            return self._signers[tenant]

    def _read_or_make(self, tenant: str) -> Signer:
        seal = service_key(self._database, self._keyring, KEY_NAME)
        context = f"tenants/{tenant}#{KEY_NAME}"
        with self._database.write() as transaction:
            records = transaction.tenant(tenant).evidence
            row = records.key(ED25519)
            if row is not None:
                kept = seal.open(row.sealed_key, context)
                return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(kept))
            key = Ed25519PrivateKey.generate()
            plain = key.private_bytes(
                serialization.Encoding.Raw,
                serialization.PrivateFormat.Raw,
                serialization.NoEncryption(),
            )
            signer = Ed25519Signer(key)
            records.add(
                EvidenceKeyRow(
                    tenant=tenant,
                    suite=ED25519,
                    public_key=signer.public_key,
                    sealed_key=seal.seal(plain, context),
                    created_at=self._clock.now(),
                )
            )
            return signer
