"""The database: opened, migrated, and entered by transactions alone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from base.errors import SettingsError, StorageFailedError
from serving.storage.audit import AuditRecords
from serving.storage.edge import Authorities, tenant_of_code, tenants_of_devices
from serving.storage.interviews import tenant_of_attend_token
from serving.storage.lobby_schema import LobbyBranchRow
from serving.storage.migrate import migrate
from serving.storage.records import ServiceKeys, TenantRecords
from serving.storage.schema import LivenessRow, TenantRow
from serving.storage.sqlite import SqliteRules
from serving.storage.staff_schema import StaffRow

DATABASE_FILE = "smartbranch.db"


class DatabaseRules(Protocol):
    """What differs between database systems."""

    def make_engine(self) -> Engine:
        """Return an engine with durable commits."""
        ...

    def mark_writing(self, connection: Connection) -> Connection:
        """Return the connection, ready to write."""
        ...

    def purge(self, engine: Engine) -> bool:
        """Remove traces of deleted rows from logs; False if that has to be tried again."""
        ...


class Transaction:
    """One transaction; tenant data is reached through `tenant(...)` and no other way."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._after_commit: list[Callable[[], None]] = []

    def tenant(self, tenant: str) -> TenantRecords:
        """Return the records of one tenant. Raises InvalidResourceNameError for a bad id."""
        return TenantRecords(self._session, tenant)

    @property
    def audit(self) -> AuditRecords:
        """The audit log's lines, for the audit log alone."""
        return AuditRecords(self._session)

    @property
    def service_keys(self) -> ServiceKeys:
        """Keys that belong to the service itself."""
        return ServiceKeys(self._session)

    def tenants(self) -> list[str]:
        """Return the ids of all tenants, for sweeps that then take them one by one."""
        return list(self._session.scalars(select(TenantRow.tenant).order_by(TenantRow.tenant)))

    def tenants_of_liveness(self) -> list[str]:
        """Return the ids of all tenants with liveness sessions, which need no gallery."""
        return list(self._session.scalars(select(LivenessRow.tenant).distinct()))

    def tenants_of_lobbies(self) -> list[str]:
        """Return the ids of all tenants with lobbies, which need no gallery."""
        return list(self._session.scalars(select(LobbyBranchRow.tenant).distinct()))

    @property
    def device_authorities(self) -> Authorities:
        """Who signs the certificates of boxes, whatever their tenant."""
        return Authorities(self._session)

    def tenants_of_devices(self) -> list[str]:
        """Return the ids of all tenants with boxes or codes for them."""
        return tenants_of_devices(self._session)

    def tenant_of_code(self, code_hash: str) -> str | None:
        """Return whose code it is: who shows it has nothing else to show."""
        return tenant_of_code(self._session, code_hash)

    def tenant_of_attend_token(self, token_hash: str) -> str | None:
        """Return whose token it is: who shows it has nothing else to show."""
        return tenant_of_attend_token(self._session, token_hash)

    def tenants_of_staff(self) -> list[str]:
        """Return the ids of all tenants with accounts of staff, which need no gallery."""
        return list(self._session.scalars(select(StaffRow.tenant).distinct()))

    def on_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction is durable; not at all if it is rolled back."""
        self._after_commit.append(action)

    def run_after_commit(self) -> None:
        """Run what waited for the commit."""
        for action in self._after_commit:
            action()


class Database:
    """Transactions over one database. Safe for several threads and processes."""

    def __init__(self, rules: DatabaseRules) -> None:
        self._rules = rules
        self._engine = rules.make_engine()
        # Threads wait here in order; SQLite's own lock is polled and unfair.
        self._write_turn = threading.Lock()

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database of a `sqlite:///PATH` URL and bring its tables up to date.

        Raises SettingsError for another kind of URL and StorageFailedError.
        """
        scheme, _, path = url.partition(":///")
        if scheme != "sqlite" or not path:
            raise SettingsError(
                f"databases of kind {scheme} are not supported; expected sqlite:///PATH"
            )
        return cls.open_file(Path(path))

    @classmethod
    def open_file(cls, path: Path) -> "Database":
        """Open a SQLite file, made if it is not there, and bring its tables up to date."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = cls(SqliteRules(path))
            migrate(database._engine, path.with_suffix(".lock"))
        except (OSError, DBAPIError) as error:
            raise StorageFailedError(f"the database {path} cannot be opened: {error}") from error
        return database

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Enter a transaction that sees one state of the database throughout."""
        with _as_storage_failure(), self._engine.connect() as connection, connection.begin():
            with Session(bind=connection, autoflush=False) as session:
                yield Transaction(session)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Enter a transaction that holds the write lock; on return it is durable."""
        with _as_storage_failure(), self._write_turn, self._engine.connect() as connection:
            writing = self._rules.mark_writing(connection)
            with writing.begin(), Session(bind=writing) as session:
                transaction = Transaction(session)
                yield transaction
                session.flush()
        transaction.run_after_commit()

    def purge(self) -> bool:
        """Remove traces of deleted rows; False if that has to be tried again."""
        with _as_storage_failure(), self._write_turn:
            return self._rules.purge(self._engine)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _as_storage_failure() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        # The statement's parameters can be personal: only the driver's words go on.
        raise StorageFailedError(f"the database failed: {type(error.orig).__name__}") from None
