"""Request ids of one tenant: the same request again gets the same answer."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.storage.schema import RequestRow


class RequestRecords:
    """Request ids of one tenant."""

    def __init__(self, session: Session, tenant: str) -> None:
        self._session = session
        self._tenant = tenant

    def find(self, request_id: str) -> RequestRow | None:
        """Return what is known of a request id."""
        return self._session.scalar(
            select(RequestRow).where(
                RequestRow.tenant == self._tenant, RequestRow.request_id == request_id
            )
        )

    def add(self, row: RequestRow) -> None:
        """Keep a request id with its answer."""
        assert row.tenant == self._tenant
        self._session.add(row)
        self._session.flush()

    def forget_about(self, resource: str) -> int:
        """Forget digest and answer of requests about a resource and all below it."""
        result = self._session.connection().execute(
            update(RequestRow)
            .where(
                RequestRow.tenant == self._tenant,
                (RequestRow.resource == resource)
                | RequestRow.resource.startswith(f"{resource}/", autoescape=True),
                RequestRow.digest.is_not(None),
            )
            .values(digest=None, answer=None)
        )
        return result.rowcount

    def forget_before(self, moment: datetime) -> int:
        """Forget request ids that are older."""
        result = self._session.connection().execute(
            delete(RequestRow).where(
                RequestRow.tenant == self._tenant, RequestRow.created_at < moment
            )
        )
        return result.rowcount
