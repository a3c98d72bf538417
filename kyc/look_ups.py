"""Searches beyond the attendance, made in the background while it goes on."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from base.errors import SmartBranchError
from kyc.case import Check, CheckName, CheckOutcome
from kyc.ledger import Ledger
from vision.analysis import FaceReading

FILES = (CheckName.WATCHLIST, CheckName.PAST_CASES, CheckName.OTHER_PARTICIPANTS)
AUTHORITY = (CheckName.AUTHORITY,)
Work = Callable[[], Sequence[Check]]


class LookUps:
    """Starts searches with the captured face and hands out their checks, once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._running: list[tuple[tuple[str, ...], Future[Sequence[Check]]]] = []

    @property
    def is_pending(self) -> bool:
        """Whether something is still being searched."""
        return bool(self._running)

    def start(self, face: FaceReading) -> tuple[Check, ...]:
        """Start; return checks of what cannot be searched here."""
        parts, document = self._ledger.parts, self._ledger.findings.document
        files, authority = parts.faces, parts.authority
        missing: list[Check] = []
        if files is None:
            missing += self._unknown(FILES, "LOOK_UP_MISSING")
        else:
            missing += self._submit(FILES, lambda: files.look_up(face, document))
        if authority is None or document is None:
            missing += self._unknown(AUTHORITY, "AUTHORITY_MISSING")
        else:
            missing += self._submit(AUTHORITY, lambda: (authority.check(document, face),))
        return tuple(missing)

    def fetch(self) -> tuple[Check, ...]:
        """Return the checks that have come since."""
        done = [one for one in self._running if one[1].done()]
        self._running = [one for one in self._running if not one[1].done()]
        return tuple(check for names, future in done for check in self._checks_of(names, future))

    def give_up(self) -> tuple[Check, ...]:
        """Return checks for what did not come in time; it is not waited for any more."""
        late, self._running = self._running, []
        return tuple(check for names, _ in late for check in self._unknown(names, _failed(names)))

    def _submit(self, names: tuple[str, ...], work: Work) -> list[Check]:
        try:
            self._running.append((names, self._ledger.parts.background.submit(work)))
        except SmartBranchError:
            return self._unknown(names, _failed(names))
        return []

    def _checks_of(
        self, names: tuple[str, ...], future: Future[Sequence[Check]]
    ) -> Sequence[Check]:
        try:
            return future.result()
        except SmartBranchError:
            return self._unknown(names, _failed(names))

    def _unknown(self, names: tuple[str, ...], code: str) -> list[Check]:
        return [self._ledger.check(name, CheckOutcome.INCONCLUSIVE, (code,)) for name in names]


def _failed(names: tuple[str, ...]) -> str:
    return "AUTHORITY_FAILED" if names == AUTHORITY else "LOOK_UP_FAILED"
