"""Events of one participant: numbered, rated by policy, kept with a picture, never without end."""

from dataclasses import replace

from kyc.case import ConductEvent, Severity
from kyc.conduct.episode import Edge
from kyc.events import AttendEvent, Noticed
from kyc.ledger import Ledger
from kyc.pictures import snapshot
from kyc.words import text_of
from media.image import ImageRGB

# What happens more often than this is kept as one more event, which says so.
MAX_EVENTS = 60
OMITTED = "EVENTS_OMITTED"


class ConductLog:
    """Turns edges into events that are written down before they are told."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open: dict[str, ConductEvent] = {}

    @property
    def critical(self) -> ConductEvent | None:
        """The first event that refuses."""
        events = self._ledger.findings.events
        return next((one for one in events if one.severity is Severity.CRITICAL), None)

    def note(
        self, code: str, at_s: float, sequence: int, image: ImageRGB | None = None
    ) -> list[AttendEvent]:
        """Take something that happened at one moment."""
        return self._add(code, at_s, sequence, image, is_moment=True)

    def take(
        self, code: str, edge: Edge | None, sequence: int, image: ImageRGB | None = None
    ) -> list[AttendEvent]:
        """Take that something began or ended."""
        if edge is None:
            return []
        if edge.began:
            return self._add(code, edge.at_s, sequence, image, is_moment=False)
        return self._end(code, edge.at_s)

    def _add(
        self, code: str, at_s: float, sequence: int, image: ImageRGB | None, is_moment: bool
    ) -> list[AttendEvent]:
        ledger, count = self._ledger, len(self._ledger.findings.events)
        if count > MAX_EVENTS:
            return []
        if count == MAX_EVENTS:
            code, image, is_moment = OMITTED, None, True
        number = max((one.number for one in ledger.findings.events), default=0) + 1
        event = ConductEvent(
            number=number,
            code=code,
            severity=ledger.plan.product.severity(code),
            text=text_of(code) + ".",
            started_at=ledger.wall(at_s),
            sequence=sequence,
            has_snapshot=image is not None,
        )
        if not is_moment:
            self._open[code] = event
        ledger.put_event(event)
        pictures = () if image is None else (snapshot(f"event-{number}", image),)
        return [ledger.record(snapshots=pictures), Noticed(code, sequence, event)]

    def _end(self, code: str, at_s: float) -> list[AttendEvent]:
        event = self._open.pop(code, None)
        if event is None:
            return []
        self._ledger.put_event(replace(event, ended_at=self._ledger.wall(at_s)))
        return [self._ledger.record()]
