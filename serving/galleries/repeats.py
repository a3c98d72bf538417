"""Requests that may come twice: the same id with the same content gets the same answer."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from base.errors import InvalidArgumentError, RequestIdReusedError
from serving.galleries.vault import TenantVault
from serving.storage.records import TenantRecords
from serving.storage.schema import RequestRow

_MAX_REQUEST_ID = 128


class Repeat:
    """One request that may be a repetition; without an id it never is."""

    def __init__(self, request_id: str, method: str, resource: str, parts: Iterable[bytes]) -> None:
        if len(request_id) > _MAX_REQUEST_ID or not request_id.isprintable():
            raise InvalidArgumentError(
                f"request_id must have at most {_MAX_REQUEST_ID} printable characters",
                field="request_id",
            )
        self.request_id = request_id
        self._resource = resource
        digest = hashlib.sha256()
        for part in (method.encode(), resource.encode(), *parts):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        self._content = digest.digest()

    def answer(self, records: TenantRecords, vault: TenantVault) -> dict[str, object] | None:
        """Return the answer given before, None if the request is new.

        Raises RequestIdReusedError if the id came with other content, or what it was about has
        been erased since.
        """
        row = records.requests.find(self.request_id) if self.request_id else None
        if row is None:
            return None
        if row.answer is None or row.digest != self._mac(vault):
            raise RequestIdReusedError(
                f"the request id {self.request_id} was used for another request; use a new one",
                request_id=self.request_id,
            )
        answer: dict[str, object] = json.loads(row.answer)
        return answer

    def remember(
        self,
        records: TenantRecords,
        vault: TenantVault,
        answer: dict[str, object],
        now: datetime,
        resource: str | None = None,
    ) -> None:
        """Keep the answer, which holds ids and numbers only.

        resource: what the answer is about and is erased with; None for the request's own.
        """
        if not self.request_id:
            return
        row = RequestRow(
            tenant=records.tenant,
            request_id=self.request_id,
            resource=resource or self._resource,
            digest=self._mac(vault),
            answer=json.dumps(answer),
            created_at=now,
        )
        records.requests.add(row)

    def _mac(self, vault: TenantVault) -> bytes:
        # Keyed, since the content holds pictures: a plain hash would recognise them.
        return vault.key.mac(self._content, "request")
