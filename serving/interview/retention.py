"""What goes by time: cases that were kept as long as the policy says, and what a crash left."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from base.clock import Clock
from base.errors import InterviewHeldError, InterviewNotFoundError, SmartBranchError
from base.ids import InterviewName
from serving.interview.erasing import CaseEraser
from serving.interview.files import CaseFiles
from serving.storage.database import Database

_log = logging.getLogger(__name__)
# An attendance that was under way when its case was erased is over by then.
LEFTOVERS_FOR = timedelta(days=7)


class CaseFileStore:
    """Recordings and pictures take part in erasures."""

    name = "recordings and pictures"

    def __init__(self, files: CaseFiles) -> None:
        self._files = files

    def erase(self, name: InterviewName) -> int:
        """Remove the files of a case; return how many there were."""
        return self._files.erase(name.tenant, name.interview)


class CaseRetention:
    """The clockwork of keeping; blocking, for one thread at a time.

    purgeable: returns closed cases whose time is over and that nothing holds, some at a time.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        files: CaseFiles,
        eraser: CaseEraser,
        purgeable: Callable[[], Sequence[InterviewName]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._files = files
        self._eraser = eraser
        self._purgeable = purgeable

    def sweep(self) -> int:
        """Finish erasures and purge what is due; return how many cases went. Never waits."""
        self._eraser.finish_pending()
        self._erase_leftovers()
        count = 0
        for name in self._purgeable():
            try:
                # It may have been held, or erased by hand, since it was found.
                with suppress(InterviewHeldError, InterviewNotFoundError):
                    self._eraser.purge(name)
                    count += 1
            except SmartBranchError as error:
                _log.error("%s was not purged: %s", name, error.reason)
        return count

    def _erase_leftovers(self) -> None:
        """Remove files that an attendance wrote while its case was being erased."""
        since = self._clock.now() - LEFTOVERS_FOR
        with self._database.read() as transaction:
            erased = [
                (tenant, interview)
                for tenant in transaction.tenants()
                for interview in transaction.tenant(tenant).evidence.erased_since(since)
            ]
        for tenant, interview in erased:
            self._files.erase(tenant, interview)
